import type { Attributes } from '../../metadata/attributes.ts';
import { tcpFlags } from '../../wire/tcp.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import type { Dissection } from '../dissection.ts';
import { innerHeader } from '../inner.ts';
import { contentInfo, dashed, infoOf, whatOf } from '../summary.ts';

/** What a packet is on a hop, as far as a ladder tells packets apart. */
export const hopKinds = {
  data: 'payload of the session',
  tcp: 'a segment of TCP that begins or ends a connection',
  metadata: 'payload with metadata, which describes the session',
  'health-check': 'payload with the question whether the session is known',
  acknowledgement: 'the answer that it is',
  'enable-metadata': 'the answer that it is not, and should be described',
  control: 'another message between routers about the session',
  icmp: 'an ICMP error about the session',
  fragment: 'a part of a packet',
  malformed: 'what makes no sense',
} as const;

export type HopKind = keyof typeof hopKinds;

/** What a ladder says of a packet. */
export interface HopShape {
  readonly kind: HopKind;
  readonly label: string;
  readonly content: string;
  readonly detail?: string;
}

/** What the packet in hand is. */
export function shapeOf(packet: Dissection): HopShape {
  if (packet.malformed) return { kind: 'malformed', label: `malformed: ${packet.malformed.reason}`, content: '' };
  switch (packet.kind) {
    case 'metadata':
      return {
        ...metadataShape(packet.block?.metadata?.attributes ?? {}),
        content: contentInfo(packet),
        detail: infoOf(packet),
      };
    case 'fragment':
      return { kind: 'fragment', label: 'fragment', content: '', detail: infoOf(packet) };
    case 'marker':
    case 'bare':
      return { kind: isTurn(packet) ? 'tcp' : 'data', label: '', content: contentInfo(packet) };
    default:
      return plainShape(packet, whatOf(packet), infoOf(packet));
  }
}

function metadataShape({
  controlMessage,
  sessionHealthCheck,
  icmpErrorLocationIpv4,
  icmpErrorLocationIpv6,
  modifyRequest,
}: Attributes): Omit<HopShape, 'content'> {
  if (controlMessage === 'enableMetadata') return { kind: 'enable-metadata', label: 'enable-metadata' };
  if (controlMessage === 'sessionExists') return { kind: 'acknowledgement', label: 'acknowledgement' };
  // A keep-alive that describes the session moves it.
  if (controlMessage === 'keepAlive' && modifyRequest !== undefined) return { kind: 'control', label: 'modify' };
  if (controlMessage !== undefined) return { kind: 'control', label: dashed(String(controlMessage)) };
  if (sessionHealthCheck !== undefined) {
    const again = sessionHealthCheck === 'requestTimeout' ? ' again' : '';
    return { kind: 'health-check', label: `health check${again}` };
  }
  if (icmpErrorLocationIpv4 || icmpErrorLocationIpv6) return { kind: 'icmp', label: 'ICMP error' };
  return { kind: 'metadata', label: 'metadata' };
}

function plainShape(packet: Dissection, what: string, info: string): HopShape {
  const { protocol, isFragment } = packet.layers;
  if (isFragment) return { kind: 'fragment', label: 'fragment', content: info };
  if (protocol === ipProtocols.udp) return { kind: 'data', label: '', content: info };
  const isError = (protocol === ipProtocols.icmp || protocol === ipProtocols.icmpv6) && info.startsWith('type');
  if (isError) return { kind: 'icmp', label: 'ICMP error', content: info };
  return { kind: isTurn(packet) ? 'tcp' : 'data', label: '', content: `${what} ${info}` };
}

/** Whether it is a segment of TCP with SYN, FIN or RST. */
function isTurn(packet: Dissection): boolean {
  const header = innerHeader(packet, ipProtocols.tcp);
  return header !== undefined && (header.bytes[header.at + 13] & (tcpFlags.syn | tcpFlags.fin | tcpFlags.rst)) !== 0;
}
