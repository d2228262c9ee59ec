import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { finish, sum } from '../../../lib/wire/checksum.ts';
import {
  decrementIpv4Ttl,
  emitIpv4,
  finishIpv4Header,
  ipProtocols,
  IPV4_DO_NOT_FRAGMENT,
  ipv4CheckedHeaderLength,
  ipv4DestinationAt,
  ipv4IsFragment,
  ipv4Protocol,
  ipv4SourceAt,
  ipv4TotalLength,
  ipv4Ttl,
} from '../../../lib/wire/ipv4.ts';
import { hex, within } from './hex.ts';

const HEADER = hex(
  '45', // version 4, header of 5 words
  '00', // traffic class
  '00 73', // total length: 115
  '00 00', // identification
  '40 00', // flags: do not fragment
  '40', // TTL: 64
  '11', // protocol: UDP
  'b8 61', // header checksum
  'c0 a8 00 01', // source: 192.168.0.1
  'c0 a8 00 c7', // destination: 192.168.0.199
);
const PACKET = within(HEADER, 0, 95);

/** The packet with one byte of its header changed, and the checksum made right again. */
function withByte(at: number, value: number): Uint8Array {
  const packet = PACKET.slice();
  packet[at] = value;
  finishIpv4Header(packet, 0);
  return packet;
}

describe('an IPv4 header', () => {
  it('is read', () => {
    const frame = within(PACKET, 3, 10);
    equal(ipv4CheckedHeaderLength(frame, 3, frame.length), 20);
    equal(ipv4TotalLength(frame, 3), 115);
    equal(ipv4Ttl(frame, 3), 64);
    equal(ipv4Protocol(frame, 3), ipProtocols.udp);
    equal(ipv4IsFragment(frame, 3), false);
    deepEqual(frame.slice(ipv4SourceAt(3), ipv4SourceAt(3) + 4), hex('c0 a8 00 01'));
    deepEqual(frame.slice(ipv4DestinationAt(3), ipv4DestinationAt(3) + 4), hex('c0 a8 00 c7'));
  });

  it('is written', () => {
    const frame = within(new Uint8Array(115), 3);
    emitIpv4(frame, 3, frame.length, 0, 0, IPV4_DO_NOT_FRAGMENT, 64, ipProtocols.udp);
    frame.set(hex('c0 a8 00 01'), ipv4SourceAt(3));
    frame.set(hex('c0 a8 00 c7'), ipv4DestinationAt(3));
    finishIpv4Header(frame, 3);
    deepEqual(frame.slice(3, 23), HEADER);
  });

  it('may have options', () => {
    const packet = within(PACKET.slice(0, 115), 0);
    packet[0] = 0x46;
    packet.set(hex('01 01 01 00'), 20);
    packet.set(hex('00 00'), 10);
    const checksum = finish(sum(packet, 0, 24));
    packet.set([checksum >>> 8, checksum & 0xff], 10);
    equal(ipv4CheckedHeaderLength(packet, 0, packet.length), 24);
  });

  it('is refused if it is cut, of another version, of an impossible length or broken', () => {
    for (let end = 0; end < PACKET.length; end++) equal(ipv4CheckedHeaderLength(PACKET, 0, end), -1);
    equal(ipv4CheckedHeaderLength(withByte(0, 0x65), 0, 115), -1, 'version 6');
    equal(ipv4CheckedHeaderLength(withByte(0, 0x44), 0, 115), -1, 'header of 16 bytes');
    equal(ipv4CheckedHeaderLength(withByte(3, 19), 0, 115), -1, 'total length of 19 bytes');
    equal(ipv4CheckedHeaderLength(withByte(3, 116), 0, 115), -1, 'total length beyond the end');
    const broken = PACKET.slice();
    broken[19] ^= 1;
    equal(ipv4CheckedHeaderLength(broken, 0, 115), -1, 'checksum');
  });

  it('tells fragments from whole packets', () => {
    equal(ipv4IsFragment(withByte(6, 0x20), 0), true, 'first of several');
    equal(ipv4IsFragment(withByte(7, 0x01), 0), true, 'a later one');
    equal(ipv4IsFragment(withByte(6, 0x00), 0), false);
  });

  it('keeps its checksum right when the TTL goes down', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 20, maxLength: 20 }), fc.integer({ min: 1, max: 255 }), (header, ttl) => {
        header[0] = 0x45;
        header[8] = ttl;
        finishIpv4Header(header, 0);
        decrementIpv4Ttl(header, 0);
        equal(ipv4Ttl(header, 0), ttl - 1);
        equal(finish(sum(header, 0, 20)), 0);
      }),
    );
  });

  it('is never taken from bytes that end before it says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const headerLength = ipv4CheckedHeaderLength(bytes, 0, bytes.length);
        ok(headerLength === -1 || (headerLength >= 20 && headerLength <= ipv4TotalLength(bytes, 0)));
      }),
    );
  });
});
