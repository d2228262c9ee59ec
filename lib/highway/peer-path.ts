import type { Family, IpAddress } from '../address.ts';
import type { MetadataEncoding } from '../metadata/codec.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import type { Seal } from '../metadata/trailer.ts';

/** A way to a peer: from one of our addresses to one of its. Waypoint ports are added per session. */
export interface PeerPath {
  readonly index: number;
  readonly peer: string;
  readonly peerRouter: string;
  readonly networkInterface: number;
  readonly family: Family;
  readonly local: IpAddress;
  readonly remote: IpAddress;
  /** Where packets for `remote` are sent on the link: itself, or a gateway. */
  readonly nextHop: IpAddress;
  /** What packets to this peer are sealed with; undefined for none. */
  readonly seal: Seal | undefined;
  /** What metadata to this peer is encrypted with; undefined for nothing. */
  readonly keys: KeyRing | undefined;
  readonly encoding: MetadataEncoding;
  /** Names by which service policies prefer or avoid the path. */
  readonly vectors: readonly string[];
  /** One side cannot be reached from outside, only reaches out: its sessions pass through a pinhole. */
  readonly isPinhole: boolean;
}
