import type { IpAddress, IpPrefix } from '../address.ts';
import type { Duration } from '../time.ts';

/** A range of ports, both ends included. */
export type PortSpan = readonly [first: number, last: number];

/** The packets between two routers, as somebody tells them apart who has no key. */
export const packetKinds = ['metadata', 'bare', 'bfd'] as const;
export type PacketKind = (typeof packetKinds)[number];

/** What an attacker makes up without a key and without a session to describe. */
export const messageKinds = [
  'bare',
  'health-check',
  'enable-metadata',
  'disable-metadata',
  'delete-session',
  'bfd',
] as const;
export type MessageKind = (typeof messageKinds)[number];

/** The same, and what describes a session that is not. */
export const forgeryKinds = ['first-packet', 'reverse-metadata', 'keep-alive', ...messageKinds] as const;
export type ForgeryKind = (typeof forgeryKinds)[number];

/** What the end of a forged packet looks like: as where no HMAC is configured, or like a trailer with a random digest. */
export const trailerKinds = ['none', 'wrong'] as const;
export type TrailerKind = (typeof trailerKinds)[number];

/** The session that made-up metadata pretends to be of. */
export interface PretendedSession {
  readonly source: IpAddress;
  readonly destination: IpAddress;
  readonly destinationPort: number;
  readonly protocol: number;
}

interface AttackBase {
  readonly name: string;
  /** The attacker. */
  readonly by: string;
  readonly start: Duration;
  readonly every: Duration;
  /** Packets at most. */
  readonly count: number;
}

interface OffPathBase extends AttackBase {
  /** Where every packet goes. */
  readonly target: IpAddress;
}

/** One packet to each port of a range, from the attacker's own address, again and again. */
export interface PortScan extends OffPathBase {
  readonly kind: 'port-scan';
  readonly ports: PortSpan;
}

/** Packets that look as if a peer had sent them: its address, and every pair of ports of a range. */
export interface Spoof extends OffPathBase {
  readonly kind: 'spoof';
  readonly as: IpAddress;
  readonly ports: PortSpan;
  readonly packets: readonly MessageKind[];
}

/** First packets, each of another session and from another address. */
export interface Flood extends OffPathBase {
  readonly kind: 'flood';
  readonly sources: IpPrefix;
  readonly like: PretendedSession;
  readonly tenant: string;
  readonly service: string;
  readonly hmac: TrailerKind;
}

/** Well-formed metadata of sessions that are not, from one address. */
export interface Forge extends OffPathBase {
  readonly kind: 'forge';
  /** The attacker's own address if absent. */
  readonly as: IpAddress | undefined;
  readonly like: PretendedSession;
  readonly tenant: string;
  readonly service: string;
  readonly hmac: TrailerKind;
  readonly packets: readonly ForgeryKind[];
}

/** Towards which of its ports the packets travel that an attacker on the path is after. */
export const sides = ['inside', 'outside', 'both'] as const;

interface OnPathBase extends AttackBase {
  readonly towards: (typeof sides)[number];
  readonly packets: readonly PacketKind[];
}

/** Packets that have passed are sent once more, each of them once. */
export interface Replay extends OnPathBase {
  readonly kind: 'replay';
  /** How long ago they passed, at least. */
  readonly age: Duration;
  /** Sent back to where they came from, with addresses and ports exchanged. */
  readonly turned: boolean;
  /** Sent to this port in place of their own; 0 for their own. */
  readonly port: number;
}

/** Before a packet passes, a copy of it with changed bits is sent. */
export interface BitFlip extends OnPathBase {
  readonly kind: 'bit-flip';
  /** So many random bits of the UDP payload; 0 for one bit after the other. */
  readonly bits: number;
  /** The packet itself does not pass. */
  readonly replace: boolean;
}

/** Packets are looked at, and that is all. */
export interface Look extends OnPathBase {
  readonly kind: 'look';
}

export type OffPathAttack = PortScan | Spoof | Flood | Forge;
export type OnPathAttack = Replay | BitFlip | Look;

/**
 * What an attacker does to a lab. It holds no key. All of it is bounded: `count` packets, one each `every`, from `start`
 * on, measured from the start of the run.
 */
export type Attack = OffPathAttack | OnPathAttack;
export type AttackKind = Attack['kind'];

/** What an attacker sends: what it has made up or, on the path, what had passed. */
export type SentKind = ForgeryKind | PacketKind;

/** What an attacker tells of one attack. */
export interface AttackReport {
  readonly name: string;
  readonly sent: number;
  readonly sentByKind: Readonly<Partial<Record<SentKind, number>>>;
  /** On the path: packets that it was after and that passed. */
  readonly seen: number;
  /** Packets that came because of it: to addresses and ports that only the attack has used. */
  readonly answers: number;
  /** From the start of the run. */
  readonly firstAnswerAt?: Duration;
}
