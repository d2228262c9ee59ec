import { deepEqual, equal, notDeepEqual } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { nodeCrypto } from '../../../../daemon/crypto.ts';
import {
  Authentication,
  authenticationTypes,
  type AuthenticationFault,
  type AuthenticationKey,
  type AuthenticationType,
} from '../../../../lib/peering/bfd/authentication.ts';
import {
  decodeControlPacket,
  encodeControlPacket,
  type ControlPacket,
} from '../../../../lib/peering/bfd/control-packet.ts';
import type { Random } from '../../../../lib/random.ts';
import { microseconds, milliseconds, type Instant } from '../../../../lib/time.ts';
import { hex } from '../../wire/hex.ts';

const key: AuthenticationKey = { id: 7, secret: new TextEncoder().encode('opensesame') };
const DETECTION_TIME = milliseconds(300);

const up: ControlPacket = {
  diagnostic: 'none',
  state: 'up',
  poll: false,
  final: false,
  controlPlaneIndependent: false,
  demand: false,
  detectMultiplier: 3,
  myDiscriminator: 0x101,
  yourDiscriminator: 0x202,
  desiredMinTx: milliseconds(100),
  requiredMinRx: milliseconds(100),
  requiredMinEchoRx: microseconds(0),
};

/** Draws the same number again and again. */
const always = (value: number): Random => ({
  unit: () => value / 2 ** 32,
  below: () => value,
  fill: (target) => target.fill(value),
});

const authentication = (
  type: AuthenticationType,
  keys: readonly AuthenticationKey[] = [key],
  first = 1000,
): Authentication => new Authentication(type, keys, nodeCrypto, always(first));

/** The bytes of a signed packet, with some bytes of a frame around them. */
function signed(by: Authentication, packet: ControlPacket = up): Uint8Array {
  const bytes = new Uint8Array(100);
  const end = by.sign(bytes, 5, encodeControlPacket(packet, bytes, 5));
  return bytes.slice(0, end);
}

function verified(by: Authentication, bytes: Uint8Array, at = 0): AuthenticationFault | 'authentic' {
  const packet = decodeControlPacket(bytes, 5, bytes.length);
  if (typeof packet === 'string') throw new Error(packet);
  return by.verify(bytes, 5, packet, DETECTION_TIME, at as Instant) ?? 'authentic';
}

const types = Object.keys(authenticationTypes) as AuthenticationType[];
const keyedTypes = types.filter((type) => type !== 'simple');
const plainTypes = ['keyed-md5', 'keyed-sha1'] as const;
const meticulousTypes = ['meticulous-keyed-md5', 'meticulous-keyed-sha1'] as const;

