import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { ipProtocols } from '../../../lib/wire/ipv4.ts';
import {
  emitIpv6,
  ipv6CheckedHeaderLength,
  ipv6DestinationAt,
  ipv6HopLimit,
  ipv6MulticastMac,
  ipv6NextHeader,
  ipv6PayloadLength,
  ipv6SourceAt,
  ipv6TrafficClass,
  solicitedNodeAddress,
} from '../../../lib/wire/ipv6.ts';
import { hex, within } from './hex.ts';

const SOURCE = hex('fd00 0001 0000 0000 0000 0000 0000 0010');
const DESTINATION = hex('fd00 0002 0000 0000 0000 0000 0000 0010');
const PACKET = hex(
  '6b 80 00 00', // version 6, traffic class 0xb8, flow label 0
  '00 04', // payload length
  '11', // next header: UDP
  '40', // hop limit: 64
  'fd00 0001 0000 0000 0000 0000 0000 0010', // source
  'fd00 0002 0000 0000 0000 0000 0000 0010', // destination
  '01 02 03 04', // payload
);

describe('an IPv6 header', () => {
  it('is read', () => {
    const frame = within(PACKET, 3, 6);
    equal(ipv6CheckedHeaderLength(frame, 3, frame.length), 40);
    equal(ipv6TrafficClass(frame, 3), 0xb8);
    equal(ipv6PayloadLength(frame, 3), 4);
    equal(ipv6NextHeader(frame, 3), ipProtocols.udp);
    equal(ipv6HopLimit(frame, 3), 64);
    deepEqual(frame.slice(ipv6SourceAt(3), ipv6SourceAt(3) + 16), SOURCE);
    deepEqual(frame.slice(ipv6DestinationAt(3), ipv6DestinationAt(3) + 16), DESTINATION);
  });

  it('is written', () => {
    const frame = within(hex('01 02 03 04'), 43);
    emitIpv6(frame, 3, frame.length, 0xb8, 64, ipProtocols.udp);
    frame.set(SOURCE, ipv6SourceAt(3));
    frame.set(DESTINATION, ipv6DestinationAt(3));
    deepEqual(frame.slice(3), PACKET);
  });

  it('is refused if it or its payload is cut, or it is of another version', () => {
    for (let end = 0; end < PACKET.length; end++) equal(ipv6CheckedHeaderLength(PACKET, 0, end), -1);
    const other = PACKET.slice();
    other[0] = 0x45;
    equal(ipv6CheckedHeaderLength(other, 0, other.length), -1);
  });

  it('is never taken from bytes that end before it says', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const headerLength = ipv6CheckedHeaderLength(bytes, 0, bytes.length);
        ok(headerLength === -1 || 40 + ipv6PayloadLength(bytes, 0) <= bytes.length);
      }),
    );
  });

  it('has a multicast group, and a MAC for it, by which a neighbor is asked for', () => {
    const group = solicitedNodeAddress(hex('fd00 0001 0000 0000 0000 0000 01ab cdef'));
    deepEqual(group, hex('ff02 0000 0000 0000 0000 0001 ffab cdef'));
    const mac = new Uint8Array(6);
    ipv6MulticastMac(group, mac);
    deepEqual(mac, hex('33 33 ff ab cd ef'));
  });
});
