import { deepEqual, equal } from 'node:assert/strict';
import {
  BROADCAST_MAC,
  ethernetHeaderLength,
  etherType,
  etherTypes,
  isGroupMac,
  prependEthernet,
  vlanId,
} from '../../../lib/wire/ethernet.ts';
import { hex, within } from './hex.ts';

const PAYLOAD = hex('45 00');
const UNTAGGED = hex(
  '02 00 00 00 00 02', // destination
  '02 00 00 00 00 01', // source
  '08 00', // type: IPv4
  '45 00', // payload
);
const TAGGED = hex(
  'ff ff ff ff ff ff', // destination
  '02 00 00 00 00 01', // source
  '81 00', // type: 802.1Q
  '00 64', // priority 0, VLAN 100
  '86 dd', // type: IPv6
  '45 00', // payload
);
const SOURCE = hex('02 00 00 00 00 01');

describe('an Ethernet header', () => {
  it('is read without a tag', () => {
    const frame = within(UNTAGGED, 3);
    const headerLength = ethernetHeaderLength(frame, 3, frame.length);
    equal(headerLength, 14);
    equal(etherType(frame, 3, headerLength), etherTypes.ipv4);
    equal(vlanId(frame, 3, headerLength), 0);
    equal(isGroupMac(frame, 3), false);
  });

  it('is read with a tag', () => {
    const frame = within(TAGGED, 3);
    const headerLength = ethernetHeaderLength(frame, 3, frame.length);
    equal(headerLength, 18);
    equal(etherType(frame, 3, headerLength), etherTypes.ipv6);
    equal(vlanId(frame, 3, headerLength), 100);
    equal(isGroupMac(frame, 3), true);
  });

  it('leaves the priority bits out of the VLAN', () => {
    const frame = TAGGED.slice();
    frame[14] = 0xf0;
    equal(vlanId(frame, 0, 18), 100);
  });

  it('is written without a tag in front of a payload', () => {
    const frame = within(PAYLOAD, 20);
    const at = prependEthernet(frame, 20, hex('ee 02 00 00 00 00 02'), 1, SOURCE, 0, etherTypes.ipv4);
    deepEqual(frame.slice(at), UNTAGGED);
  });

  it('is written with a tag in front of a payload', () => {
    const frame = within(PAYLOAD, 20);
    const at = prependEthernet(frame, 20, BROADCAST_MAC, 0, SOURCE, 100, etherTypes.ipv6);
    deepEqual(frame.slice(at), TAGGED);
  });

  it('is refused as long as a byte of it is missing', () => {
    for (let end = 0; end < 14; end++) equal(ethernetHeaderLength(UNTAGGED, 0, end), -1);
    for (let end = 0; end < 18; end++) equal(ethernetHeaderLength(TAGGED, 0, end), -1);
  });
});
