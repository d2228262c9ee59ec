import { parseAddress, type IpAddress } from '../../lib/address.ts';

/** Reads an address that the system tells; a zone, as in fe80::1%eth0, is left off. */
export function systemAddress(text: string): IpAddress | undefined {
  return parseAddress(text.split('%')[0]);
}
