import { deepEqual, equal, ok } from 'node:assert/strict';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { Frame } from '../../lib/frame.ts';
import { SeededRandom, type Random } from '../../lib/random.ts';
import { milliseconds, seconds, type Duration, type Instant } from '../../lib/time.ts';
import { readU32, writeU16, writeU32 } from '../../lib/wire/bytes.ts';
import { ETHERNET_HEADER_LENGTH } from '../../lib/wire/ethernet.ts';
import { UDP_PAYLOAD, mayBeAnswered, mendChecksums, mutations, sameBytes } from '../support/mutations.ts';
import { ethernetFrame, ipFrame, joined, udpPacket } from '../support/packets.ts';
import { kindOf, macs, twoRouters, type Lab, type LabOptions, type WanPacket } from '../support/two-routers.ts';

const PEER = 0xac100001;
const STRANGER = 0xac100042;
const SOURCE_AT = ETHERNET_HEADER_LENGTH + 12;
const COOKIE = Uint8Array.of(0x4c, 0x48, 0xdb, 0xc6, 0xdd, 0xf6, 0x67, 0x0c);

/** What the hub has counted; printed, so that a run shows what it has reached. */
function told(lab: Lab, sent: number): string {
  const counts = Object.entries(lab.hub.counted()).map(([name, count]) => `${count} ${name}`);
  return `      ${sent} packets: ${counts.join(', ')}`;
}

/** Sessions in all their stages, recorded: handshakes, one-way traffic, checks, recoveries. */
function recordedLab(options: LabOptions): { lab: Lab; recorded: readonly WanPacket[] } {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  lab.exchange('1', '2', '3');
  lab.client.ping(7, 'ping');
  lab.client.segment(41_000, ['10.2.0.10', 80], 2);
  lab.settle();
  lab.server.isServer = false;
  lab.client.ask('one way', { from: 40_001 });
  lab.runFor(milliseconds(400));
  lab.server.isServer = true;
  lab.runFor(seconds(6));
  lab.exchange('checked');
  lab.runFor(seconds(6));
  lab.hub.forgetSessions();
  lab.exchange('lost', 'found', 'bare');
  const recorded = lab.wan.packets.slice();
  lab.mark();
  lab.hub.isTraced = false;
  lab.spoke.isTraced = false;
  return { lab, recorded };
}

/** Throws frames at a router's port, as fast as it takes them. */
class Thrower {
  sent = 0;
  readonly #lab: Lab;
  readonly #frame = Frame.allocate();
  #now: Instant;

  constructor(lab: Lab) {
    this.#lab = lab;
    this.#now = lab.now;
  }

