import { formatAddressBytes, formatHex } from '../../address.ts';
import { readU32 } from '../../wire/bytes.ts';
import type { Field, FieldValue, FieldValues } from './field.ts';

/** Addresses come again and again; more than this many are not kept. */
const ADDRESSES_MAX = 4096;
const addresses = new Map<number, string>();

/** One value as people read it. */
export function formatValue({ type }: Pick<Field, 'type'>, value: FieldValue): string {
  if (value instanceof Uint8Array) {
    if (type === 'address') return formatAddress(value);
    return formatHex(value, type === 'mac' ? ':' : '');
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
export function jsonValues(field: Pick<Field, 'type'>, values: NonNullable<FieldValues>): string {
  if (typeof values !== 'object' || values instanceof Uint8Array) return jsonValue(field, values);
  return `[${values.map((value) => jsonValue(field, value)).join(',')}]`;
}

function jsonValue(field: Pick<Field, 'type'>, value: FieldValue): string {
  if (typeof value === 'string') return JSON.stringify(value);
  // What bytes are written as has nothing in it that JSON would have to escape.
  return typeof value === 'object' ? `"${formatValue(field, value)}"` : String(value);
}

/** An address of 4 or 16 bytes. */
export const formatAddress = (bytes: Uint8Array): string => formatAddressAt(bytes, 0, bytes.length);

/** The address bytes[at, at + length), of 4 or 16 bytes; those of 4 are remembered. */
export function formatAddressAt(bytes: Uint8Array, at: number, length: number): string {
  if (length !== 4) return formatAddressBytes(bytes.subarray(at, at + length));
  const number = readU32(bytes, at);
  const known = addresses.get(number);
  if (known !== undefined) return known;
  const text = formatAddressBytes(bytes.subarray(at, at + 4));
  if (addresses.size < ADDRESSES_MAX) addresses.set(number, text);
  return text;
}

/** An address and a port, as URLs have them. */
export const formatEnd = (address: Uint8Array, port: number): string => formatEndAt(address, 0, address.length, port);

/** The same of the address bytes[at, at + length). */
export function formatEndAt(bytes: Uint8Array, at: number, length: number, port: number): string {
  const address = formatAddressAt(bytes, at, length);
  return length === 4 ? `${address}:${port}` : `[${address}]:${port}`;
}
