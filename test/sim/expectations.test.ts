import { deepEqual, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parseScenario } from '../../lib/lab/parse.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';
import { recordRun, type RecordedRun } from '../support/recorded-run.ts';

const file = 'scenarios/session-recovery.yaml';

/** Runs session-recovery, in which the hub forgets its session at 4 s and has it back at 6.08 s, with other expectations. */
function expecting(sentences: readonly string[]): Promise<RecordedRun> {
  const expectations = sentences.map((sentence) => `  - ${sentence}\n`).join('');
  const text = readFileSync(file, 'utf8').replace(/^expect:[^]*/m, `converge-within: none\nexpect:\n${expectations}`);
  return recordRun(scenarioOf(parseScenario(text, file, resolveFile)), 1);
}

/** What is measured of each sentence, whether it holds, and what decided that. */
type Judged = readonly [sentence: string, measured: string, held: boolean, decidedBy?: string];

async function judges(...expected: readonly Judged[]): Promise<RecordedRun> {
  const run = await expecting(expected.map(([sentence]) => sentence));
  deepEqual(
    run.result.verdicts.map(({ text, measured, held, decidedBy }) => [text, measured, held, decidedBy]),
    expected.map(([sentence, measured, held, decidedBy]) => [sentence, measured, held, decidedBy]),
  );
  return run;
}

const asked = "'svr.control == enable-metadata'";
const lost = 'session-removed at hub, 4s';
const back = 'session-recreated at hub, 6.081s, packet 101';
const answer = 'packet 100 at spoke:wan, 6.041s';

describe('what is expected', () => {
  it('always, is decided by the first moment at which it does not hold', async () => {
    await judges(
      ['always sessions at hub at most 1', '0 to 1', true],
      ['always sessions at spoke is 1 since 2s', '1', true],
      ['always sessions at hub is 1 since 2s', '0 at 4s', false, lost],
      ['always paths up at spoke at least 1 since 1s', '1', true],
      ['always paths up at spoke at least 1', '0 at 0us', false, 'seen at spoke, 0us'],
      ['always success metadata added at hub at most 100', '0 to 2', true],
      [
        'always added-session-health-check at spoke at most 0',
        '1 at 6.001s',
        false,
        'health-check-added at spoke, 6.001s, packet 99',
      ],
      ['always received of questions at most 60', '0 to 59', true],
      ['always received of questions at most 50', '51 at 8.084s', false],
    );
  });

  it('never, is decided by the first moment at which it holds', async () => {
    await judges(
      ['never sessions at hub at least 2', '0 to 1', true],
      ['never sessions at hub is 0 since 2s', '0 at 4s', false, lost],
      [`never packet ${asked} at spoke:wan since 7s`, '0', true],
      [`never packet ${asked} at spoke:wan`, '1 at 6.041s', false, answer],
      ['never event session-recreated at spoke', '0', true],
      ['never event session-recreated', '1 at 6.081s', false, back],
    );
  });

  it('sometimes, is decided by the first moment at which it holds, and fails if there is none', async () => {
    await judges(
      ['sometimes sessions at hub is 0 since 2s', '0 at 4s', true, lost],
      ['sometimes sessions at hub is 3', '0 to 1', false],
      [`sometimes packet ${asked} at hub`, '1 at 6.021s', true, 'packet 100 at hub:wan, 6.021s'],
    );
  });

  it('eventually, holds if it does within the deadline after each such event', async () => {
    await judges(
      [
        'eventually within 1.1s sessions at hub is 1',
        'after 1.023s',
        true,
        'session-created at hub, 1.023s, packet 24',
      ],
      ['eventually within 2.5s of forget-sessions sessions at hub is 1', 'after 2.081s', true, back],
      [`eventually within 3s of forget-sessions at hub packet ${asked} at spoke:wan`, 'after 2.041s', true, answer],
      ['eventually within 2.5s of forget-sessions received of questions at least 1', 'after 2.104s', true],
      [
        'eventually within 1s of forget-sessions sessions at hub at least 1',
        'not in time',
        false,
        'forget-sessions at 4s',
      ],
      [
        'eventually within 50ms of session-recreated added-session-health-check at spoke at least 1',
        'not in time',
        false,
        'session-recreated at 6.081s',
      ],
      [
        'eventually within 1s of session-recreated at spoke sessions at spoke is 1',
        'never',
        false,
        'no session-recreated at spoke',
      ],
    );
  });

  it('of packets and events at the end, is decided by the one that made it enough, or was one too many', async () => {
    await judges(
      [`packets ${asked} at spoke:wan since 5s is 1`, '1', true, answer],
      [`packets ${asked} at most 1`, '2', false, answer],
      [`packets ${asked} at spoke:wan at most 0 since 7s`, '0', true],
      ['events session-recreated at hub at least 1', '1', true, back],
      ['events session-recreated at hub at least 2', '1', false, back],
    );
  });

  it('of paths, peers, alarms and applications, within bounds or a tolerance', async () => {
    await judges(
      ['paths up at spoke is 1', '1', true],
      ['peers down at spoke is 0', '0', true],
      ['major peer alarms at hub at most 0', '0', true],
      ['longest-gap of questions at most 200ms', '103.939ms', true, 'from 6s until 6.104s'],
      ['round-trip of questions is 44ms within 1ms', '44.019ms', true, 'of 59 that were answered'],
      ['p99 round-trip of questions is 44ms within 1%', '47.978ms', false, 'of 59 that were answered'],
      ['received of questions is 50 within 20%', '59', true],
      ['received of questions is 50 within 8', '59', false],
    );
  });

  it('names packets by their ids in the capture, and events as they are told', async () => {
    const { result, events } = await judges(
      [`sometimes packet ${asked} at spoke:wan`, '1 at 6.041s', true, answer],
      ['sometimes sessions at hub is 1 since 6s', '1 at 6.081s', true, back],
    );
    const [[packet], [event]] = result.verdicts.map(({ deciders = [] }) => deciders);
    deepEqual(packet, { time: 6_040_778, node: 'spoke', port: 'wan', packet: 100 });
    ok(events.some((one) => one.time === event.time && one.type === event.event && one.packet === event.packet));
  });
});
