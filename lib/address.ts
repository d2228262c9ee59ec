import ipaddr from 'ipaddr.js';

export type Family = 4 | 6;

/** An IP address; `bytes` has 4 or 16 bytes, in network order. */
export interface IpAddress {
  readonly family: Family;
  readonly bytes: Uint8Array;
}

/** A network: the first `length` bits of `address`. */
export interface IpPrefix {
  readonly address: IpAddress;
  readonly length: number;
}

/** Reads dotted IPv4 or RFC 4291 IPv6 text; undefined if it is neither. Shorthand like '10.1' is refused. */
export function parseAddress(text: string): IpAddress | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text))
    return { family: 4, bytes: Uint8Array.from(ipaddr.IPv4.parse(text).toByteArray()) };
  if (ipaddr.IPv6.isValid(text) && !text.includes('%'))
    return { family: 6, bytes: Uint8Array.from(ipaddr.IPv6.parse(text).toByteArray()) };
  return undefined;
}

/** Reads 'address/length'; a bare address is its own network. Bits behind the length are cleared. */
export function parsePrefix(text: string): IpPrefix | undefined {
  const [addressText, lengthText, ...rest] = text.split('/');
  const address = parseAddress(addressText);
  if (!address || rest.length > 0) return undefined;
  const bits = address.family === 4 ? 32 : 128;
  if (lengthText === undefined) return { address, length: bits };
  const length = Number(lengthText);
  if (!/^\d{1,3}$/.test(lengthText) || length > bits) return undefined;
  const bytes = address.bytes.map((byte, i) => byte & (0xff00 >> Math.min(8, Math.max(0, length - i * 8))) & 0xff);
  return { address: { family: address.family, bytes }, length };
}

export function formatAddress(address: IpAddress): string {
  return formatAddressBytes(address.bytes);
}

/** 4 or 16 bytes as text; IPv6 in its RFC 5952 form. */
export function formatAddressBytes(bytes: Uint8Array): string {
  if (bytes.length === 4) return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
  return new ipaddr.IPv6(Array.from(bytes)).toRFC5952String();
}

export function formatPrefix(prefix: IpPrefix): string {
  return `${formatAddress(prefix.address)}/${prefix.length}`;
}

export function sameAddress(a: IpAddress, b: IpAddress): boolean {
  if (a.family !== b.family) return false;
  for (let i = 0; i < a.bytes.length; i++) if (a.bytes[i] !== b.bytes[i]) return false;
  return true;
}

export function prefixContains(prefix: IpPrefix, address: IpAddress): boolean {
  if (prefix.address.family !== address.family) return false;
  for (let bit = 0; bit < prefix.length; bit += 8) {
    const mask = (0xff00 >> Math.min(8, prefix.length - bit)) & 0xff;
    const i = bit >> 3;
    if ((prefix.address.bytes[i] & mask) !== (address.bytes[i] & mask)) return false;
  }
  return true;
}

/** Each byte as two hexadecimal digits. */
const hexadecimal = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Bytes as hexadecimal digits, with `between` between each two of them. */
export function formatHex(bytes: Uint8Array, between = ''): string {
  let text = '';
  for (let i = 0; i < bytes.length; i++) text += i === 0 ? hexadecimal[bytes[i]] : between + hexadecimal[bytes[i]];
  return text;
}

/** Six bytes as 'aa:bb:cc:dd:ee:ff'. */
export const formatMac = (bytes: Uint8Array): string => formatHex(bytes, ':');

export function parseMac(text: string): Uint8Array | undefined {
  if (!/^[0-9a-f]{2}(:[0-9a-f]{2}){5}$/i.test(text)) return undefined;
  return Uint8Array.from(text.split(':'), (byte) => parseInt(byte, 16));
}

/** Sixteen bytes as 8-4-4-4-12 text. */
export function formatUuid(bytes: Uint8Array): string {
  const hex = formatHex(bytes);
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
