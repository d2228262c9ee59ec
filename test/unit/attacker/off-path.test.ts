import { deepEqual, equal, ok } from 'node:assert/strict';
import { parseAddress, parsePrefix, type IpAddress } from '../../../lib/address.ts';
import { forgeryKinds, messageKinds, type OffPathAttack } from '../../../lib/attacker/attack.ts';
import { OffPathAttacker } from '../../../lib/attacker/off-path.ts';
import { Frame } from '../../../lib/frame.ts';
import { decodeMetadata } from '../../../lib/metadata/codec.ts';
import { readSvrBfd } from '../../../lib/peering/svr-bfd/packet.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { after, milliseconds, seconds, type Duration, type Instant } from '../../../lib/time.ts';
import { readU32 } from '../../../lib/wire/bytes.ts';
import { ipProtocols } from '../../../lib/wire/ipv4.ts';
import { arpFrame, ipFrame, isArpFrame, readFrame, text, udpPacket, type ReadPacket } from '../../support/packets.ts';

const [OWN_MAC, HUB_MAC] = [Uint8Array.of(2, 0, 0, 0, 0, 66), Uint8Array.of(2, 0, 0, 0, 0, 2)];
const EPOCH = seconds(1_000_000) as number as Instant;

function address(text: string): IpAddress {
  const read = parseAddress(text);
  if (!read) throw new Error(`${text} is no address`);
  return read;
}

const sources = parsePrefix('172.16.0.128/25');
if (!sources) throw new Error('no prefix');
const own = { address: address('172.16.0.66'), length: 24 };
const base = { name: 'attack', by: 'mallory', target: address('172.16.0.2') };
const pace = { start: seconds(1), every: milliseconds(10), count: 20 };
const described = {
  like: {
    source: address('10.1.0.10'),
    destination: address('10.2.0.10'),
    destinationPort: 7_000,
    protocol: ipProtocols.udp,
  },
  tenant: 'corp',
  service: 'questions',
} as const;

/** An attacker on a segment where the hub answers ARP. */
class OnSegment {
  readonly device: OffPathAttacker;
  readonly sent: ReadPacket[] = [];
  now = EPOCH;

  constructor(attack: OffPathAttack, seed = 1) {
    this.device = new OffPathAttacker({
      mac: OWN_MAC,
      addresses: [own],
      gateways: [],
      attacks: [attack],
      wire: { transmit: (_port, frame) => this.#transmitted(frame.copy()) },
      random: new SeededRandom(seed),
      epoch: EPOCH,
      now: EPOCH,
    });
  }

  give(bytes: Uint8Array): void {
    this.device.receive(0, Frame.of(bytes), this.now);
  }

  wait(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.device.nextDeadline() <= end) {
      this.now = this.device.nextDeadline();
      this.device.poll(this.now);
    }
    this.now = end;
  }

  #transmitted(bytes: Uint8Array): void {
    const packet = isArpFrame(bytes) ? undefined : readFrame(bytes);
    if (packet) this.sent.push(packet);
    else this.give(arpFrame(OWN_MAC, 2, [HUB_MAC, '172.16.0.2'], [OWN_MAC, '172.16.0.66']));
  }
}

const told = (segment: OnSegment): object => segment.device.reports()[0];

