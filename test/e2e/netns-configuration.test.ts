import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import { seconds } from '../../lib/time.ts';
import { loadScenario } from '../support/lab-files.ts';
import { skip } from '../support/skip.ts';
import { requireNetns } from './netns-support.ts';

const LAB = 'configured';
const main = new URL('../../cli/main.js', import.meta.url).pathname;
const ADDED = 'packet-processing action success metadata added-session-health-check';

const svrlab = (words: readonly string[], input = ''): { status: number | null; out: string; err: string } => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [main, ...words], { input, encoding: 'utf8' });
  return { status, out: stdout, err: stderr };
};
const pcli = (...words: readonly string[]): string => svrlab(['pcli', '--lab', LAB, ...words]).out;

describe('the configuration of a running lab', function () {
  this.timeout(60_000);
  let lab: UpLab;

  before(async function () {
    await requireNetns(this);
    lab = await liveLabs.up({
      name: LAB,
      fabric: 'netns',
      scenarioPath: 'scenarios/session-recovery.yaml',
      seed: undefined,
    });
  });
  after(async () => {
    for (const one of await liveLabs.all()) if (one.name === LAB) await one.down();
  });

  // One process, so that all of its packets are one session.
  const ping = (count: number, everySeconds: number): Promise<number> =>
    lab.exec('client', ['sh', '-c', `ping -e 77 -c ${count} -i ${everySeconds} -W 1 10.2.0.10 >/dev/null`]);
  const checks = async (): Promise<number> => (await lab.counters('spoke')).get(ADDED) ?? NaN;
  const idsAt = async (router: string): Promise<string[]> => [
    ...new Set((await lab.sessions(router)).map(({ sessionId }) => sessionId)),
  ];

  it('changes by the shell, and the next recovery goes by the new inactivity-timeout', async () => {
    equal(await ping(2, 0.2), 0);
    const [id] = await idsAt('spoke');
    match(
      svrlab(['pcli', '--lab', LAB], 'configure authority session-recovery-detection\ninactivity-timeout 6\ncommit\n')
        .out,
      /committed on spoke, hub/,
    );
    await sleep(3_000);
    equal(await ping(1, 0.2), 0);
    equal(await checks(), 0, '3 s of silence are less than 6 s, and more than the 2 s of before');

    match(pcli('set', 'authority', 'session-recovery-detection', 'inactivity-timeout', '1'), /^$/);
    match(pcli('compare', 'config'), /^- .*inactivity-timeout 6\n\+ .*inactivity-timeout 1\n$/);
    match(pcli('commit'), /committed on spoke, hub/);
    match(pcli('delete', 'flows', 'node', 'hub'), /hub has forgotten every flow/);
    await sleep(1_500);
    equal(await ping(5, 0.2), 0, 'at least one of five pings is answered');
    equal(await checks(), 1, '1.5 s of silence are more than 1 s');
    deepEqual([await idsAt('spoke'), await idsAt('hub')], [[id], [id]], 'the session came back, and is the same');
  });

  it('is the same for another terminal: candidate, history and way back', async () => {
    pcli('set', 'authority', 'router', 'spoke', 'description', 'the branch');
    match(pcli('show config candidate authority router spoke'), /^description +"the branch"\n/m);
    pcli('commit');
    match(pcli('show config history'), /rollback 1\n- authority router spoke description "the branch"\n/);
    pcli('rollback');
    match(pcli('commit'), /committed/);
    ok(!pcli('show config running').includes('the branch'));
  });

  it('refuses what would take a restart at every node, and changes nothing', async () => {
    pcli('set', 'authority', 'emulator', 'session-table-size', '9');
    const { status, err } = svrlab(['pcli', '--lab', LAB, 'commit']);
    equal(status, 2);
    match(err, /nothing was committed:\nchanging 'authority emulator session-table-size' .* needs a restart/);
    ok(!(await lab.configuration.running()).includes('session-table-size'));
    pcli('discard');
  });

  it('is edited by a person at a terminal, with Tab and ?', function () {
    const typed = 'sh\\tsessions\\t| count\\nshow peers ?\\x15quit\\n';
    const script = `printf '${typed}' | while IFS= read -rn1 -d '' letter; do printf '%s' "$letter"; sleep 0.15; done`;
    const { stdout, error } = spawnSync(
      'bash',
      ['-c', `{ sleep 1; ${script}; } | script -qec "${process.execPath} ${main} pcli --lab ${LAB}" /dev/null`],
      { encoding: 'utf8', env: { ...process.env, TERM: 'xterm', XDG_STATE_HOME: tmpdir() } },
    );
    if (error) skip(this, 'bash or script is missing');
    match(stdout, /configured# /);
    match(stdout, /Count: \d+ lines/);
    match(stdout, /detail +everything that is known of each/);
  });
});

describe('a step of the timeline that configures, on real interfaces', function () {
  this.timeout(60_000);

  it('makes the spoke ask after the new inactivity-timeout', async function () {
    await requireNetns(this);
    const scenario = loadScenario('scenarios/reconfiguration.yaml');
    const happened: LabEvent[] = [];
    const events = { event: (event: LabEvent) => void happened.push(event) };
    const fabric = new NetnsFabric({ scenario, seed: 1, events, capture: { packet: () => undefined } });
    const { verdicts } = await runScenario({ fabric, scenario, seed: 1, version: 'test' });
    deepEqual(
      verdicts.filter(({ held }) => !held).map(({ text }) => text),
      [],
    );
    const [asked] = happened.filter(({ type }) => type === 'health-check-added');
    // The silence ends at 6 s, 3 s after the step and 2 s after the hub forgot; by the old timeout nothing would be asked.
    ok(asked.time >= seconds(6) && asked.time < seconds(6.5), `asked at ${asked.time} us`);
  });
});
