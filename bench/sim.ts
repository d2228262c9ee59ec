import { loadScenario } from '../cli/load-scenario.ts';
import { nodeCrypto } from '../daemon/crypto.ts';
import type { Scenario, Traffic } from '../lib/lab/scenario.ts';
import { SimFabric } from '../lib/lab/sim/fabric.ts';
import { microseconds, milliseconds, seconds, type Duration } from '../lib/time.ts';
import { collect } from './collect.ts';
import type { Figure } from './print.ts';

/** From client to server three links, and back. */
const HOPS_OF_AN_EXCHANGE = 6;
const EXCHANGES = 90_000;
const IDLE_SESSIONS = 1_000;
/** Sessions of UDP end after 180 s. */
const IDLE = seconds(150);
const DAY = seconds(86_400);
const WEEK = seconds(7 * 86_400);

/** What the simulator carries, how quickly a quiet lab goes by, and what a long run leaves in memory. */
export async function simulator(): Promise<Figure[]> {
  return [await throughput(), await idle(), ...(await week())];
}

/** One session asked and answered as quickly as the simulator can, without an HMAC: what it costs is no matter of the simulator. */
async function throughput(): Promise<Figure> {
  const begin = seconds(1);
  const every = microseconds(100);
  const fabric = await start([{ start: begin, every, count: EXCHANGES }], { hmac: false });
  // Until then it warms up.
  await fabric.advance(seconds(3), () => undefined);
  const before = { answered: await answered(fabric), cpu: process.cpuUsage() };
  await fabric.advance((begin + EXCHANGES * every) as Duration, () => undefined);
  const rate = ((await answered(fabric)) - before.answered) * HOPS_OF_AN_EXCHANGE * (1 / busySince(before.cpu));
  await fabric.stop();
  return {
    what: 'client, spoke, hub, server and back',
    value: rate,
    unit: 'packet-hops a second',
    nanoseconds: 1e9 / rate,
    target: { text: 'at least 300,000 a second', isMet: rate >= 300_000 },
  };
}

async function idle(): Promise<Figure> {
  const one = { every: seconds(1), count: 1 };
  const fabric = await start(
    Array.from({ length: IDLE_SESSIONS }, (_, i) => ({ ...one, start: milliseconds(1_000 + i) })),
    { hmac: true },
  );
  await fabric.advance(seconds(5), () => undefined);
  const before = process.cpuUsage();
  await fabric.advance((seconds(5) + IDLE) as Duration, () => undefined);
  const speed = IDLE / 1e6 / busySince(before);
  const sessions = new Set((await fabric.sessions('hub')).map(({ sessionId }) => sessionId)).size;
  await fabric.stop();
  if (sessions !== IDLE_SESSIONS) throw new Error(`${sessions} sessions are left`);
  return {
    what: `${IDLE_SESSIONS.toLocaleString('en-US')} idle sessions, two routers with BFD every second`,
    value: speed,
    unit: 'times real time',
    target: { text: 'at least 1,000', isMet: speed >= 1_000 },
  };
}

async function week(): Promise<Figure[]> {
  const fabric = await start([{ start: seconds(1), every: seconds(600), count: 1_000 }], { hmac: true });
  await fabric.advance(DAY, () => undefined);
  collect();
  const before = process.memoryUsage().heapUsed;
  await fabric.advance(WEEK, () => undefined);
  collect();
  const growth = (process.memoryUsage().heapUsed - before) / 1024;
  await fabric.stop();
  return [
    {
      what: 'heap after a week, against that after a day',
      value: growth,
      unit: 'KiB more',
      target: { text: 'at most 512', isMet: growth <= 512 },
    },
  ];
}

interface Pace {
  readonly start: Duration;
  readonly every: Duration;
  readonly count: number;
}

/** The lab of session-recovery in which nothing fails, and nobody listens. */
async function start(paces: readonly Pace[], { hmac }: { readonly hmac: boolean }): Promise<SimFabric> {
  const { scenario: known } = loadScenario('session-recovery');
  const [question] = known.traffic as readonly Extract<Traffic, { kind: 'udp-request' }>[];
  const { authority } = known;
  const scenario: Scenario = {
    ...known,
    traffic: paces.map((pace, i) => ({ ...question, ...pace, name: `questions-${i}`, silences: [] })),
    timeline: [],
    expectations: [],
    authority: hmac
      ? authority
      : { ...authority, securities: authority.securities.map((security) => ({ ...security, hmacMode: 'disabled' })) },
  };
  const fabric = new SimFabric({ scenario, seed: 1, crypto: nodeCrypto });
  await fabric.create();
  await fabric.start();
  return fabric;
}

const answered = async (fabric: SimFabric): Promise<number> =>
  (await fabric.traffic()).reduce((sum, { received }) => sum + received, 0);

function busySince(before: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}
