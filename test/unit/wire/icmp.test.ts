import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { finish, pseudoHeaderSum, sum } from '../../../lib/wire/checksum.ts';
import {
  emitIcmp,
  emitNeighborMessage,
  icmpChecksumAt,
  icmpCode,
  icmpIdentifier,
  icmpSequence,
  icmpType,
  icmpTypes,
  icmpv6Types,
  NEIGHBOR_MESSAGE_LENGTH,
  neighborMacAt,
  neighborTargetAt,
} from '../../../lib/wire/icmp.ts';
import { ipProtocols } from '../../../lib/wire/ipv4.ts';
import { hex, within } from './hex.ts';

const ECHO_REQUEST = hex(
  '08', // type: echo request
  '00', // code
  'e5 f9', // checksum
  '12 34', // identifier
  '00 01', // sequence number
  '70 69 6e 67 21', // 'ping!'
);
const ASKER = hex('fd00 0001 0000 0000 0000 0000 0000 0010');
const ROUTER = hex('fd00 0001 0000 0000 0000 0000 0000 0001');
const SOLICITATION = hex(
  '87', // type: neighbor solicitation
  '00', // code
  '7d 88', // checksum, from ...:10 to ff02::1:ff00:1
  '00 00 00 00', // reserved
  'fd00 0001 0000 0000 0000 0000 0000 0001', // target
  '01 01', // option: source link-layer address, 8 bytes
  '02 00 00 00 00 01', // MAC
);
const ADVERTISEMENT = hex(
  '88', // type: neighbor advertisement
  '00', // code
  '1c 8a', // checksum, from ...:1 to ...:10
  '60 00 00 00', // flags: solicited, override
  'fd00 0001 0000 0000 0000 0000 0000 0001', // target
  '02 01', // option: target link-layer address, 8 bytes
  '02 00 00 00 00 02', // MAC
);

function finishIcmpv6(message: Uint8Array, source: Uint8Array, destination: Uint8Array): void {
  const addresses = Uint8Array.of(...source, ...destination);
  const pseudoHeader = pseudoHeaderSum(addresses, 0, 16, 16, ipProtocols.icmpv6, message.length);
  const checksum = finish(pseudoHeader + sum(message, 0, message.length));
  message.set([checksum >>> 8, checksum & 0xff], icmpChecksumAt(0));
}

describe('an ICMP message', () => {
  it('is read', () => {
    const frame = within(ECHO_REQUEST, 3);
    equal(icmpType(frame, 3), icmpTypes.echoRequest);
    equal(icmpCode(frame, 3), 0);
    equal(icmpIdentifier(frame, 3), 0x1234);
    equal(icmpSequence(frame, 3), 1);
    equal(finish(sum(frame, 3, frame.length)), 0);
  });

  it('is written', () => {
    const frame = within(hex('70 69 6e 67 21'), 11);
    emitIcmp(frame, 3, icmpTypes.echoRequest, 0, 0x12340001);
    const checksum = finish(sum(frame, 3, frame.length));
    frame.set([checksum >>> 8, checksum & 0xff], icmpChecksumAt(3));
    deepEqual(frame.slice(3), ECHO_REQUEST);
  });
});

describe('a neighbor message', () => {
  it('is read', () => {
    const frame = within(SOLICITATION, 3);
    equal(icmpType(frame, 3), icmpv6Types.neighborSolicitation);
    deepEqual(frame.slice(neighborTargetAt(3), neighborTargetAt(3) + 16), ROUTER);
    const macAt = neighborMacAt(frame, 3, frame.length);
    deepEqual(frame.slice(macAt, macAt + 6), hex('02 00 00 00 00 01'));
  });

  it('is written as a solicitation', () => {
    const message = new Uint8Array(NEIGHBOR_MESSAGE_LENGTH);
    emitNeighborMessage(message, 0, icmpv6Types.neighborSolicitation, ROUTER, hex('02 00 00 00 00 01'));
    finishIcmpv6(message, ASKER, hex('ff02 0000 0000 0000 0000 0001 ff00 0001'));
    deepEqual(message, SOLICITATION);
  });

  it('is written as an advertisement', () => {
    const message = new Uint8Array(NEIGHBOR_MESSAGE_LENGTH);
    emitNeighborMessage(message, 0, icmpv6Types.neighborAdvertisement, ROUTER, hex('02 00 00 00 00 02'));
    finishIcmpv6(message, ROUTER, ASKER);
    deepEqual(message, ADVERTISEMENT);
  });

  it('has no MAC if it is cut or its option has another length', () => {
    for (let end = 0; end < NEIGHBOR_MESSAGE_LENGTH; end++) equal(neighborMacAt(SOLICITATION, 0, end), -1);
    const longer = SOLICITATION.slice();
    longer[25] = 2;
    equal(neighborMacAt(longer, 0, longer.length), -1);
  });

  it('has a MAC within it, or none, whatever the bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        const at = neighborMacAt(bytes, 0, bytes.length);
        ok(at === -1 || at + 6 <= bytes.length);
      }),
    );
  });
});
