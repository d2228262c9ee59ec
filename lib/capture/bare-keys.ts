import type { Security } from '../config/index.ts';
import { cipherKinds, digestLengths, type CipherKind, type HmacCipher } from '../crypto.ts';
import { seconds } from '../time.ts';
import type { SecretsSource } from './secrets.ts';

/** Keys without the configuration that they stand in. */
export interface BareKeys {
  readonly encryption: readonly { readonly securityId: number; readonly key: Uint8Array }[];
  readonly hmac: readonly Uint8Array[];
}

/** Lengths that an encryption key may have, in bytes. */
export const encryptionKeyLengths: ReadonlySet<number> = new Set(
  Object.values(cipherKinds).map(({ keyLength }) => keyLength),
);

/** A cipher that notices that a key is not its own goes before one that may take nonsense for sense. */
const ciphers = (Object.keys(cipherKinds) as CipherKind[]).sort((a, b) => b.localeCompare(a));

/** What packets may be sealed and encrypted with. Keys do not tell their cipher: each stands there once with all that it fits. */
export function secretsOf({ encryption, hmac }: BareKeys): SecretsSource {
  const encrypting = encryption.flatMap(({ securityId, key }) =>
    ciphers
      .filter((cipher) => cipherKinds[cipher].keyLength === key.length)
      .map((encryptionCipher): Security => ({
        ...nothing,
        name: `key ${securityId}`,
        encrypt: true,
        encryptionCipher,
        encryptionKey: key,
        emulator: { securityId, keys: [] },
      })),
  );
  const sealing = hmac.flatMap((hmacKey) =>
    (Object.keys(digestLengths) as HmacCipher[]).map((hmacCipher): Security => ({
      ...nothing,
      name: hmacCipher,
      hmacMode: 'regular',
      hmacCipher,
      hmacKey,
    })),
  );
  const emulator = { hmacTimeWindow: seconds(0) };
  return { securities: [...encrypting, ...sealing], services: [], emulator, isOfAnyService: true };
}

const nothing = { encrypt: false, hmacMode: 'disabled' } as Security;
