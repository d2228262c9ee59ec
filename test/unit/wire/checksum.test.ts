import { equal } from 'node:assert/strict';
import fc from 'fast-check';
import { delta, finish, fold, pseudoHeaderSum, sum, update } from '../../../lib/wire/checksum.ts';
import { writeU16 } from '../../../lib/wire/bytes.ts';
import { hex } from './hex.ts';

const whole = (bytes: Uint8Array): number => finish(sum(bytes, 0, bytes.length));

/** The definition, word by word: the complement of the one's complement sum. */
function byDefinition(bytes: Uint8Array): number {
  let total = 0;
  for (let i = 0; i < bytes.length; i += 2) {
    total += bytes[i] * 256 + (bytes[i + 1] ?? 0);
    if (total > 0xffff) total -= 0xffff;
  }
  return 0xffff - total;
}

const words = (count: number): fc.Arbitrary<Uint8Array> =>
  fc.uint8Array({ minLength: 2 * count, maxLength: 2 * count });

describe('the Internet checksum', () => {
  it('is that of the example in RFC 1071, section 3', () => {
    const bytes = hex('0001 f203 f4f5 f6f7');
    equal(fold(sum(bytes, 0, bytes.length)), 0xddf2);
    equal(whole(bytes), 0x220d);
  });

  it('is updated as in the example in RFC 1624, section 4', () => {
    equal(update(0xdd2f, delta(hex('5555'), hex('3285'))), 0x0000);
  });

  it('pads an odd byte with a zero behind it', () => {
    equal(whole(hex('01 02 03')), whole(hex('01 02 03 00')));
  });

  it('is what its definition says, for any bytes at any place', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(5), (bytes, at) => {
        const frame = new Uint8Array(at + bytes.length + 3).fill(0xff);
        frame.set(bytes, at);
        equal(finish(sum(frame, at, at + bytes.length)), byDefinition(bytes));
      }),
    );
  });

  it('makes the sum of what it protects come out as none', () => {
    fc.assert(
      fc.property(words(10), (bytes) => {
        writeU16(bytes, 4, 0);
        writeU16(bytes, 4, whole(bytes));
        equal(whole(bytes), 0);
      }),
    );
  });

  it('is the same updated for a change as computed anew', () => {
    const change = fc.integer({ min: 1, max: 8 }).chain((count) => fc.tuple(words(count), words(count)));
    fc.assert(
      fc.property(words(6), change, (rest, [before, after]) => {
        const packet = (part: Uint8Array): Uint8Array => Uint8Array.of(0x45, 0x00, ...part, ...rest);
        equal(update(whole(packet(before)), delta(before, after)), whole(packet(after)));
      }),
    );
  });

  it('covers the addresses, the protocol and the length of a pseudo header', () => {
    const frame = hex('ee', '0a01000a', '0a02000a');
    const pseudoHeader = hex('0a01000a', '0a02000a', '00', '11', '0123');
    equal(fold(pseudoHeaderSum(frame, 1, 5, 4, 17, 0x123)), fold(sum(pseudoHeader, 0, pseudoHeader.length)));
  });

  it('covers an IPv6 pseudo header whose length needs more than 16 bits', () => {
    const addresses = hex('fd000001000000000000000000000010', 'fd000002000000000000000000000010');
    const pseudoHeader = Uint8Array.of(...addresses, ...hex('00012345', '000000 3a'));
    equal(fold(pseudoHeaderSum(addresses, 0, 16, 16, 58, 0x12345)), fold(sum(pseudoHeader, 0, pseudoHeader.length)));
  });
});
