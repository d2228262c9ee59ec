/** Address bytes as a string, for use as a key of a `Map`; not for reading. */
export function addressKey(bytes: Uint8Array): string {
  let key = '';
  for (let i = 0; i < bytes.length; i++) key += String.fromCharCode(bytes[i]);
  return key;
}
