import type { Packet } from '../highway/packet.ts';
import type { PathWatch } from './path-watch.ts';
import { sameBytes } from './peer-end.ts';
import type { EndPoint } from './svr-bfd/metadata.ts';
import type { SvrBfdPacket } from './svr-bfd/packet.ts';

/** Where a packet comes from. */
export function sourceOf({ frame, sourceAt, addressLength, sourcePort }: Packet): EndPoint {
  return { address: frame.bytes.slice(sourceAt, sourceAt + addressLength), port: sourcePort };
}

/**
 * Which of the watched paths to a peer, all over the interface that a packet came on, the packet belongs to, by the address
 * that the peer names or comes from. It may come from one that nobody has told of: then who holds the key is the peer, if
 * there is but one way to it.
 */
export function watchAt(
  watches: readonly PathWatch[],
  packet: Packet,
  { metadata, sequence }: Pick<SvrBfdPacket, 'metadata' | 'sequence'>,
): PathWatch | undefined {
  const here = watches.filter(({ path }) => path.family === packet.family);
  // Behind a NAT the peer names the address that the configuration knows, or comes from it.
  const at = ({ address }: EndPoint): PathWatch | undefined =>
    here.find(({ path }) => sameBytes(path.remote.bytes, address));
  const only = sequence !== undefined && here.length === 1 ? here[0] : undefined;
  return at(metadata.source) ?? at(sourceOf(packet)) ?? only;
}
