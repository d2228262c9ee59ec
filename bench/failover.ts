import { nodeCrypto } from '../daemon/crypto.ts';
import type { Authority } from '../lib/config/index.ts';
import type { LabEvent } from '../lib/lab/fabric.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { SimFabric } from '../lib/lab/sim/fabric.ts';
import { milliseconds, seconds, type Duration } from '../lib/time.ts';

/** Timers of BFD at both ends of a path. */
export interface BfdTimers {
  readonly interval: Duration;
  readonly multiplier: number;
}

export interface Failover {
  /** From the last packet that came by the dead path to the session's first packet on the other one. */
  readonly took: Duration;
  readonly detectionTime: Duration;
  readonly lost: number;
  /** Of those, sent after the path was found to be down, or so long before it died that they had to come back. */
  readonly lostWrongly: number;
}

const CUT_AT = seconds(5);
const QUESTION_EVERY = milliseconds(10);

/** A round trip over lte from client to server in `scenarios/labs/two-paths.yaml`. */
export const ROUND_TRIP = milliseconds(64);

/** Cuts the cable of the lab of path-failover in the simulator, and measures what becomes of the questions on it. */
export async function measureFailover(scenario: Scenario, timers: BfdTimers, seed: number): Promise<Failover> {
  const questions = scenario.traffic
    .filter(({ name }) => name === 'questions')
    .map((traffic) => ({ ...traffic, every: QUESTION_EVERY, count: 800 }));
  const authority = withTimers(scenario.authority, timers);
  let lastArrival = 0;
  const events: LabEvent[] = [];
  const fabric = new SimFabric({
    scenario: { ...scenario, authority, traffic: questions },
    seed,
    crypto: nodeCrypto,
    events: { event: (event) => events.push(event) },
    capture: {
      packet: ({ time, node, port, direction }) => {
        if (node === 'spoke' && port === 'cable' && direction === 'in') lastArrival = time;
      },
    },
  });
  await fabric.create();
  await fabric.start();
  await fabric.advance(CUT_AT, () => undefined);
  const path = (await fabric.peers('spoke')).find(({ networkInterface }) => networkInterface === 'cable');
  await fabric.inject({ kind: 'cut', link: 'cable', direction: 'both' });
  await fabric.advance(scenario.duration, () => undefined);
  const [{ exchanges }] = await fabric.traffic();
  await fabric.stop();
  const moved = events.find(
    ({ node, type, reason }) => node === 'spoke' && type === 'control-sent' && reason === 'modify',
  );
  if (!path || !moved) throw new Error('the session did not move');
  const lost = exchanges.filter(({ receivedAt }) => receivedAt === undefined);
  const wrong = lost.filter(({ sentAt }) => sentAt > moved.time || sentAt < CUT_AT - ROUND_TRIP);
  return {
    took: (moved.time - lastArrival) as Duration,
    detectionTime: milliseconds(path.detectionTimeMs),
    lost: lost.length,
    lostWrongly: wrong.length,
  };
}

/** Without link tests, which would find a slow BFD's path to be bad before BFD does. */
const withTimers = (authority: Authority, { interval, multiplier }: BfdTimers): Authority => ({
  ...authority,
  routers: authority.routers.map((router) => ({
    ...router,
    bfd: { ...router.bfd, desiredTxInterval: interval, requiredMinRxInterval: interval, multiplier, linkTestLength: 0 },
  })),
});
