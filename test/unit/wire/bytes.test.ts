import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import { copyBytes, equalBytes, readU16, readU32, writeU16, writeU32 } from '../../../lib/wire/bytes.ts';
import { hex } from './hex.ts';

describe('fields of a frame', () => {
  it('are big-endian', () => {
    const frame = new Uint8Array(8);
    writeU16(frame, 1, 0x1234);
    writeU32(frame, 3, 0xdeadbeef);
    deepEqual(frame, hex('00 1234 deadbeef 00'));
    equal(readU16(frame, 1), 0x1234);
    equal(readU32(frame, 3), 0xdeadbeef);
  });

  it('are read as they were written', () => {
    fc.assert(
      fc.property(fc.nat(0xffff), fc.nat(0xffffffff), fc.nat(3), (short, long, at) => {
        const frame = new Uint8Array(12);
        writeU16(frame, at, short);
        writeU32(frame, at + 2, long);
        return readU16(frame, at) === short && readU32(frame, at + 2) === long;
      }),
    );
  });

  it('are copied and compared in place', () => {
    const frame = hex('01 02 03 04 05 06');
    copyBytes(frame, 0, frame, 3, 2);
    deepEqual(frame, hex('01 02 03 01 02 06'));
    equal(equalBytes(frame, 0, frame, 3, 2), true);
    equal(equalBytes(frame, 0, frame, 3, 3), false);
  });
});
