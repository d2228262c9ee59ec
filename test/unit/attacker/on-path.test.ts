import { deepEqual, equal, ok } from 'node:assert/strict';
import type { OnPathAttack } from '../../../lib/attacker/attack.ts';
import { OnPathAttacker } from '../../../lib/attacker/on-path.ts';
import { Frame } from '../../../lib/frame.ts';
import { COOKIE } from '../../../lib/metadata/header.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { after, milliseconds, seconds, type Duration, type Instant } from '../../../lib/time.ts';
import {
  arpFrame,
  ethernetFrame,
  ipFrame,
  joined,
  readFrame,
  text,
  udpPacket,
  type End,
} from '../../support/packets.ts';

const SPOKE: End = ['172.16.0.1', 20_000];
const HUB: End = ['172.16.0.2', 20_001];
const [SPOKE_MAC, HUB_MAC] = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)];
const [INSIDE, OUTSIDE] = [0, 1];
const EPOCH = seconds(1_000_000) as number as Instant;

const toHub = (payload: Uint8Array, from = SPOKE, to = HUB): Uint8Array =>
  ipFrame(HUB_MAC, SPOKE_MAC, udpPacket(from, to, payload));
const bare = (content: string): Uint8Array => toHub(text(content));

const pace = { name: 'attack', by: 'eve', start: seconds(1), every: milliseconds(100), count: 3 };
const looked = { ...pace, packets: ['metadata', 'bare', 'bfd'], towards: 'both' } as const;
const replay = { ...looked, kind: 'replay', age: seconds(0), turned: false, port: 0 } as const;
const flip = { ...looked, kind: 'bit-flip', bits: 0, replace: false } as const;

/** An attacker between two wires, which show what comes out. */
class Between {
  readonly device: OnPathAttacker;
  readonly sent: { readonly port: number; readonly bytes: Uint8Array }[] = [];
  now = EPOCH;

  constructor(...attacks: readonly OnPathAttack[]) {
    this.device = new OnPathAttacker({
      attacks,
      wire: { transmit: (port, frame) => this.sent.push({ port, bytes: frame.copy() }) },
      random: new SeededRandom(1),
      epoch: EPOCH,
      now: EPOCH,
    });
  }

  give(port: number, bytes: Uint8Array): void {
    this.device.receive(port, Frame.of(bytes), this.now);
  }

  wait(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.device.nextDeadline() <= end) {
      this.now = this.device.nextDeadline();
      this.device.poll(this.now);
    }
    this.now = end;
  }

  get report(): ReturnType<OnPathAttacker['reports']>[number] {
    return this.device.reports()[0];
  }
}

