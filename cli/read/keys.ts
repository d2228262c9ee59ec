import { readFileSync } from 'node:fs';
import { encryptionKeyLengths, type BareKeys } from '../../lib/capture/bare-keys.ts';
import { InputError } from '../exit.ts';

/** Keys as a person writes them: 'ID=HEX', by security ID, or 'hmac=HEX'. `file` has one a line; '#' begins a comment. */
export function bareKeys(words: readonly string[], file: string | undefined): BareKeys {
  const encryption: { readonly securityId: number; readonly key: Uint8Array }[] = [];
  const hmac: Uint8Array[] = [];
  const told = words.map((word) => ({ place: '--key', word }));
  for (const { place, word } of [...told, ...(file === undefined ? [] : linesOf(file))]) {
    const [, name, hex] = /^\s*(\d{1,10}|hmac)\s*=\s*((?:[0-9a-f]{2})+)\s*$/i.exec(word) ?? [];
    if (hex === undefined)
      throw new InputError(`${place}: '${word.trim()}' is no key; write ID=HEX, with a security ID, or hmac=HEX`);
    const key = Uint8Array.from(hex.match(/../g) ?? [], (digits) => parseInt(digits, 16));
    if (name.toLowerCase() === 'hmac') {
      hmac.push(key);
    } else if (!encryptionKeyLengths.has(key.length)) {
      const lengths = [...encryptionKeyLengths].join(' or ');
      throw new InputError(`${place}: key ${name} has ${key.length} bytes; an encryption key has ${lengths}`);
    } else {
      encryption.push({ securityId: Number(name), key });
    }
  }
  return { encryption, hmac };
}

function linesOf(file: string): { readonly place: string; readonly word: string }[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new InputError(`cannot read '${file}': ${(error as Error).message}`);
  }
  return text.split('\n').flatMap((line, i) => {
    const word = line.replace(/#.*/, '');
    return word.trim() === '' ? [] : [{ place: `${file}:${i + 1}`, word }];
  });
}
