import type { Family } from '../address.ts';
import { readU16 } from '../wire/bytes.ts';
import { ICMP_HEADER_LENGTH, icmpTypes, icmpv6Types } from '../wire/icmp.ts';
import { IPV4_HEADER_LENGTH, ipProtocols, ipv4DestinationAt, ipv4Protocol, ipv4SourceAt } from '../wire/ipv4.ts';
import { IPV6_HEADER_LENGTH, ipv6DestinationAt, ipv6NextHeader, ipv6SourceAt } from '../wire/ipv6.ts';

const PARAMETER_PROBLEM = { 4: 12, 6: 4 } as const;

const errorTypes: Readonly<Record<Family, readonly number[]>> = {
  4: [icmpTypes.unreachable, icmpTypes.timeExceeded, PARAMETER_PROBLEM[4]],
  6: [icmpv6Types.unreachable, icmpv6Types.packetTooBig, icmpv6Types.timeExceeded, PARAMETER_PROBLEM[6]],
};

/** At least as much of a packet's L4 header is quoted by every error (RFC 792): ports, or an echo's identifier. */
const L4_QUOTED_MIN = 8;

/** The beginning of a packet that an ICMP error is about: it went the other way. */
export interface Quote {
  readonly family: Family;
  readonly ipAt: number;
  readonly l4At: number;
  readonly protocol: number;
  readonly end: number;
  readonly sourceAt: number;
  readonly destinationAt: number;
  /** For an ICMP echo both are its identifier. */
  readonly sourcePort: number;
  readonly destinationPort: number;
}

/**
 * Reads what the ICMP message at `icmpAt` quotes. Undefined if it is no error, or quotes too little, or a packet that
 * has no ports: a later fragment, another protocol, an ICMP message other than echo.
 */
export function readQuote(bytes: Uint8Array, family: Family, icmpAt: number, end: number): Quote | undefined {
  const ipAt = icmpAt + ICMP_HEADER_LENGTH;
  if (!errorTypes[family].includes(bytes[icmpAt]) || end - ipAt < IPV4_HEADER_LENGTH) return undefined;
  if (bytes[ipAt] >>> 4 !== family) return undefined;
  const headerLength = family === 4 ? (bytes[ipAt] & 0x0f) * 4 : IPV6_HEADER_LENGTH;
  const l4At = ipAt + headerLength;
  if (headerLength < IPV4_HEADER_LENGTH || end - l4At < L4_QUOTED_MIN) return undefined;
  if (family === 4 && (readU16(bytes, ipAt + 6) & 0x1fff) !== 0) return undefined;
  const protocol = family === 4 ? ipv4Protocol(bytes, ipAt) : ipv6NextHeader(bytes, ipAt);
  const ports = readPorts(bytes, family, protocol, l4At);
  return (
    ports && {
      family,
      ipAt,
      l4At,
      protocol,
      end,
      sourceAt: family === 4 ? ipv4SourceAt(ipAt) : ipv6SourceAt(ipAt),
      destinationAt: family === 4 ? ipv4DestinationAt(ipAt) : ipv6DestinationAt(ipAt),
      ...ports,
    }
  );
}

function readPorts(
  bytes: Uint8Array,
  family: Family,
  protocol: number,
  l4At: number,
): Pick<Quote, 'sourcePort' | 'destinationPort'> | undefined {
  if (protocol === ipProtocols.udp || protocol === ipProtocols.tcp)
    return { sourcePort: readU16(bytes, l4At), destinationPort: readU16(bytes, l4At + 2) };
  const isEcho =
    family === 4
      ? protocol === ipProtocols.icmp && [icmpTypes.echoRequest, icmpTypes.echoReply].includes(bytes[l4At] as 0 | 8)
      : protocol === ipProtocols.icmpv6 && (bytes[l4At] & 0xfe) === icmpv6Types.echoRequest;
  const identifier = readU16(bytes, l4At + 4);
  return isEcho ? { sourcePort: identifier, destinationPort: identifier } : undefined;
}
