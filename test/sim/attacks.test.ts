import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseScenario } from '../../lib/lab/parse.ts';
import type { RunResult } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { loadScenario, resolveFile, scenarioOf } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

/** A scenario of the folder with something else in its text. */
function edited(name: string, edit: (text: string) => string): Scenario {
  const file = `scenarios/${name}.yaml`;
  return scenarioOf(parseScenario(edit(readFileSync(file, 'utf8')), file, resolveFile));
}

const configured =
  (line: string) =>
  (text: string): string =>
    text.includes('configure:')
      ? text.replace('configure:\n', `configure:\n  - ${line}\n`)
      : text.replace('duration:', `configure:\n  - ${line}\nduration:`);

const withoutHmac = configured('authority security between-routers hmac-mode disabled');

const failed = ({ verdicts }: RunResult): string[] => verdicts.filter(({ held }) => !held).map(({ text }) => text);

describe('what is implied by an attack', () => {
  it('is expected of every scenario with one, and marked', () => {
    deepEqual(
      loadScenario('scenarios/attack-scan.yaml')
        .expectations.slice(3)
        .map(({ text }) => text),
      [
        'sessions of strangers is 0 (implied)',
        'answers of scan is 0 (implied)',
        'lost of questions is 0 (implied)',
        'unexpected of questions is 0 (implied)',
      ],
    );
  });

  it('gives way to what is written about the whole run, and only to that', () => {
    const texts = edited('attack-scan', (text) =>
      text.replace(
        'expect:',
        'expect:\n  - sent of questions is 40\n  - lost of questions is 0 since 3s\n  - unexpected of questions at most 3',
      ),
    );
    ok(texts.expectations.some(({ text }) => text === 'lost of questions is 0 (implied)'));
    ok(!texts.expectations.some(({ text }) => text === 'unexpected of questions is 0 (implied)'));
  });

  it('lets packet-based detection answer a scanner, once for each packet', async () => {
    const scenario = edited('attack-scan', (text) =>
      text.replace('mode inactivity-based', 'mode packet-based').replace(/expect:[^]*/, ''),
    );
    const { result, events } = await recordRun(scenario, 1);
    deepEqual(failed(result), []);
    deepEqual(
      result.attacks.map(({ sent, answers }) => [sent, answers]),
      [[100, 100]],
    );
    equal(events.filter(({ type, node }) => type === 'attack-answered' && node === 'mallory').length, 100);
  });

  it('fails where no HMAC keeps made-up sessions out', async () => {
    const { result } = await recordRun(edited('attack-forge', withoutHmac), 1);
    ok(failed(result).includes('sessions of strangers is 0 (implied)'));
    equal(result.verdicts.find(({ text }) => text.startsWith('sessions of strangers'))?.decidedBy, '100 at hub');
  });

  it('fails where changed bits reach the hosts', async () => {
    const { result } = await recordRun(edited('attack-bit-flip', withoutHmac), 1);
    ok(failed(result).includes('unexpected of questions is 0 (implied)'));
  });

  it('fails where packets come twice', async () => {
    const copies =
      'attacks:\n  copies: { kind: replay, by: eve, packets: [metadata, bare], every: 20ms, count: 300 }\n';
    const scenario = edited('attack-replay', (text) => withoutHmac(text).replace(/attacks:[^]*/, copies));
    const { result } = await recordRun(scenario, 1);
    ok(failed(result).includes('unexpected of questions is 0 (implied)'));
  });
});

describe('an attack', () => {
  it('with first packets from before a start of the router sets nothing up', async () => {
    const scenario = edited('attack-replay', (text) =>
      text.replace('forget-sessions: hub', 'restart: hub, down-for: 100ms').replace(/expect:[^]*/, ''),
    );
    const { result } = await recordRun(scenario, 1);
    deepEqual(failed(result), []);
    deepEqual(result.sessions.hub, []);
    ok(result.counters.hub['emulator hmac outside-time-window'] >= 1);
  });

  for (const name of ['attack-replay', 'attack-spoof'])
    it(`gives the same bytes twice for the same seed: ${name}`, async function () {
      this.timeout(60_000);
      const scenario = loadScenario(`scenarios/${name}.yaml`);
      const [once, again] = [await recordRun(scenario, 3), await recordRun(scenario, 3)];
      deepEqual(once.fingerprints, again.fingerprints);
    });

  it('ends with its attacker, who begins anew when he comes back', async () => {
    const scenario = edited('attack-scan', (text) =>
      text
        .replace('attacks:', 'timeline:\n  - { at: 3s, restart: mallory, down-for: 500ms }\nattacks:')
        .replace(/expect:[^]*/, ''),
    );
    const { result } = await recordRun(scenario, 1);
    equal(result.attacks[0].sent, 100);
    // What is due when he goes is still sent.
    equal(result.counters.hub['emulator unknown-waypoint silent'], 51 + 100);
  });

  it('that is only looked at changes nothing at all', async () => {
    const looking = edited('attack-replay', (text) =>
      text.replace(
        /attacks:[^]*/,
        'attacks:\n  all: { kind: look, by: eve, every: 1us, count: 100000 }\nexpect:\n  - seen of all at least 200\n',
      ),
    );
    const [watched, alone] = [await recordRun(looking, 1), await recordRun({ ...looking, attacks: [] }, 1)];
    deepEqual(failed(watched.result), []);
    deepEqual(watched.result.counters.hub, alone.result.counters.hub);
    deepEqual(watched.result.traffic, alone.result.traffic);
  });
});