describe('an attacker off the path', () => {
  it('scans port after port at his pace, and knows an answer from what he did not ask for', () => {
    const segment = new OnSegment({ ...base, ...pace, kind: 'port-scan', ports: [16_384, 16_393] });
    segment.wait(milliseconds(1_190));
    deepEqual(
      segment.sent.map(({ destinationPort }) => destinationPort),
      [...Array(20).keys()].map((i) => 16_384 + (i % 10)),
    );
    const { sourcePort } = segment.sent[0];
    const from = (port: number, to = sourcePort): Uint8Array =>
      ipFrame(OWN_MAC, HUB_MAC, udpPacket(['172.16.0.2', port], ['172.16.0.66', to], text('yes?')));
    segment.give(from(16_500));
    segment.give(from(16_384, 9));
    const scanned = { name: 'attack', sent: 20, sentByKind: { bare: 20 }, seen: 0 };
    deepEqual(told(segment), { ...scanned, answers: 0 });
    segment.give(from(16_384));
    deepEqual(told(segment), { ...scanned, answers: 1, firstAnswerAt: milliseconds(1_190) });
    segment.wait(seconds(60));
    equal(segment.sent.length, 20);
  });

  it("tries every pair of a peer's ports with every packet, from the peer's address", () => {
    const attack = { ...base, ...pace, count: 4 * 16, kind: 'spoof', as: address('172.16.0.1') } as const;
    const packets = ['bare', 'health-check', 'enable-metadata', 'bfd'] as const;
    const segment = new OnSegment({ ...attack, ports: [20_000, 20_003], packets });
    segment.wait(seconds(3));
    const pairs = new Set(segment.sent.map(({ sourcePort, destinationPort }) => `${sourcePort} ${destinationPort}`));
    equal(pairs.size, 16 + 1);
    equal(segment.sent.filter(({ destinationPort }) => destinationPort === 1_280).length, 16);
    ok(segment.sent.every(({ source }) => source === '172.16.0.1'));
    const sentByKind = { bare: 16, 'health-check': 16, 'enable-metadata': 16, bfd: 16 };
    deepEqual(told(segment), { name: 'attack', sent: 64, sentByKind, seen: 0, answers: 0 });
  });

  it('makes every forgery as a router would write it', () => {
    for (const hmac of ['none', 'wrong'] as const)
      for (const kind of forgeryKinds) {
        const attack = { ...base, ...pace, ...described, kind: 'forge', as: undefined, hmac, packets: [kind] } as const;
        const segment = new OnSegment(attack);
        segment.wait(seconds(3));
        equal(segment.sent.length, 20);
        for (const { payload } of segment.sent) {
          const end = payload.length - (hmac === 'wrong' ? 28 : 0);
          if (hmac === 'wrong') equal(readU32(payload, end + 4), Math.floor(segment.now / 1e6) - 2);
          const metadata = decodeMetadata(payload, 0, end);
          if (kind === 'bfd') equal(typeof readSvrBfd(payload, 0, end, undefined, segment.now), 'object');
          else equal(typeof metadata, kind === 'bare' ? 'string' : 'object', kind);
        }
      }
  });

  it('floods with first packets of other sessions from other addresses of a prefix', () => {
    const attack = { ...base, ...pace, ...described, kind: 'flood', hmac: 'none', sources } as const;
    const segment = new OnSegment(attack);
    segment.wait(seconds(3));
    const ids = segment.sent.map(({ payload }) => {
      const metadata = decodeMetadata(payload, 0, payload.length);
      if (typeof metadata === 'string') throw new Error(metadata);
      const { tenant, service, sessionUuid, forwardContextIpv4 } = metadata.attributes;
      deepEqual([tenant, service, forwardContextIpv4?.destinationPort], ['corp', 'questions', 7_000]);
      return sessionUuid?.join();
    });
    equal(new Set(ids).size, 20);
    const last = segment.sent.map(({ source }) => source.split('.'));
    ok(last.every(([a, b, c, d]) => `${a}.${b}.${c}` === '172.16.0' && Number(d) >= 128));
    ok(new Set(last.map(([, , , d]) => d)).size > 10);
  });

  it('draws the same from the same seed', () => {
    const attack = { ...base, ...pace, kind: 'spoof', as: own.address, ports: [1, 2], packets: messageKinds } as const;
    const sent = (seed: number): readonly ReadPacket[] => {
      const segment = new OnSegment(attack, seed);
      segment.wait(seconds(3));
      return segment.sent;
    };
    deepEqual(sent(1), sent(1));
    equal(JSON.stringify(sent(1)) === JSON.stringify(sent(2)), false);
  });

  it('counts what nothing leads to', () => {
    const target = address('192.0.2.1');
    const segment = new OnSegment({ ...base, ...pace, target, kind: 'port-scan', ports: [16_384, 16_393] });
    segment.wait(seconds(3));
    equal(segment.device.counters.read('attacks unsent'), 20);
  });
});
