import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { loadScenario } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

const folder = 'scenarios';
const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
const seeds = [1, 2, 3, 4, 5];

describe('the scenarios', () => {
  it('are all there', () => {
    ok(files.length >= 9);
  });

  for (const file of files) {
    const scenario = loadScenario(`${folder}/${file}`);

    it(`${scenario.name}: ${scenario.about}`, async function () {
      this.timeout(60_000);
      for (const seed of seeds) {
        const { result } = await recordRun(scenario, seed);
        const failed = result.verdicts.filter(({ held }) => !held);
        deepEqual(
          failed.map(({ text, measured, decidedBy }) => `seed ${seed}: ${text}, but it is ${measured} (${decidedBy})`),
          [],
        );
      }
    });

    it(`${scenario.name} is named like its file, and ends within 12 s`, () => {
      equal(`${scenario.name}.yaml`, file);
      ok(scenario.duration <= 12_000_000);
    });
  }
});

/** They are about something that both modes of recovery detection do alike. */
const sameInBothModes = new Set([
  'nat-keep-alive',
  'address-change',
  'wrong-key',
  'path-failover',
  'interface-down',
  'revertible',
  'peer-reboot',
  'brownout',
  'brownout-endured',
  'live-metrics',
  'flapping-path',
  'flapping-path-damped',
  'path-mtu',
  'attack-flood',
  'attack-forge',
  'lost-second-metadata',
]);

describe('the expectations of the scenarios', () => {
  for (const file of files) {
    const scenario = loadScenario(`${folder}/${file}`);
    const { sessionRecoveryDetection } = scenario.authority;
    const mode = sessionRecoveryDetection.mode === 'packet-based' ? 'inactivity-based' : 'packet-based';

    if (!sameInBothModes.has(scenario.name))
      it(`of ${scenario.name} do not hold with ${mode} detection`, async function () {
        this.timeout(60_000);
        const authority = {
          ...scenario.authority,
          sessionRecoveryDetection: { ...sessionRecoveryDetection, mode },
        } as const;
        const { result } = await recordRun({ ...scenario, authority }, 1);
        equal(result.passed, false);
      });

    if (scenario.timeline.length > 0)
      it(`of ${scenario.name} do not hold when nothing fails`, async function () {
        this.timeout(60_000);
        const { result } = await recordRun({ ...scenario, timeline: [] }, 1);
        equal(result.passed, false);
      });
  }
});

describe('a seed', () => {
  for (const name of ['session-recovery', 'tcp-survives-restart', 'port-scan'])
    it(`gives the same bytes twice in ${name}: capture, events and result`, async function () {
      this.timeout(60_000);
      const scenario = loadScenario(`${folder}/${name}.yaml`);
      const [once, again] = [await recordRun(scenario, 11), await recordRun(scenario, 11)];
      deepEqual(once.fingerprints, again.fingerprints);
    });

  it('that is another one gives other bytes', async () => {
    const scenario = loadScenario(`${folder}/session-recovery.yaml`);
    const [one, other] = [await recordRun(scenario, 1), await recordRun(scenario, 2)];
    notEqual(one.fingerprints.capture, other.fingerprints.capture);
    notEqual(one.fingerprints.events, other.fingerprints.events);
  });
});

describe('the story of session-recovery', () => {
  it('is told in events: a check, enable-metadata, metadata, and the session is back', async () => {
    const { events } = await recordRun(loadScenario(`${folder}/session-recovery.yaml`), 1);
    const told = events
      .filter(({ time }) => time >= 4_000_000)
      .filter(({ type }) =>
        ['forget-sessions', 'health-check-added', 'control-sent', 'session-recreated'].includes(type),
      )
      .map(({ node, type, reason }) => [node, type, ...(type === 'control-sent' ? [reason] : [])].join(' '));
    deepEqual(told, [
      'hub forget-sessions',
      'spoke health-check-added',
      'hub control-sent enableMetadata',
      'hub session-recreated',
    ]);
  });
});
