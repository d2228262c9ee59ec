import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import {
  bfdDiagnostics,
  bfdStates,
  controlPacketFaults,
  decodeControlPacket,
  encodeControlPacket,
  type ControlPacket,
  type ControlPacketFault,
} from '../../../../lib/peering/bfd/control-packet.ts';
import { milliseconds, seconds, type Duration } from '../../../../lib/time.ts';
import { hex, within } from '../../wire/hex.ts';

/** An Up packet with Poll, as a router sends it when it has come up. */
const bytes = hex(
  '20', // version 1, diagnostic 0
  'e8', // state up (3), P, C
  '03', // detect multiplier
  '18', // length 24
  '11223344', // my discriminator
  '55667788', // your discriminator
  '000186a0', // desired min tx: 100 ms
  '000f4240', // required min rx: 1 s
  '0000c350', // required min echo rx: 50 ms
);

const packet: ControlPacket = {
  diagnostic: 'none',
  state: 'up',
  poll: true,
  final: false,
  controlPlaneIndependent: true,
  demand: false,
  detectMultiplier: 3,
  myDiscriminator: 0x11223344,
  yourDiscriminator: 0x55667788,
  desiredMinTx: milliseconds(100),
  requiredMinRx: seconds(1),
  requiredMinEchoRx: milliseconds(50),
};

const with_ = (at: number, ...values: number[]): Uint8Array => {
  const copy = bytes.slice();
  copy.set(values, at);
  return copy;
};

describe('the BFD control packet (RFC 5880, section 4.1)', () => {
  it('is read field by field', () => {
    deepEqual(decodeControlPacket(bytes, 0, 24), { ...packet, length: 24, hasAuthentication: false });
  });

  it('is written as it is read', () => {
    const target = new Uint8Array(24);
    equal(encodeControlPacket(packet, target, 0), 24);
    deepEqual(target, bytes);
  });

  it('is read where it stands in a frame, whatever follows it', () => {
    deepEqual(decodeControlPacket(within(bytes, 42, 60), 42, 126), { ...packet, length: 24, hasAuthentication: false });
  });

  it('has four states, nine diagnostics and five flags, each in its own bits', () => {
    bfdStates.forEach((state, number) => {
      const read = decodeControlPacket(with_(1, number << 6), 0, 24);
      equal(typeof read === 'string' ? read : read.state, state);
    });
    bfdDiagnostics.forEach((diagnostic, number) => {
      const read = decodeControlPacket(with_(0, 0x20 | number), 0, 24);
      equal(typeof read === 'string' ? read : read.diagnostic, diagnostic);
    });
    const flags = (bits: number): unknown => {
      const read = decodeControlPacket(with_(1, 0xc0 | bits), 0, 24);
      if (typeof read === 'string') return read;
      return [read.poll, read.final, read.controlPlaneIndependent, read.demand].map(Number).join('');
    };
    deepEqual([0x20, 0x10, 0x08, 0x02].map(flags), ['1000', '0100', '0010', '0001']);
  });

  it('may have a diagnostic that is not assigned yet', () => {
    const read = decodeControlPacket(with_(0, 0x3f), 0, 24);
    equal(typeof read === 'string' ? read : read.diagnostic, 'reserved');
  });

  it('comes back from bytes whatever is in it', () => {
    const u32 = fc.integer({ min: 1, max: 0xffffffff });
    const anyPacket: fc.Arbitrary<ControlPacket> = fc.record({
      diagnostic: fc.constantFrom(...bfdDiagnostics),
      state: fc.constantFrom(...bfdStates),
      poll: fc.boolean(),
      final: fc.boolean(),
      controlPlaneIndependent: fc.boolean(),
      demand: fc.boolean(),
      detectMultiplier: fc.integer({ min: 1, max: 255 }),
      myDiscriminator: u32,
      yourDiscriminator: u32,
      desiredMinTx: u32 as fc.Arbitrary<Duration>,
      requiredMinRx: u32 as fc.Arbitrary<Duration>,
      requiredMinEchoRx: u32 as fc.Arbitrary<Duration>,
    });
    fc.assert(
      fc.property(anyPacket, (sent) => {
        const target = new Uint8Array(30);
        encodeControlPacket(sent, target, 3);
        deepEqual(decodeControlPacket(target, 3, 27), { ...sent, length: 24, hasAuthentication: false });
      }),
    );
  });
});

describe('a control packet that is to be discarded (RFC 5880, section 6.8.6)', () => {
  const cases: Record<string, readonly [Uint8Array, ControlPacketFault]> = {
    'has fewer bytes than the mandatory section': [bytes.subarray(0, 23), 'too-short'],
    'is empty': [bytes.subarray(0, 0), 'too-short'],
    'has version 0': [with_(0, 0x00), 'wrong-version'],
    'has version 2': [with_(0, 0x40), 'wrong-version'],
    'claims less than 24 bytes': [with_(3, 23), 'wrong-length'],
    'claims more bytes than came': [with_(3, 25), 'wrong-length'],
    'has the A bit, and no room for an authentication section': [with_(1, 0xc4, 3, 24), 'wrong-length'],
    'has detect multiplier 0': [with_(2, 0), 'zero-detect-multiplier'],
    'has the multipoint bit': [with_(1, 0xc1), 'multipoint'],
    'has no discriminator of its sender': [with_(4, 0, 0, 0, 0), 'zero-my-discriminator'],
    'says up without our discriminator': [with_(8, 0, 0, 0, 0), 'zero-your-discriminator'],
    'says init without our discriminator': [
      hex('20 80 03 18 11223344 00000000 000f4240 000f4240 00000000'),
      'zero-your-discriminator',
    ],
  };
  for (const [what, [wrong, fault]] of Object.entries(cases))
    it(what, () => equal(decodeControlPacket(wrong, 0, wrong.length), fault));

  it('is not one that says down or admin-down without our discriminator', () => {
    for (const flags of [0x00, 0x40]) {
      const read = decodeControlPacket(
        hex('20', flags.toString(16).padStart(2, '0'), '03 18 11223344 00000000 000f4240 000f4240 00000000'),
        0,
        24,
      );
      equal(typeof read === 'string' ? read : read.yourDiscriminator, 0);
    }
  });

  it('never makes the reader throw, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(10), (noise, at) => {
        const read = decodeControlPacket(noise, Math.min(at, noise.length), noise.length);
        return typeof read !== 'string' || read in controlPacketFaults;
      }),
    );
  });
});
