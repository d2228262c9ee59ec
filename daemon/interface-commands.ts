import { formatAddress, formatPrefix } from '../lib/address.ts';
import type { HostNode } from '../lib/lab/scenario.ts';

/** Frames must be whole, with their checksums: nobody behind a port of ours splits, joins or finishes them. */
export const offloadsOff = (device: string): string =>
  `ethtool -K ${device} tx off rx off tso off gso off gro off >/dev/null`;

/** Lines for `ip -batch` that give a host its addresses and its ways out, once its interface is up. */
export function hostAddresses({ addresses, gateways }: HostNode, device: string): string[] {
  return [
    ...addresses.map((prefix) => `address add ${formatPrefix(prefix)} dev ${device}${noWait(prefix.address)}`),
    ...gateways.map((gateway) => `route add default via ${formatAddress(gateway)} dev ${device}`),
  ];
}

/** An IPv6 address would be of no use until it is known that nobody else has it. */
const noWait = ({ family }: { family: 4 | 6 }): string => (family === 6 ? ' nodad' : '');
