import { deepEqual, equal } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { runScenario, type RunResult } from '../../lib/lab/runner.ts';
import { SimFabric } from '../../lib/lab/sim/fabric.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { seconds, type Duration } from '../../lib/time.ts';
import { loadScenario, resolveFile, scenarioOf } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

/** One of the scenarios, with something else in its text. */
function changed(name: string, from: RegExp, to: string): Scenario {
  const file = `scenarios/${name}.yaml`;
  return scenarioOf(parseScenario(readFileSync(file, 'utf8').replace(from, to), file, resolveFile));
}

const last = async (scenario: Scenario): Promise<RunResult['verdicts'][number] | undefined> =>
  (await recordRun(scenario, 1)).result.verdicts.at(-1);

describe('a lab whose run has ended', () => {
  it('converges when its session answers one more question', async () => {
    const verdict = await last(loadScenario('scenarios/session-recovery.yaml'));
    deepEqual(verdict && [verdict.text, verdict.measured, verdict.held], ['converges within 32s', 'after 50ms', true]);
  });

  it('has its faults lifted first', async () => {
    const scenario = changed('session-recovery', /timeline:\n.*/, 'timeline:\n  - { at: 5s, cut: wan }');
    const { result, events } = await recordRun(scenario, 1);
    equal(result.verdicts.at(-1)?.held, true);
    deepEqual(
      events.filter(({ type }) => type === 'heal').map(({ time, node }) => [time, node]),
      [[9_000_000, 'wan']],
    );
  });

  it('does not converge while a session is not answered, and says which', async () => {
    const verdict = await last(changed('wrong-key', /converge-within: none/, 'converge-within: 2s'));
    deepEqual(verdict && [verdict.text, verdict.measured, verdict.held, verdict.value, verdict.decidedBy], [
      'converges within 2s',
      'not in time',
      false,
      null,
      'questions is not answered',
    ]);
  });

  it('does not converge while what goes one way does not arrive', async () => {
    const unreadable = /converge-within: none([^]*)udp-request/;
    const oneWay = await last(changed('wrong-key', unreadable, 'converge-within: 2s$1udp-one-way'));
    deepEqual(oneWay && [oneWay.held, oneWay.decidedBy], [false, 'questions does not arrive']);
    // Who pushes cannot begin a session that nobody knows any more.
    const forgotten = 'timeline:\n  - { at: 5s, forget-sessions: hub }\n  - { at: 5s, forget-sessions: spoke }';
    const pushed = await last(changed('session-recovery', /udp-request([^]*)timeline:\n.*/, `udp-push$1${forgotten}`));
    deepEqual(pushed && [pushed.held, pushed.decidedBy], [false, 'questions does not arrive']);
  });

  it('converges when what goes one way arrives again', async () => {
    equal((await last(changed('session-recovery', /udp-request/, 'udp-one-way')))?.held, true);
    equal((await last(loadScenario('scenarios/reverse-direction.yaml')))?.held, true);
  });

  it('is not asked to where the scenario says so', async () => {
    const verdict = await last(loadScenario('scenarios/wrong-key.yaml'));
    equal(verdict?.text, 'sessions at hub is 0');
  });

  it('gives the same measures, however long it takes to converge', async () => {
    const scenario = changed('session-recovery', /timeline:\n.*/, 'timeline:\n  - { at: 8s, cut: wan }');
    const [once, without] = [scenario, { ...scenario, convergeWithin: undefined }];
    const [converged, plain] = [(await recordRun(once, 1)).result, (await recordRun(without, 1)).result];
    deepEqual({ ...converged, verdicts: converged.verdicts.slice(0, -1), passed: plain.passed }, plain);
  });
});

/** A simulated lab that lives on, when it is to stop, until the last session has timed out; then tells what is left. */
class DesertedLab extends SimFabric {
  readonly left = new Map<string, number>();

  override async stop(): Promise<void> {
    await this.advance((this.elapsed() + seconds(400)) as Duration, () => undefined);
    for (const node of ['spoke', 'hub']) {
      const counters = await this.counters(node);
      for (const what of ['emulator sessions entries', 'emulator waypoints entries'])
        this.left.set(`${node} ${what}`, counters.get(what) ?? -1);
    }
    await super.stop();
  }
}

describe('a lab that everybody has left', () => {
  for (const name of ['session-recovery', 'packet-based-recovery', 'tcp-survives-restart', 'nat-rebind'])
    it(`keeps no session and no waypoint after ${name}`, async function () {
      this.timeout(60_000);
      const scenario = loadScenario(`scenarios/${name}.yaml`);
      const ignored = { event: () => undefined, packet: () => undefined };
      const fabric = new DesertedLab({ scenario, seed: 1, crypto: nodeCrypto, events: ignored, capture: ignored });
      await runScenario({ fabric, scenario, seed: 1, version: 'test' });
      deepEqual([...fabric.left.values()], [0, 0, 0, 0]);
    });
});
