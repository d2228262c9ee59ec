/** Bytes kept free before a received frame: room for an IPv6 header, a UDP header and the largest metadata block. */
export const HEADROOM = 1024;

/** Bytes kept free behind a received frame: room for the longest HMAC trailer and padding. */
export const TAILROOM = 128;

/** The largest frame a port hands over, in bytes: a jumbo frame with its VLAN tag. */
export const FRAME_LENGTH_MAX = 9234;

/**
 * One Ethernet frame inside a larger buffer, so that headers grow and shrink in place.
 *
 * The bytes from `start` up to, not including, `end` are the frame. Whoever calls `receive` or `transmit` owns the
 * frame; the one called may edit it until it returns, and copies what it wants to keep.
 */
export class Frame {
  bytes: Uint8Array;
  start: number;
  end: number;
  /** Follows a packet across hops: given by the fabric on entry, kept by whoever passes the packet on, 0 for a packet just made. */
  id = 0;

  constructor(bytes: Uint8Array, start: number, end: number) {
    // Node's Buffer is a Uint8Array whose `slice` does not copy; a plain view of the same memory does what is expected.
    this.bytes =
      bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.start = start;
    this.end = end;
  }

  /** An empty frame with room on both sides, to be filled by `load` or by an emitter. */
  static allocate(lengthMax = FRAME_LENGTH_MAX): Frame {
    return new Frame(new Uint8Array(HEADROOM + lengthMax + TAILROOM), HEADROOM, HEADROOM);
  }

  /** A frame of its own that holds a copy of `content`. */
  static of(content: Uint8Array): Frame {
    const frame = Frame.allocate(content.length);
    frame.load(content);
    return frame;
  }

  get length(): number {
    return this.end - this.start;
  }

  /** Replaces the content by a copy of `content`, at the usual headroom. False, and nothing is done, if there is no room. */
  load(content: Uint8Array): boolean {
    if (HEADROOM + content.length + TAILROOM > this.bytes.length) return false;
    this.bytes.set(content, HEADROOM);
    this.start = HEADROOM;
    this.end = HEADROOM + content.length;
    this.id = 0;
    return true;
  }

  /** A copy of the content alone. */
  copy(): Uint8Array {
    return this.bytes.slice(this.start, this.end);
  }
}
