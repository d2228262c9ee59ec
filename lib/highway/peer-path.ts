import type { Family, IpAddress } from '../address.ts';
import type { MetadataEncoding } from '../metadata/codec.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import type { Seal } from '../metadata/trailer.ts';
import type { Duration } from '../time.ts';
import type { Marking } from './marking.ts';

/** SVR BFD goes from this port to this port (SVR sheet, section 2.9). */
export const SVR_BFD_PORT = 1280;

/** A way to a peer: from one of our addresses to one of its. Waypoint ports are added per session. */
export interface PeerPath {
  readonly index: number;
  readonly peer: string;
  readonly peerRouter: string;
  readonly networkInterface: number;
  readonly family: Family;
  readonly local: IpAddress;
  /** The peer's, by the configuration. */
  readonly remote: IpAddress;
  /** The peer's address: `remote`, until BFD hears it from another one. */
  peerAt: IpAddress;
  /** Where packets for `remote` are sent on the link: itself, or a gateway. */
  readonly nextHop: IpAddress;
  /** What packets to this peer are sealed with; undefined for none. */
  readonly seal: Seal | undefined;
  /** What metadata to this peer is encrypted with; undefined for nothing. */
  readonly keys: KeyRing | undefined;
  readonly encoding: MetadataEncoding;
  /** What live traffic over the path is measured by; undefined if it is not. */
  readonly marking: Marking | undefined;
  /** Longest IP packet that may be sent over it, in bytes: what its interface carries, or less if the peer gets no more. */
  mtu: number;
  /** Names by which service policies prefer or avoid the path. */
  readonly vectors: readonly string[];
  /** The side that cannot be reached, and only reaches out: it has to open pinholes for what is to come in. */
  readonly outboundOnly: 'local' | 'remote' | undefined;
  /** How long TCP sessions, and others, may be idle before a keep-alive is sent; undefined if none ever is. */
  readonly keepAlive: { readonly tcp: Duration; readonly udp: Duration } | undefined;
}