describe('an attacker on the path', () => {
  it('who only looks passes every frame on without a change to a bit', () => {
    const between = new Between({ ...looked, kind: 'look' });
    between.wait(seconds(1));
    const arp = arpFrame(HUB_MAC, 1, [SPOKE_MAC, SPOKE[0]], [HUB_MAC, HUB[0]]);
    const frames = [bare('payload'), arp, ethernetFrame(HUB_MAC, SPOKE_MAC, 0x88cc, text('no IP'))];
    for (const frame of frames) between.give(INSIDE, frame);
    between.give(OUTSIDE, bare('answer'));
    deepEqual(between.sent, [
      ...frames.map((bytes) => ({ port: OUTSIDE, bytes })),
      { port: INSIDE, bytes: bare('answer') },
    ]);
    deepEqual(between.report, { name: 'attack', sent: 0, sentByKind: {}, seen: 1, answers: 0 });
    equal(between.device.counters.read('attacks passed'), 4);
  });

  it('replays each packet once, in the order in which they passed, and no more than he may', () => {
    const between = new Between(replay);
    const packets = ['a', 'b', 'c', 'd'].map(bare);
    for (const packet of packets) between.give(INSIDE, packet);
    between.sent.length = 0;
    between.wait(seconds(5));
    deepEqual(
      between.sent,
      packets.slice(0, 3).map((bytes) => ({ port: OUTSIDE, bytes })),
    );
    equal(between.device.nextDeadline(), Infinity);
  });

  it('replays only what is old enough', () => {
    const between = new Between({ ...replay, age: seconds(2), count: 100 });
    between.wait(seconds(1));
    between.give(INSIDE, bare('a'));
    between.sent.length = 0;
    between.wait(milliseconds(1_999));
    equal(between.sent.length, 0);
    between.wait(milliseconds(1));
    equal(between.sent.length, 1);
  });

  it('turns a packet round: link addresses, addresses and ports, and every checksum is right', () => {
    const between = new Between({ ...replay, turned: true });
    between.give(INSIDE, bare('payload'));
    between.sent.length = 0;
    between.wait(seconds(1));
    const turned = ipFrame(SPOKE_MAC, HUB_MAC, udpPacket(HUB, SPOKE, text('payload')));
    deepEqual(between.sent, [{ port: INSIDE, bytes: turned }]);
  });

  it('sends a packet to another waypoint, and knows what comes from there for an answer', () => {
    const between = new Between({ ...replay, port: 30_001 });
    between.give(INSIDE, bare('payload'));
    between.sent.length = 0;
    between.wait(seconds(1));
    deepEqual(between.sent, [{ port: OUTSIDE, bytes: toHub(text('payload'), SPOKE, [HUB[0], 30_001]) }]);
    const answer = ipFrame(SPOKE_MAC, HUB_MAC, udpPacket([HUB[0], 30_001], SPOKE, text('who?')));
    between.give(OUTSIDE, ipFrame(SPOKE_MAC, HUB_MAC, udpPacket(HUB, SPOKE, text('of the session'))));
    equal(between.report.answers, 0);
    between.give(OUTSIDE, answer);
    deepEqual(between.report, {
      name: 'attack',
      sent: 1,
      sentByKind: { bare: 1 },
      seen: 3,
      answers: 1,
      firstAnswerAt: seconds(1),
    });
    deepEqual(between.sent.at(-1), { port: INSIDE, bytes: answer });
  });

  it('forgets the oldest of too many packets, and counts it', () => {
    const between = new Between(replay);
    for (let i = 0; i < 4_098; i++) between.give(INSIDE, bare(`${i}`));
    between.sent.length = 0;
    between.wait(seconds(1));
    deepEqual(between.sent, [{ port: OUTSIDE, bytes: bare('2') }]);
    equal(between.device.counters.read('attacks forgotten'), 2);
  });

  it('flips one bit after the other of the payload, and sends the copy before the packet', () => {
    const between = new Between({ ...flip, every: milliseconds(1), count: 20 });
    between.wait(seconds(1));
    for (let i = 0; i < 20; i++) {
      between.give(INSIDE, bare('ab'));
      between.wait(milliseconds(1));
    }
    equal(between.sent.length, 40);
    for (let i = 0; i < 20; i++) {
      const [changed, original] = [between.sent[2 * i], between.sent[2 * i + 1]];
      const payload = text('ab').slice();
      payload[(i % 16) >> 3] ^= 0x80 >> (i & 7);
      deepEqual(changed, { port: OUTSIDE, bytes: toHub(payload) });
      deepEqual(original, { port: OUTSIDE, bytes: bare('ab') });
    }
  });

  it('puts a changed packet in the place of its original if he is to', () => {
    const between = new Between({ ...flip, replace: true, count: 1 });
    between.wait(seconds(1));
    for (let i = 0; i < 2; i++) between.give(INSIDE, bare('ab'));
    deepEqual(
      between.sent.map(({ bytes }) => readFrame(bytes)?.payload),
      [Uint8Array.of(0xe1, 0x62), Uint8Array.of(0x61, 0x62)],
    );
    deepEqual(
      ['attacks replaced', 'attacks passed'].map((path) => between.device.counters.read(path)),
      [1, 1],
    );
  });

  it('tells metadata, bare packets and BFD apart, and the ways that they go', () => {
    const metadata = toHub(joined(COOKIE, text('....')));
    const bfd = toHub(text('bfd'), [SPOKE[0], 1_280], [HUB[0], 1_280]);
    for (const [kind, own] of [
      ['metadata', metadata],
      ['bare', bare('x')],
      ['bfd', bfd],
    ] as const) {
      const between = new Between({ ...replay, packets: [kind], towards: 'outside', count: 100 });
      for (const frame of [metadata, bare('x'), bfd]) {
        between.give(INSIDE, frame);
        between.give(OUTSIDE, frame);
      }
      between.sent.length = 0;
      between.wait(seconds(9));
      deepEqual(between.sent, [{ port: OUTSIDE, bytes: own }], kind);
    }
  });

  it('passes on what is broken, and throws nothing', () => {
    const between = new Between(flip, replay);
    between.wait(seconds(1));
    const random = new SeededRandom(7);
    for (let i = 0; i < 2_000; i++) {
      const frame = bare('payload');
      const broken = frame.slice(0, random.below(frame.length + 1));
      if (broken.length > 0) broken[random.below(broken.length)] ^= 1 + random.below(255);
      between.give(INSIDE, broken);
      between.wait(milliseconds(1));
    }
    ok(between.sent.length >= 2_000);
  });
});
