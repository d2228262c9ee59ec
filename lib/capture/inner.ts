import { readU16 } from '../wire/bytes.ts';
import { ICMP_HEADER_LENGTH } from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { TCP_HEADER_LENGTH } from '../wire/tcp.ts';
import type { Dissection } from './dissection.ts';

/** An L4 header with what follows it: bytes[at, end). */
export interface InnerHeader {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
}

/** The header of TCP or ICMP that a packet has, or that SVR carries in it; undefined if there is none to be read. */
export function innerHeader(packet: Dissection, protocol: number): InnerHeader | undefined {
  const { layers } = packet;
  if (layers.protocol === protocol)
    return layers.l4At < 0 ? undefined : { bytes: layers.bytes, at: layers.l4At, end: layers.ipEnd };
  const context = packet.isBetweenRouters ? packet.session?.context : undefined;
  if (context?.protocol !== protocol) return undefined;
  const { content } = packet;
  if (!content || content.isOpaque) return undefined;
  const { bytes, at, end } = content;
  if (protocol !== ipProtocols.tcp) return end - at < ICMP_HEADER_LENGTH ? undefined : { bytes, at, end };
  if (end - at < TCP_HEADER_LENGTH || at + (bytes[at + 12] >>> 4) * 4 > end) return undefined;
  // Encrypted payload does not tell that it is encrypted: but its ports would not be those of the session.
  const [own, other] = [readU16(bytes, at), readU16(bytes, at + 2)];
  const { sourcePort, destinationPort } = context;
  const isSessions =
    packet.direction === 'forward'
      ? own === sourcePort && other === destinationPort
      : own === destinationPort && other === sourcePort;
  return isSessions ? { bytes, at, end } : undefined;
}