  throwAtHub(bytes: Uint8Array): void {
    if (!this.#frame.load(bytes)) return;
    this.#lab.hub.device.receive(1, this.#frame, this.#now);
    this.sent++;
  }

  /** Lets time go on for the router alone. */
  wait(duration: Duration): void {
    this.#now = (this.#now + duration) as Instant;
  }
}

/** All that strangers must not change. */
function stateOf(lab: Lab): unknown {
  return lab.hub.device.flows(lab.now);
}

function expectSilence(lab: Lab, before: unknown, transmitted: number, sent: number): void {
  equal(lab.hub.transmitted, transmitted, 'no answer');
  deepEqual(stateOf(lab), before, 'no session is set up, changed or kept alive');
  equal(lab.hub.count('sessionsCreated') + lab.hub.count('sessionsRecreated'), 0);
  equal(lab.hub.count('packetsForwarded'), 0, 'no packet gets through');
  console.log(told(lab, sent));
}

const anyOf = <T>(random: Random, list: readonly T[]): T => list[random.below(list.length)];

/** A frame in which more or less is random; the beginnings are right, or it would not be looked at. */
function randomFrame(random: Random): Uint8Array {
  const content = new Uint8Array(random.below(200));
  random.fill(content);
  switch (random.below(5)) {
    case 0:
      return content;
    case 1:
      return ethernetFrame(
        macs.hubWan,
        macs.spokeWan,
        anyOf(random, [0x0800, 0x86dd, 0x8100, random.below(0x10000)]),
        content,
      );
    case 2:
      return ipFrame(macs.hubWan, macs.spokeWan, randomIp(random, content));
    default:
      return ipFrame(macs.hubWan, macs.spokeWan, randomDatagram(random, content));
  }
}

/** An IPv4 header that is right in itself, to us or to anybody. */
function randomIp(random: Random, content: Uint8Array): Uint8Array {
  const packet = udpPacket(['172.16.0.1', 0], ['172.16.0.2', 0], content);
  packet[9] = anyOf(random, [1, 6, 17, 58, random.below(256)]);
  packet[8] = random.below(256);
  if (random.below(2) === 0) writeU32(packet, 16, random.below(2 ** 32));
  random.fill(packet.subarray(20, 28));
  const frame = ipFrame(macs.hubWan, macs.spokeWan, packet);
  mendChecksums(frame);
  return frame.slice(ETHERNET_HEADER_LENGTH);
}

/** A UDP datagram of the peer or of a stranger, to a waypoint, that may begin like metadata. */
function randomDatagram(random: Random, content: Uint8Array): Uint8Array {
  const source = random.below(2) === 0 ? '172.16.0.1' : '172.16.0.66';
  const header = Uint8Array.of(0x10, 12 + random.below(40), 0, random.below(60));
  const payload = random.below(2) === 0 ? content : joined(COOKIE, header, content);
  return udpPacket([source, random.below(0x10000)], ['172.16.0.2', 1_025 + random.below(64_000)], payload);
}

function mutate(random: Random, frame: Uint8Array, others: readonly Uint8Array[]): Uint8Array {
  const list = anyOf(random, [Object.values(mutations.inPayload), Object.values(mutations.inHeaders)]);
  const mutated = anyOf(random, list)(frame, random, others);
  if (random.below(4) !== 0) mendChecksums(mutated);
  return mutated;
}

/** Whether a frame may be thrown: it is not one of those that were recorded, and not one that may be answered. */
const isFair = (mutated: Uint8Array, original: Uint8Array): boolean =>
  !mayBeAnswered(mutated) && !sameBytes(mutated, original);

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

describe('a hub that seals, in inactivity-based mode', function () {
  this.timeout(120_000);

  for (const options of [
    { hmac: {}, encoding: 'protobuf' },
    { hmac: { mode: 'regular' }, encoding: 'tlv' },
  ] satisfies LabOptions[]) {
    const { hmac, encoding } = options;
    const name = `${'mode' in hmac ? hmac.mode : 'time-based'}, ${encoding}`;

    it(`lets nothing in and says nothing to mutated and replayed packets (${name})`, () => {
      const { lab, recorded } = recordedLab(options);
      const toHub = recorded.filter(({ from }) => from === 'spoke').map(({ frame }) => frame);
      equal(new Set(recorded.map(kindOf)).size, 7);
      const random = new SeededRandom(1);
      const thrower = new Thrower(lab);
      const { transmitted } = lab.hub;
      const before = stateOf(lab);

      for (let i = 0; i < 50_000; i++) {
        thrower.throwAtHub(anyOf(random, toHub));
        if (i % 100 === 0) thrower.wait(milliseconds(10));
      }
      while (thrower.sent < 250_000) {
        const original = anyOf(random, toHub);
        const mutated = mutate(random, original, toHub);
        if (isFair(mutated, original)) thrower.throwAtHub(mutated);
      }
      expectSilence(lab, before, transmitted, thrower.sent);
      lab.exchange('still there');
      deepEqual(lab.client.answers, ['still there']);
    });
  }

  it('refuses every packet that is valid but for a change, and then still takes the packets themselves', () => {
    const { lab } = recordedLab({ hmac: {} });
    lab.wan.fate = () => 'lost';
    for (let i = 0; i < 20; i++) lab.client.ask(`bare ${i}`);
    for (let i = 0; i < 20; i++) lab.client.ask(`new session ${i}`, { from: 50_000 + i });
    lab.settle();
    const onTheWay = lab.wan.packets.map(({ frame }) => frame);
    equal(onTheWay.length, 40);
    lab.mark();
    const random = new SeededRandom(2);
    const thrower = new Thrower(lab);
    const { transmitted } = lab.hub;
    const before = stateOf(lab);
    while (thrower.sent < 150_000) {
      const original = anyOf(random, onTheWay);
      const mutated = anyOf(random, Object.values(mutations.inPayload))(original, random, onTheWay);
      if (random.below(4) !== 0) mendChecksums(mutated);
      if (!onTheWay.some((frame) => sameBytes(payloadOf(frame), payloadOf(mutated)))) thrower.throwAtHub(mutated);
    }
    expectSilence(lab, before, transmitted, thrower.sent);
    const refused = [
      'digestCompare',
      'digestNotFound',
      'hmacContextNotFound',
      'frameMalformed',
      'falsePositiveRemoved',
    ] as const;
    equal(
      refused.reduce((total, reason) => total + lab.hub.count(reason), 0),
      thrower.sent,
    );
    equal(lab.hub.count('digestRemoved'), 0);
    lab.wan.fate = () => 'arrives';
    for (const frame of onTheWay) lab.wan.deliver('hub', frame);
    lab.settle();
    equal(lab.server.received.length, 40);
  });

  it('lets nothing in and says nothing to random bytes', () => {
    const { lab } = recordedLab({ hmac: {} });
    const random = new SeededRandom(3);
    const thrower = new Thrower(lab);
    const { transmitted } = lab.hub;
    const before = stateOf(lab);
    while (thrower.sent < 150_000) {
      const frame = randomFrame(random);
      if (!mayBeAnswered(frame)) thrower.throwAtHub(frame);
    }
    expectSilence(lab, before, transmitted, thrower.sent);
  });

  it('keeps no memory of what it refuses', () => {
    const { lab, recorded } = recordedLab({ hmac: {} });
    const toHub = recorded.filter(({ from }) => from === 'spoke').map(({ frame }) => frame);
    const random = new SeededRandom(4);
    const thrower = new Thrower(lab);
    const throwMany = (count: number): void => {
      for (let i = 0; i < count; i++) {
        const original = anyOf(random, toHub);
        const mutated = i % 2 === 0 ? mutate(random, original, toHub) : randomFrame(random);
        if (isFair(mutated, original)) thrower.throwAtHub(mutated);
      }
    };
    throwMany(20_000);
    const before = heapBytes();
    throwMany(80_000);
    const growth = heapBytes() - before;
    console.log(`      ${thrower.sent} packets: the heap grew by ${growth} bytes`);
    ok(growth < 1_000_000);
  });
});

const payloadOf = (frame: Uint8Array): Uint8Array => frame.subarray(UDP_PAYLOAD);

describe('a hub without an HMAC, in inactivity-based mode', function () {
  this.timeout(120_000);

  it('lets nothing in and says nothing to mutated and replayed packets of a stranger', () => {
    const { lab, recorded } = recordedLab({});
    const toHub = recorded.filter(({ from }) => from === 'spoke').map(({ frame }) => fromStranger(frame));
    const random = new SeededRandom(5);
    const thrower = new Thrower(lab);
    const { transmitted } = lab.hub;
    const before = stateOf(lab);
    for (const frame of toHub) thrower.throwAtHub(frame);
    while (thrower.sent < 250_000) {
      const original = anyOf(random, toHub);
      const mutated = mutate(random, original, toHub);
      const isOfPeer = mutated.length >= SOURCE_AT + 4 && readU32(mutated, SOURCE_AT) === PEER;
      if (!isOfPeer && isFair(mutated, original)) thrower.throwAtHub(mutated);
    }
    expectSilence(lab, before, transmitted, thrower.sent);
  });
});

function fromStranger(frame: Uint8Array): Uint8Array {
  const copy = frame.slice();
  writeU32(copy, SOURCE_AT, STRANGER);
  mendChecksums(copy);
  return copy;
}

/** Metadata blocks whose structure is nearly right. */
const tlv = fc
  .tuple(
    fc.oneof(fc.integer({ min: 0, max: 60 }), fc.constantFrom(0x8001, 0x8002), fc.integer({ min: 0, max: 0xffff })),
    fc.uint8Array({ maxLength: 40 }),
    fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: fc.integer({ min: -4, max: 4 }) }),
  )
  .map(([type, value, error]) => {
    const header = new Uint8Array(4);
    writeU16(header, 0, type);
    writeU16(header, 2, Math.max(0, value.length + error));
    return joined(header, value);
  });

