/** Bytes from hexadecimal text; blanks are for the reader. */
export function hex(...parts: string[]): Uint8Array {
  const digits = parts.join('').replaceAll(' ', '');
  if (!/^([0-9a-f]{2})*$/.test(digits)) throw new Error(`${digits} is not hexadecimal`);
  return Uint8Array.from(digits.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** `bytes` behind `before` bytes of something else and before `behind` of them, as they stand in a frame. */
export function within(bytes: Uint8Array, before: number, behind = 0): Uint8Array {
  const frame = new Uint8Array(before + bytes.length + behind).fill(0xee);
  frame.set(bytes, before);
  return frame;
}
