import { deepEqual, equal } from 'node:assert/strict';
import fc from 'fast-check';
import {
  ARP_LENGTH,
  arpOperation,
  arpOperations,
  arpSenderAddressAt,
  arpSenderMacAt,
  arpTargetAddressAt,
  emitArp,
  isArp,
} from '../../../lib/wire/arp.ts';
import { hex, within } from './hex.ts';

const REQUEST = hex(
  '00 01', // hardware: Ethernet
  '08 00', // protocol: IPv4
  '06 04', // lengths of their addresses
  '00 01', // operation: request
  '02 00 00 00 00 01', // sender's MAC
  '0a 01 00 0a', // sender's address: 10.1.0.10
  '00 00 00 00 00 00', // target's MAC: asked for
  '0a 01 00 01', // target's address: 10.1.0.1
);

describe('an ARP packet', () => {
  it('is read', () => {
    const frame = within(REQUEST, 5, 18);
    equal(isArp(frame, 5, frame.length), true);
    equal(arpOperation(frame, 5), arpOperations.request);
    deepEqual(frame.slice(arpSenderMacAt(5), arpSenderMacAt(5) + 6), hex('02 00 00 00 00 01'));
    deepEqual(frame.slice(arpSenderAddressAt(5), arpSenderAddressAt(5) + 4), hex('0a 01 00 0a'));
    deepEqual(frame.slice(arpTargetAddressAt(5), arpTargetAddressAt(5) + 4), hex('0a 01 00 01'));
  });

  it('is written', () => {
    const frame = new Uint8Array(ARP_LENGTH + 5);
    const [sender, nobody] = [hex('02 00 00 00 00 01'), hex('00 00 00 00 00 00')];
    emitArp(frame, 5, arpOperations.request, sender, hex('0a 01 00 0a'), nobody, hex('0a 01 00 01'));
    deepEqual(frame.slice(5), REQUEST);
  });

  it('is refused if a byte is missing or it is about other kinds of addresses', () => {
    for (let end = 0; end < ARP_LENGTH; end++) equal(isArp(REQUEST, 0, end), false);
    for (const at of [1, 2, 4, 5]) {
      const other = REQUEST.slice();
      other[at]++;
      equal(isArp(other, 0, other.length), false);
    }
  });

  it('is never taken from bytes too short for it', () => {
    fc.assert(fc.property(fc.uint8Array({ maxLength: ARP_LENGTH - 1 }), (bytes) => !isArp(bytes, 0, bytes.length)));
  });
});
