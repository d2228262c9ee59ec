import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { finish, pseudoHeaderSum, sum } from '../../../lib/wire/checksum.ts';
import { ipProtocols } from '../../../lib/wire/ipv4.ts';
import {
  emitTcp,
  tcpAcknowledgement,
  tcpCheckedHeaderLength,
  tcpChecksumAt,
  tcpDestinationPort,
  tcpFlags,
  tcpFlagsOf,
  tcpOptionAt,
  tcpSequence,
  tcpSourcePort,
  tcpWindow,
} from '../../../lib/wire/tcp.ts';
import { hex, within } from './hex.ts';

const OPTIONS = hex(
  '02 04 05 b4', // maximum segment size: 1460
  '01', // no operation
  '03 03 03', // window scale: 3
);
const SYN = Uint8Array.of(
  ...hex(
    'c0 00', // source port: 49152
    '00 50', // destination port: 80
    '01 02 03 04', // sequence number
    '00 00 00 00', // acknowledgement number
    '70', // header of 7 words
    '02', // flags: SYN
    'ff ff', // window
    'ab af', // checksum, from 10.1.0.10 to 10.2.0.10
    '00 00', // urgent pointer
  ),
  ...OPTIONS,
);
const ADDRESSES = hex('0a 01 00 0a', '0a 02 00 0a');

const withOptions = (...options: string[]): Uint8Array => Uint8Array.of(...SYN.slice(0, 20), ...hex(...options));

describe('a TCP header', () => {
  it('is read', () => {
    const frame = within(SYN, 3, 5);
    equal(tcpCheckedHeaderLength(frame, 3, frame.length), 28);
    equal(tcpSourcePort(frame, 3), 49_152);
    equal(tcpDestinationPort(frame, 3), 80);
    equal(tcpSequence(frame, 3), 0x01020304);
    equal(tcpAcknowledgement(frame, 3), 0);
    equal(tcpFlagsOf(frame, 3), tcpFlags.syn);
    equal(tcpWindow(frame, 3), 0xffff);
    equal(tcpOptionAt(frame, 3, 28, 2, 2), 3 + 22);
    equal(tcpOptionAt(frame, 3, 28, 3, 1), 3 + 27);
    equal(tcpOptionAt(frame, 3, 28, 8, 8), -1, 'no timestamps');
  });

  it('is written', () => {
    const frame = new Uint8Array(31).fill(0xee);
    emitTcp(frame, 3, 28, 49_152, 80, 0x01020304, 0, tcpFlags.syn, 0xffff);
    frame.set(OPTIONS, 23);
    const checksum = finish(pseudoHeaderSum(ADDRESSES, 0, 4, 4, ipProtocols.tcp, 28) + sum(frame, 3, 31));
    frame.set([checksum >>> 8, checksum & 0xff], tcpChecksumAt(3));
    deepEqual(frame.slice(3), SYN);
  });

  it('is refused if it is cut or claims less than a header', () => {
    for (let end = 0; end < SYN.length; end++) equal(tcpCheckedHeaderLength(SYN, 0, end), -1);
    const short = SYN.slice();
    short[12] = 0x40;
    equal(tcpCheckedHeaderLength(short, 0, short.length), -1);
  });

  it('has no option behind the end of the list, or of another length', () => {
    equal(tcpOptionAt(withOptions('00 000000', '02 04 05 b4'), 0, 28, 2, 2), -1, 'behind the end');
    equal(tcpOptionAt(withOptions('02 03 05', '00'), 0, 24, 2, 2), -1, 'too short');
    equal(tcpOptionAt(withOptions('01 01 01', '02'), 0, 24, 2, 2), -1, 'no length');
    equal(tcpOptionAt(withOptions('01 01', '02 04'), 0, 24, 2, 2), -1, 'no value');
    equal(tcpOptionAt(withOptions('05 00 00 00'), 0, 24, 2, 2), -1, 'an option of length 0 ends the search');
  });

  it('yields options that lie within it, or none, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 60 }), fc.nat(8), fc.nat(8), (bytes, kind, length) => {
        const headerLength = tcpCheckedHeaderLength(bytes, 0, bytes.length);
        if (headerLength === -1) return;
        const at = tcpOptionAt(bytes, 0, headerLength, kind, length);
        ok(at === -1 || (at >= 22 && at + length <= headerLength));
      }),
    );
  });

  it('is never taken from bytes that end before it says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), (bytes) => {
        const headerLength = tcpCheckedHeaderLength(bytes, 0, bytes.length);
        ok(headerLength === -1 || (headerLength >= 20 && headerLength <= bytes.length));
      }),
    );
  });
});
