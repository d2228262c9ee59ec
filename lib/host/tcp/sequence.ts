/** TCP sequence numbers: whole numbers mod 2^32, compared by their distance (RFC 9293, section 3.4). */

export const sequenceAdd = (sequence: number, count: number): number => (sequence + count) >>> 0;

/** How far `to` lies behind `from`: negative if it comes before it. Right as long as they are less than 2^31 apart. */
export const sequenceDistance = (from: number, to: number): number => (to - from) | 0;
