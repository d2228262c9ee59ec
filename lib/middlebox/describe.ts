import { formatAddressBytes } from '../address.ts';
import { ipProtocols } from '../wire/ipv4.ts';

const protocolNames: Readonly<Record<number, string>> = {
  [ipProtocols.udp]: 'udp',
  [ipProtocols.tcp]: 'tcp',
  [ipProtocols.icmp]: 'icmp',
  [ipProtocols.icmpv6]: 'icmpv6',
};

/** `udp 10.1.0.10:40000`, `tcp [fd00:1::10]:40000`; for an echo, its identifier stands in place of the port. */
export function describeEnd(protocol: number, address: Uint8Array, port: number): string {
  const text = formatAddressBytes(address);
  return `${protocolNames[protocol]} ${address.length === 4 ? text : `[${text}]`}:${port}`;
}
