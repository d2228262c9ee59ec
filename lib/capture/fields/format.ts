import { formatAddressBytes, formatMac } from '../../address.ts';
import type { Field, FieldValue, FieldValues } from './field.ts';

/** Addresses come again and again; more than this many are not kept. */
const ADDRESSES_MAX = 4096;
const addresses = new Map<number, string>();

/** One value as people read it. */
export function formatValue({ type }: Pick<Field, 'type'>, value: FieldValue): string {
  if (value instanceof Uint8Array) {
    if (type === 'address') return formatAddress(value);
    return type === 'mac' ? formatMac(value) : formatMac(value).replaceAll(':', '');
  }
  return type === 'time' && typeof value === 'number' ? value.toFixed(9) : String(value);
}

/** All values of a field in one text, with commas between them; empty if there are none. */
export function formatValues(field: Pick<Field, 'type'>, values: FieldValues): string {
  if (values === undefined) return '';
  if (typeof values !== 'object' || values instanceof Uint8Array) return formatValue(field, values);
  return values.map((value) => formatValue(field, value)).join(',');
}

/** The value as JSON has it: numbers and flags as they are, all else as text; a list where there are several. */
export function plainValues(field: Pick<Field, 'type'>, values: FieldValues): unknown {
  const plain = (value: FieldValue): unknown =>
    typeof value === 'number' || typeof value === 'boolean' ? value : formatValue(field, value);
  if (values === undefined) return undefined;
  return typeof values !== 'object' || values instanceof Uint8Array ? plain(values) : values.map(plain);
}

/** An address of 4 or 16 bytes; those of 4 are remembered. */
export function formatAddress(bytes: Uint8Array): string {
  if (bytes.length !== 4) return formatAddressBytes(bytes);
  const number = (bytes[0] * 256 + bytes[1]) * 65_536 + bytes[2] * 256 + bytes[3];
  const known = addresses.get(number);
  if (known !== undefined) return known;
  const text = formatAddressBytes(bytes);
  if (addresses.size < ADDRESSES_MAX) addresses.set(number, text);
  return text;
}

/** An address and a port, as URLs have them. */
export const formatEnd = (address: Uint8Array, port: number): string =>
  address.length === 4 ? `${formatAddress(address)}:${port}` : `[${formatAddress(address)}]:${port}`;