const block = fc
  .tuple(fc.array(tlv, { maxLength: 6 }), fc.array(tlv, { maxLength: 8 }), fc.uint8Array({ maxLength: 60 }))
  .map(([headerTlvs, payloadTlvs, rest]) => {
    const [headers, payloads] = [joined(...headerTlvs), joined(...payloadTlvs)];
    const lengths = new Uint8Array(4);
    writeU16(lengths, 0, 0x1000 | (12 + headers.length));
    writeU16(lengths, 2, payloads.length);
    return joined(COOKIE, lengths, headers, payloads, rest);
  });

describe('metadata that is nearly right', function () {
  this.timeout(120_000);

  for (const [name, options, source] of [
    ['sealed', { hmac: {} }, '172.16.0.1'],
    ['of a stranger', {}, '172.16.0.66'],
  ] as const) {
    it(`draws no answer and opens no session: ${name}`, () => {
      const { lab } = recordedLab(options);
      const [row] = lab.hub.device.flows(lab.now);
      const thrower = new Thrower(lab);
      const { transmitted } = lab.hub;
      const before = stateOf(lab);
      fc.assert(
        fc.property(block, fc.boolean(), (payload, isOnFlow) => {
          const ports = isOnFlow ? [row.sourcePort, row.destinationPort] : [20_002, 20_003];
          const packet = udpPacket([source, ports[0]], ['172.16.0.2', ports[1]], payload);
          thrower.throwAtHub(ipFrame(macs.hubWan, macs.spokeWan, packet));
          equal(lab.hub.transmitted, transmitted);
          equal(lab.hub.sessionCount, new Set(lab.hub.sessionIds()).size);
        }),
        { numRuns: 10_000, seed: 6 },
      );
      expectSilence(lab, before, transmitted, thrower.sent);
    });
  }

  it('from a peer without an HMAC throws nothing, and fills no table beyond its size', () => {
    const { lab } = recordedLab({ emulator: { 'session-table-size': '50' } });
    const thrower = new Thrower(lab);
    fc.assert(
      fc.property(block, fc.integer({ min: 1_025, max: 65_535 }), (payload, port) => {
        const packet = udpPacket(['172.16.0.1', port], ['172.16.0.2', port ^ 1], payload);
        thrower.throwAtHub(ipFrame(macs.hubWan, macs.spokeWan, packet));
        ok(lab.hub.sessionCount <= 50);
      }),
      { numRuns: 10_000, seed: 7 },
    );
    console.log(told(lab, thrower.sent));
  });
});