describe('BFD authentication (RFC 5880, section 6.7)', () => {
  it('by simple password is type, length, key and password (section 4.2)', () => {
    const section = hex('01 0d 07', '6f70656e736573616d65'); // "opensesame"
    deepEqual(signed(authentication('simple')).subarray(29), section);
    equal(signed(authentication('simple'))[5 + 3], 24 + section.length);
  });

  it('by keyed MD5 is a digest over the packet with the key in its place (section 4.3)', () => {
    const bytes = signed(authentication('keyed-md5')).subarray(5);
    // The A bit is set and the length covers the section; the sequence follows the first number drawn.
    deepEqual(
      bytes.subarray(0, 32),
      hex('20 c4 03 30 00000101 00000202 000186a0 000186a0 00000000', '02 18 07 00 000003e9'),
    );
    const covered = bytes.slice();
    covered.set(hex('6f70656e736573616d65 000000000000'), 32);
    deepEqual(bytes.subarray(32), new Uint8Array(createHash('md5').update(covered).digest()));
  });

  it('by meticulous keyed SHA1 has 20 bytes of digest (section 4.4)', () => {
    const bytes = signed(authentication('meticulous-keyed-sha1')).subarray(5);
    equal(bytes.length, 24 + 28);
    deepEqual(bytes.subarray(24, 32), hex('05 1c 07 00 000003e9'));
    const covered = bytes.slice();
    covered.set(hex('6f70656e736573616d65 00000000000000000000'), 32);
    deepEqual(bytes.subarray(32), new Uint8Array(createHash('sha1').update(covered).digest()));
  });

  for (const type of types) {
    it(`${type}: what one side signs the other accepts`, () => {
      equal(verified(authentication(type), signed(authentication(type))), 'authentic');
    });

    it(`${type}: a packet of another type, without a section, of another key or another length is refused`, () => {
      const receiver = authentication(type);
      const other = types[(types.indexOf(type) + 1) % types.length];
      equal(verified(receiver, signed(authentication(other))), 'wrong-type');
      const bare = new Uint8Array(29);
      encodeControlPacket(up, bare, 5);
      equal(verified(receiver, bare), 'absent');
      equal(verified(receiver, signed(authentication(type, [{ ...key, id: 8 }]))), 'unknown-key');
      const wrongSecret = { id: 7, secret: new TextEncoder().encode('opensesamf') };
      equal(verified(receiver, signed(authentication(type, [wrongSecret]))), 'wrong-digest');
      const claimsLess = signed(authentication(type));
      claimsLess[5 + 24 + 1]--;
      equal(verified(receiver, claimsLess), 'wrong-length');
    });

    it(`${type}: keys are found by their id, so that they can be changed one side after the other`, () => {
      const next = { id: 8, secret: new TextEncoder().encode('another one') };
      equal(verified(authentication(type, [key, next]), signed(authentication(type, [next]))), 'authentic');
    });
  }

  for (const type of keyedTypes) {
    it(`${type}: one bit changed anywhere is noticed`, () => {
      const original = signed(authentication(type));
      // Bytes that say how the packet is to be read are refused for that reason; the rest is for the digest to notice.
      for (let at = 5 + 4; at < original.length; at++) {
        if (at >= 29 && at < 32) continue;
        const forged = original.slice();
        forged[at] ^= 1;
        equal(verified(authentication(type), forged), 'wrong-digest', `byte ${at}`);
      }
    });

    it(`${type}: a number up to three multipliers ahead is accepted, one further is not`, () => {
      const receiver = authentication(type);
      const sendAs = (number: number): Uint8Array => signed(authentication(type, [key], number - 1));
      equal(verified(receiver, sendAs(1000)), 'authentic');
      equal(verified(receiver, sendAs(1010)), 'outside-sequence-window');
      equal(verified(receiver, sendAs(1009)), 'authentic');
      equal(verified(receiver, sendAs(1008)), 'outside-sequence-window');
    });

    it(`${type}: numbers go on behind 2^32 - 1 with 0`, () => {
      const sender = authentication(type, [key], 0xfffffffe);
      const receiver = authentication(type);
      equal(verified(receiver, signed(sender)), 'authentic');
      equal(verified(receiver, signed(sender, { ...up, poll: true })), 'authentic');
      deepEqual(signed(sender, { ...up, final: true }).subarray(33, 37), hex('00000001'));
    });

    it(`${type}: a forged packet does not move the window`, () => {
      const receiver = authentication(type);
      const forged = signed(authentication(type, [{ id: 7, secret: new Uint8Array(3) }], 5_000));
      equal(verified(receiver, forged), 'wrong-digest');
      equal(verified(receiver, signed(authentication(type))), 'authentic');
    });

    it(`${type}: after twice the detection time in silence any number is a place to begin (section 6.8.1)`, () => {
      const receiver = authentication(type);
      equal(verified(receiver, signed(authentication(type)), 0), 'authentic');
      const anew = (): Uint8Array => signed(authentication(type, [key], 77));
      equal(verified(receiver, anew(), 2 * DETECTION_TIME - 1), 'outside-sequence-window');
      equal(verified(receiver, anew(), 2 * DETECTION_TIME), 'authentic');
    });
  }

  for (const type of meticulousTypes) {
    it(`${type}: every packet has a number of its own, and none is accepted twice`, () => {
      const sender = authentication(type);
      const [one, two] = [signed(sender), signed(sender)];
      notDeepEqual(one, two);
      const receiver = authentication(type);
      deepEqual(
        [one, two, two, one].map((bytes) => verified(receiver, bytes)),
        ['authentic', 'authentic', 'outside-sequence-window', 'outside-sequence-window'],
      );
    });
  }

  for (const type of plainTypes) {
    it(`${type}: the number goes on only when the packet says something else`, () => {
      const sender = authentication(type);
      const [one, same, other] = [signed(sender), signed(sender), signed(sender, { ...up, poll: true })];
      deepEqual(one, same);
      notDeepEqual(one.subarray(33, 37), other.subarray(33, 37));
      const receiver = authentication(type);
      deepEqual(
        [one, same, other].map((bytes) => verified(receiver, bytes)),
        ['authentic', 'authentic', 'authentic'],
      );
    });
  }

  it('lets a key that is shorter or longer than the digest be used', () => {
    const long = { id: 1, secret: new Uint8Array(20).fill(9) };
    equal(verified(authentication('keyed-sha1', [long]), signed(authentication('keyed-sha1', [long]))), 'authentic');
  });
});
