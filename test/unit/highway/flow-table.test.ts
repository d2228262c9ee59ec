import { equal, ok, throws } from 'node:assert/strict';
import fc from 'fast-check';
import { InvariantError } from '../../../lib/assert.ts';
import {
  KEY_WORDS,
  keyDestination,
  keyDestinationPort,
  keyFamily,
  keyNetworkInterface,
  keyProtocol,
  keySource,
  keySourcePort,
  setKeyAddresses,
  setKeyHead,
} from '../../../lib/highway/flow-key.ts';
import { FlowTable, SESSIONS_MAX, firstSequence } from '../../../lib/highway/flow-table.ts';
import { readU16, writeU16 } from '../../../lib/wire/bytes.ts';
import { update } from '../../../lib/wire/checksum.ts';
import { addressBytes, readFrame, text, udpPacket, ethernetFrame } from '../../support/packets.ts';

const SESSIONS = 24;

/** A key that differs from others in one small number, so that few keys meet often. */
function keyOf(number: number): Uint32Array {
  const key = new Uint32Array(KEY_WORDS);
  setKeyHead(key, number & 1, 4, 17, number, 7_000);
  setKeyAddresses(key, addressBytes('10.1.0.10'), addressBytes('10.2.0.10'));
  return key;
}

function keyBetween(source: string, sourcePort: number, destination: string, destinationPort: number): Uint32Array {
  const key = new Uint32Array(KEY_WORDS);
  setKeyHead(key, 3, addressBytes(source).length === 4 ? 4 : 6, 17, sourcePort, destinationPort);
  setKeyAddresses(key, addressBytes(source), addressBytes(destination));
  return key;
}

type Step =
  | { readonly kind: 'install'; readonly session: number; readonly forward: number; readonly reverse: number }
  | { readonly kind: 'remove'; readonly session: number }
  | { readonly kind: 'rekey'; readonly session: number; readonly to: number }
  | { readonly kind: 'find'; readonly key: number };

const session = fc.nat({ max: SESSIONS - 1 });
const keyNumber = fc.nat({ max: 99 });
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('install' as const), session, forward: keyNumber, reverse: keyNumber }),
    fc.record({ kind: fc.constant('remove' as const), session }),
    fc.record({ kind: fc.constant('rekey' as const), session, to: keyNumber }),
    fc.record({ kind: fc.constant('find' as const), key: keyNumber }),
  ),
  { maxLength: 300, size: 'max' },
);

