import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Frame } from '../lib/frame.ts';
import { nanosecondsEach } from './calibration.ts';
import { campaignBenchmark } from './campaign.ts';
import { captureCost } from './capture.ts';
import { collect } from './collect.ts';
import { benchAuthority } from './configuration.ts';
import { RouterPair, clientFrame } from './pair.ts';
import { failover, manyPathsInSim, manyPathsOnNetns } from './peering.ts';
import type { Figure } from './print.ts';
import { readBenchmark } from './read.ts';
import { reportBenchmark } from './report.ts';
import { simulator } from './sim.ts';

interface Benchmark {
  readonly name: string;
  readonly run: () => Figure[] | Promise<Figure[]>;
}

/** UDP payload of the packets, in bytes. */
const PAYLOAD_LENGTH = 64;
const PACKETS = 1_000_000;

/** Every benchmark there is, in the order in which they run. */
export const benchmarks: readonly Benchmark[] = [
  { name: 'memory', run: () => [...memory(100_000), ...memory(1_000_000)] },
  { name: 'forward', run: () => forward(false) },
  { name: 'forward-hmac', run: () => forward(true) },
  { name: 'heap', run: heapGrowth },
  { name: 'set-up', run: setUp },
  { name: 'read', run: readBenchmark },
  { name: 'failover', run: failover },
  { name: 'paths', run: manyPathsInSim },
  { name: 'paths-netns', run: manyPathsOnNetns },
  { name: 'report', run: reportBenchmark },
  { name: 'capture', run: captureCost },
  { name: 'campaign', run: campaignBenchmark },
  { name: 'sim', run: simulator },
];

/** Packets of established sessions, host to peer through the spoke and peer to host through the hub; no I/O. */
function forward(hmac: boolean): Figure[] {
  const pair = new RouterPair(benchAuthority({ hmac, sessions: 1_000 }));
  pair.establish(0, PAYLOAD_LENGTH);
  const packets = hmac ? PACKETS / 10 : PACKETS;
  const original = clientFrame(0, PAYLOAD_LENGTH).copy();
  const frame = Frame.allocate(2048);
  const toPeer = nanosecondsEach(packets, 5, () => {
    for (let i = 0; i < packets; i++) {
      frame.load(original);
      pair.fromClient(frame);
    }
  });
  const before = pair.delivered;
  const reloaded = pair.onWan.copy();
  const fromPeer = hmac
    ? undefined
    : nanosecondsEach(packets, 5, () => {
        for (let i = 0; i < packets; i++) {
          pair.onWan.load(reloaded);
          pair.atHub();
        }
      });
  if (fromPeer !== undefined && pair.delivered !== before + packets * 5)
    throw new Error('packets were lost on the way');
  const target = (ns: number): Figure['target'] => (hmac ? undefined : { text: 'at most 1 µs', isMet: ns <= 1_000 });
  const figures = [packetFigure('host to peer', toPeer, target(toPeer))];
  if (fromPeer !== undefined) figures.push(packetFigure('peer to host', fromPeer, target(fromPeer)));
  // A sealed packet may come only once: each has to be made before it can be taken in.
  else figures.push(packetFigure('host to peer to host', sealedBothWays(pair, frame, original, packets)));
  return figures;
}

function sealedBothWays(pair: RouterPair, frame: Frame, original: Uint8Array, packets: number): number {
  const before = pair.delivered;
  const each = nanosecondsEach(packets, 3, () => {
    for (let i = 0; i < packets; i++) {
      frame.load(original);
      pair.fromClient(frame);
      pair.atHub();
    }
  });
  if (pair.delivered !== before + packets * 3) throw new Error('packets were lost on the way');
  return each;
}

function packetFigure(what: string, nanoseconds: number, target?: Figure['target']): Figure {
  return {
    what: `${what}, ${(1_000_000 / nanoseconds).toFixed(0)} thousand packets a second`,
    value: nanoseconds,
    unit: 'ns a packet',
    nanoseconds,
    ...(target && { target }),
  };
}

/** What a million packets leave on the heap after a collection, and what they make the collector do meanwhile. */
function heapGrowth(): Figure[] {
  const pair = new RouterPair(benchAuthority({ hmac: false, sessions: 1_000 }));
  pair.establish(0, PAYLOAD_LENGTH);
  const original = clientFrame(0, PAYLOAD_LENGTH).copy();
  const frame = Frame.allocate(2048);
  const send = (): void => {
    for (let i = 0; i < PACKETS; i++) {
      frame.load(original);
      pair.fromClient(frame);
    }
  };
  send();
  collect();
  const before = process.memoryUsage().heapUsed;
  send();
  const garbage = process.memoryUsage().heapUsed - before;
  collect();
  const growth = process.memoryUsage().heapUsed - before;
  return [
    {
      what: 'left after 1,000,000 packets and a collection',
      value: growth / PACKETS,
      unit: 'bytes a packet',
      target: { text: 'none', isMet: growth / PACKETS < 0.1 },
    },
    { what: 'the same before the collection', value: Math.max(0, garbage) / PACKETS, unit: 'bytes a packet' },
  ];
}

/** First packets, each of a session of its own: at the router where they begin, and at the one where they end. */
function setUp(): Figure[] {
  const sessions = 50_000;
  return [false, true].flatMap((hmac) => {
    let atSpoke = Infinity;
    let atHub = Infinity;
    for (let turn = 0; turn < 3; turn++) {
      const pair = new RouterPair(benchAuthority({ hmac, sessions: sessions + 1 }));
      const frames = Array.from({ length: sessions }, (_, client) => clientFrame(client, PAYLOAD_LENGTH));
      const onWan: Uint8Array[] = [];
      atSpoke = Math.min(
        atSpoke,
        nanosecondsEach(sessions, 1, () => {
          for (const frame of frames) {
            pair.fromClient(frame);
            onWan.push(pair.onWan.copy());
          }
        }),
      );
      atHub = Math.min(
        atHub,
        nanosecondsEach(sessions, 1, () => {
          for (const content of onWan) {
            pair.onWan.load(content);
            pair.atHub();
          }
        }),
      );
      if (pair.hub.sessionCount < sessions) throw new Error(`only ${pair.hub.sessionCount} sessions were set up`);
    }
    const name = hmac ? 'with HMAC' : 'no HMAC';
    return [setUpFigure(`where a session begins, ${name}`, atSpoke), setUpFigure(`where it ends, ${name}`, atHub)];
  });
}

function setUpFigure(what: string, nanoseconds: number): Figure {
  const perSecond = 1e9 / nanoseconds;
  const target = { text: 'at least 50,000 a second', isMet: perSecond >= 50_000 };
  return { what, value: perSecond, unit: 'sessions a second', nanoseconds, target };
}

/** Measured in a process of its own, where nothing else leaves garbage behind. */
function memory(sessions: number): Figure[] {
  const script = join(import.meta.dirname, 'memory.js');
  const each = Number(execFileSync(process.execPath, ['--expose-gc', script, String(sessions)], { encoding: 'utf8' }));
  const target = sessions === 1_000_000 ? { text: 'at most 600', isMet: each <= 600 } : undefined;
  const what = `one router at ${sessions.toLocaleString('en-US')} sessions`;
  return [{ what, value: each, unit: 'bytes a session', ...(target && { target }) }];
}
