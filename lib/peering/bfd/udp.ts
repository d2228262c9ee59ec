import type { Random } from '../../random.ts';

/** How far apart the two systems are, and with that the UDP port and the hops a packet may have made. */
export type BfdHops = 'single-hop' | 'multihop';

/** Destination ports (RFC 5881, section 4; RFC 5883, section 5). */
export const bfdPorts: Readonly<Record<BfdHops, number>> = { 'single-hop': 3784, multihop: 4784 };

/** Every control packet leaves with this TTL or hop limit (RFC 5881, section 5). */
export const BFD_TTL = 255;

/**
 * Source ports are 49152 to 65535 (RFC 5881, section 4). The first is left out, since tcpdump takes it for the port of
 * another protocol.
 */
const SOURCE_PORT_FIRST = 49_153;
const SOURCE_PORT_LAST = 65_535;

/** Sessions of one system that have a source port of their own. */
export const BFD_SESSIONS_MAX: number = SOURCE_PORT_LAST - SOURCE_PORT_FIRST + 1;

/** A source port that no session has yet; undefined when all are taken. It is the session's as long as that lasts. */
export function takeSourcePort(random: Random, isTaken: (port: number) => boolean): number | undefined {
  const first = random.below(BFD_SESSIONS_MAX);
  for (let i = 0; i < BFD_SESSIONS_MAX; i++) {
    const port = SOURCE_PORT_FIRST + ((first + i) % BFD_SESSIONS_MAX);
    if (!isTaken(port)) return port;
  }
  return undefined;
}

/** A discriminator that no session has yet: any number but 0 (RFC 5880, section 6.8.1). */
export function takeDiscriminator(random: Random, isTaken: (discriminator: number) => boolean): number {
  for (;;) {
    const discriminator = random.below(2 ** 32);
    if (discriminator !== 0 && !isTaken(discriminator)) return discriminator;
  }
}

/**
 * Whether a packet may have come with this TTL. On one hop nobody from further away can make it 255 (RFC 5881,
 * section 5), with authentication or without; over several hops, `ttlMin` says how far away the other may be.
 */
export const isTtlAcceptable = (hops: BfdHops, ttl: number, ttlMin: number): boolean =>
  ttl >= (hops === 'single-hop' ? BFD_TTL : ttlMin);
