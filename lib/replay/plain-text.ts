/** Bytes as JSON has them: an object with one member, the bytes in hexadecimal. */
const BYTES = '$bytes';

/** Numbers, texts, lists, objects and bytes as one line of JSON. What is undefined in a list comes back as undefined. */
export function toPlainText(value: unknown): string {
  return JSON.stringify(value, (_name, one: unknown) =>
    one instanceof Uint8Array
      ? { [BYTES]: Array.from(one, (byte) => byte.toString(16).padStart(2, '0')).join('') }
      : one,
  );
}

/** The reverse. Throws a SyntaxError if the text is no JSON. */
export function fromPlainText(text: string): unknown {
  return restored(JSON.parse(text) as unknown);
}

function restored(value: unknown): unknown {
  if (value === null) return undefined;
  if (Array.isArray(value)) return value.map(restored);
  if (typeof value !== 'object') return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0][0] === BYTES) return fromHex(String(entries[0][1]));
  return Object.fromEntries(entries.map(([name, one]) => [name, restored(one)]));
}

const fromHex = (text: string): Uint8Array =>
  Uint8Array.from({ length: text.length / 2 }, (_, i) => parseInt(text.slice(2 * i, 2 * i + 2), 16));
