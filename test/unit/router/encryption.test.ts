import { deepEqual, equal, ok } from 'node:assert/strict';
import { cipherKinds, type CipherKind } from '../../../lib/crypto.ts';
import { twoRouters, type Lab, type LabOptions } from '../../support/two-routers.ts';

const keyOf = (kind: CipherKind, digit: string): string => digit.repeat(cipherKinds[kind].keyLength * 2);
const FIRST_KEY = keyOf('aes-cbc-128', 'a');
const SECOND_KEY = keyOf('aes-cbc-128', 'b');

/** The configuration of the harness encrypts with the default cipher; another one is put before its first key. */
const withCipher =
  (kind: CipherKind) =>
  (text: string): string =>
    text.replace('encryption-key ', `encryption-cipher ${kind}\nencryption-key `);

function encrypted(options: LabOptions, kind: CipherKind = 'aes-cbc-128'): Lab {
  const lab = twoRouters({
    encryption: { key: keyOf(kind, 'a'), payload: true },
    edit: withCipher(kind),
    ...options,
  });
  lab.server.isServer = true;
  return lab;
}

/** Whether any packet between the routers shows a text. */
const shows = (lab: Lab, text: string): boolean =>
  lab.wan.packets.some(({ packet }) => Buffer.from(packet.payload).includes(text));

describe('routers that encrypt', () => {
  for (const kind of Object.keys(cipherKinds) as CipherKind[]) {
    for (const encoding of ['protobuf', 'tlv'] as const) {
      for (const mode of ['time-based', 'regular', 'disabled'] as const) {
        it(`understand each other, and nobody else does: ${kind}, ${encoding}, hmac ${mode}`, () => {
          const lab = encrypted({ encoding, ...(mode !== 'disabled' && { hmac: { mode } }) }, kind);
          lab.exchange('a first secret', 'a second one', 'and a third');
          deepEqual(lab.client.answers, ['a first secret', 'a second one', 'and a third']);
          for (const text of ['secret', 'corp', 'questions']) ok(!shows(lab, text), `'${text}' can be read on the wan`);
          equal(lab.spoke.count('payloadEncrypted'), 3);
          equal(lab.hub.count('payloadDecrypted'), 3);
          equal(lab.hub.count('payloadEncrypted'), 3);
        });
      }
    }
  }

  it('leave clear what has no policy: without one for the service, payload can be read and metadata cannot', () => {
    const lab = encrypted({ encryption: { key: FIRST_KEY } });
    lab.exchange('in the clear');
    ok(shows(lab, 'in the clear'));
    ok(!shows(lab, 'corp'));
  });

  it('pass through a router between them without being read there', () => {
    const lab = encrypted({ transit: true });
    lab.exchange('a secret', 'another');
    deepEqual(lab.client.answers, ['a secret', 'another']);
    equal(lab.mid.count('payloadEncrypted') + lab.mid.count('payloadDecrypted'), 0);
  });

  it('may turn to another key one after the other', () => {
    const keys = { 2: SECOND_KEY };
    const lab = encrypted({ encryption: { key: FIRST_KEY, payload: true, keys } });
    lab.exchange('before');
    for (const router of [lab.spoke, lab.hub]) {
      equal(router.device.rotateKey('between-routers', 2), true);
      lab.exchange('after');
    }
    deepEqual(lab.client.answers, ['before', 'after', 'after']);
    equal(lab.spoke.device.rotateKey('between-routers', 3), false);
    equal(lab.spoke.device.rotateKey('of-nobody', 2), false);
  });
});
