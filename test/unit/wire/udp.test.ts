import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { finish, pseudoHeaderSum, sum } from '../../../lib/wire/checksum.ts';
import { ipProtocols } from '../../../lib/wire/ipv4.ts';
import {
  emitUdp,
  UDP_HEADER_LENGTH,
  udpChecksum,
  udpCheckedLength,
  udpDestinationPort,
  udpSourcePort,
} from '../../../lib/wire/udp.ts';
import { hex, within } from './hex.ts';

const DATAGRAM = hex(
  'c0 00', // source port: 49152
  '1b 58', // destination port: 7000
  '00 0d', // length: 13
  'cc 92', // checksum, from 10.1.0.10 to 10.2.0.10
  '68 65 6c 6c 6f', // 'hello'
);
const ADDRESSES = hex('0a 01 00 0a', '0a 02 00 0a');

describe('a UDP header', () => {
  it('is read', () => {
    const frame = within(DATAGRAM, 3, 10);
    equal(udpCheckedLength(frame, 3, frame.length), 13);
    equal(udpSourcePort(frame, 3), 49_152);
    equal(udpDestinationPort(frame, 3), 7_000);
    equal(udpChecksum(frame, 3), 0xcc92);
  });

  it('is written', () => {
    const frame = within(hex('68 65 6c 6c 6f'), 3 + UDP_HEADER_LENGTH);
    emitUdp(frame, 3, frame.length, 49_152, 7_000, 0);
    const pseudoHeader = pseudoHeaderSum(ADDRESSES, 0, 4, 4, ipProtocols.udp, frame.length - 3);
    const checksum = finish(pseudoHeader + sum(frame, 3, frame.length));
    emitUdp(frame, 3, frame.length, 49_152, 7_000, checksum);
    deepEqual(frame.slice(3), DATAGRAM);
  });

  it('is refused if it is cut or claims less than a header', () => {
    for (let end = 0; end < DATAGRAM.length; end++) equal(udpCheckedLength(DATAGRAM, 0, end), -1);
    const short = DATAGRAM.slice();
    short[5] = 7;
    equal(udpCheckedLength(short, 0, short.length), -1);
  });

  it('is never taken from bytes that end before it says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        const length = udpCheckedLength(bytes, 0, bytes.length);
        ok(length === -1 || (length >= UDP_HEADER_LENGTH && length <= bytes.length));
      }),
    );
  });
});