describe('the flow table', () => {
  it('does what a Map from keys to flows does, however keys fall into its slots', () => {
    fc.assert(
      fc.property(steps, fc.nat(), (list, seed) => {
        // The index has as few slots as it may have: most searches pass other keys.
        const table = new FlowTable(SESSIONS, seed);
        const model = new Map<number, number>();
        const bySession = new Map<number, [number, number]>();
        for (const step of list) {
          if (step.kind === 'install') {
            const { session, forward, reverse } = step;
            if (bySession.has(session) || model.has(forward) || model.has(reverse) || forward === reverse) continue;
            table.install(session, keyOf(forward), keyOf(reverse), 5);
            model.set(forward, session * 2).set(reverse, session * 2 + 1);
            bySession.set(session, [forward, reverse]);
          } else if (step.kind === 'remove') {
            const keys = bySession.get(step.session);
            if (!keys) continue;
            table.remove(step.session);
            bySession.delete(step.session);
            for (const key of keys) model.delete(key);
          } else if (step.kind === 'rekey') {
            const keys = bySession.get(step.session);
            if (!keys || model.has(step.to)) continue;
            table.rekey(step.session * 2 + 1, keyOf(step.to));
            model.delete(keys[1]);
            model.set(step.to, step.session * 2 + 1);
            keys[1] = step.to;
          } else {
            equal(table.find(keyOf(step.key), 0), model.get(step.key) ?? -1);
          }
          equal(table.entries, model.size);
        }
        for (let number = 0; number < 100; number++) equal(table.find(keyOf(number), 0), model.get(number) ?? -1);
      }),
      { numRuns: 300 },
    );
  });

  it('holds as many sessions as it was made for, full to the last', () => {
    const table = new FlowTable(1_000, 1);
    for (let i = 0; i < 1_000; i++) table.install(i, keyOf(2 * i), keyOf(2 * i + 1), 0);
    equal(table.entries, 2_000);
    for (let i = 0; i < 2_000; i++) equal(table.find(keyOf(i), 0), i);
    equal(table.find(keyOf(2_000), 0), -1);
    for (let i = 999; i >= 0; i--) table.remove(i);
    equal(table.entries, 0);
    for (let i = 0; i < 2_000; i++) equal(table.find(keyOf(i), 0), -1);
  });

  it('begins a session with nothing of the one that had its place before', () => {
    const table = new FlowTable(1, 1);
    table.install(0, keyOf(0), keyOf(1), 10);
    for (const column of [table.flags, table.path, table.neighbor, table.activity, table.packets, table.bytes])
      column[1] = 7;
    table.remove(0);
    table.install(0, keyOf(2), keyOf(3), 1_000);
    equal(table.flags[1], 0);
    equal(table.path[1], 0);
    equal(table.neighbor[1], -1);
    equal(table.activity[1], 1_000);
    equal(table.packets[1], 0);
    equal(table.bytes[1], 0);
    equal(table.sequence[1], 250);
  });

  it('refuses to be made for no session, or for more than can be', () => {
    for (const count of [0, -1, SESSIONS_MAX + 1]) throws(() => new FlowTable(count, 1), InvariantError);
  });

  it('knows by what a UDP checksum changes when a packet leaves on another family with other ports', () => {
    const addresses = fc.constantFrom('10.1.0.10', '172.16.0.1', '255.255.255.255', 'fd00:1::10', 'ffff::ffff');
    const port = fc.nat({ max: 0xffff });
    fc.assert(
      fc.property(addresses, addresses, port, port, port, port, (host, peer, a, b, c, d) => {
        const [server, own] = [
          host.includes(':') ? 'fd00:2::10' : '10.2.0.10',
          peer.includes(':') ? 'fd00:a::2' : '172.16.0.2',
        ];
        const table = new FlowTable(1, 1);
        table.install(0, keyBetween(host, a, server, b), keyBetween(peer, c, own, d), 0);
        const checksumOf = (packet: Uint8Array): number => {
          const read = readFrame(
            ethernetFrame(new Uint8Array(6), new Uint8Array(6), packet[0] >>> 4 === 4 ? 0x0800 : 0x86dd, packet),
          );
          return readU16(read?.l4 ?? new Uint8Array(8), 6);
        };
        const came = checksumOf(udpPacket([host, a], [server, b], text('payload')));
        const leaves = checksumOf(udpPacket([own, d], [peer, c], text('payload')));
        const same = (x: number, y: number): boolean => x % 0xffff === y % 0xffff;
        ok(same(update(came, table.checksumDelta[0]), leaves));
        ok(same(update(leaves, table.checksumDelta[1]), came));
      }),
    );
  });
});

describe('a flow key', () => {
  it('gives back what went into it', () => {
    for (const [source, destination] of [
      ['10.1.0.10', '10.2.0.10'],
      ['fd00:1::10', 'fd00:2::10'],
    ]) {
      const key = keyBetween(source, 65_535, destination, 1);
      const family = source.includes(':') ? 6 : 4;
      equal(keyNetworkInterface(key, 0), 3);
      equal(keyFamily(key, 0), family);
      equal(keyProtocol(key, 0), 17);
      equal(keySourcePort(key, 0), 65_535);
      equal(keyDestinationPort(key, 0), 1);
      equal(keySource(key, 0).join(), addressBytes(source).join());
      equal(keyDestination(key, 0).join(), addressBytes(destination).join());
    }
  });
});

describe('the first sequence number of a flow', () => {
  it('is further than any that a flow of earlier can have come to', () => {
    const start = 1_767_225_600_000_000;
    const tenSecondsLater = firstSequence(start + 10_000_000);
    const ahead = (tenSecondsLater - (firstSequence(start) + 2_000_000)) | 0;
    ok(ahead > 0, 'even after 200,000 packets a second');
    const bytes = new Uint8Array(4);
    writeU16(bytes, 0, firstSequence(start) >>> 16);
    equal(readU16(bytes, 0), firstSequence(start) >>> 16, 'it fits its field');
  });
});
