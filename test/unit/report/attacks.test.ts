import { deepEqual, equal } from 'node:assert/strict';
import type { RunResult } from '../../../lib/lab/runner.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { ReportBuilder } from '../../../lib/report/build.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';

describe('what a report tells of attacks', () => {
  let scenario: Scenario;
  let result: RunResult;

  before(async () => {
    scenario = loadScenario('scenarios/attack-spoof.yaml');
    ({ result } = await recordRun(scenario, 1));
  });

  it('is what each sent by kind, and the answers that it got', () => {
    const told = new ReportBuilder(scenario).report(result).attacks;
    deepEqual(told?.attacks, result.attacks);
    for (const { sent, sentByKind } of told?.attacks ?? [])
      equal(
        Object.values(sentByKind).reduce((sum, count) => sum + count, 0),
        sent,
      );
    deepEqual(told?.strangers, []);
  });

  it('names the routers at which sessions stand that are not of its own traffic', () => {
    const stranger = { ...result.sessions.hub[0], sessionId: 'of nobody', sourcePort: 9, destinationPort: 9 };
    const sessions = { ...result.sessions, hub: [...result.sessions.hub, stranger] };
    deepEqual(new ReportBuilder(scenario).report({ ...result, sessions }).attacks?.strangers, [
      { node: 'hub', sessions: 1 },
    ]);
  });

  it('is nothing where nobody attacks', async () => {
    const quiet = loadScenario('scenarios/healthy-idle.yaml');
    const { result: calm } = await recordRun(quiet, 1);
    equal(new ReportBuilder(quiet).report(calm).attacks, undefined);
  });
});
