import { hasRightIcmpChecksum, quotedLength, readQuote, tooBigMtu } from '../highway/icmp-quote.ts';
import type { Packet } from '../highway/packet.ts';
import { SVR_BFD_PORT } from '../highway/peer-path.ts';
import { equalBytes } from '../wire/bytes.ts';
import { ipProtocols, ipv4Protocol } from '../wire/ipv4.ts';
import { ipv6NextHeader } from '../wire/ipv6.ts';
import { udpChecksum, udpDestinationPort, udpSourcePort } from '../wire/udp.ts';
import type { TooBig } from './path-mtu-discovery.ts';
import type { EndPoint } from './svr-bfd/metadata.ts';

/** What an ICMP error says of a packet that we have sent from the port of SVR BFD. */
export interface QuotedProbe {
  /** Where the packet was going. */
  readonly remote: EndPoint;
  readonly tooBig: TooBig;
}

/** Undefined if the error is about another packet, or says something else than that it was too long. */
export function quotedProbe(packet: Packet): QuotedProbe | undefined {
  const mtu = tooBigMtu(packet);
  const quote = mtu === undefined || !hasRightIcmpChecksum(packet) ? undefined : readQuote(packet);
  if (mtu === undefined || !quote) return undefined;
  const { bytes } = packet.frame;
  const { family, sourceAt, l4At } = quote;
  const headerAt = family === 4 ? sourceAt - 12 : sourceAt - 8;
  const protocol = family === 4 ? ipv4Protocol(bytes, headerAt) : ipv6NextHeader(bytes, headerAt);
  const length = family === 4 ? 4 : 16;
  const isOurs =
    protocol === ipProtocols.udp &&
    udpSourcePort(bytes, l4At) === SVR_BFD_PORT &&
    equalBytes(bytes, sourceAt, bytes, packet.destinationAt, length);
  if (!isOurs) return undefined;
  return {
    remote: {
      address: bytes.slice(sourceAt + length, sourceAt + 2 * length),
      port: udpDestinationPort(bytes, l4At),
    },
    tooBig: { token: udpChecksum(bytes, l4At), size: quotedLength(bytes, quote), mtu },
  };
}
