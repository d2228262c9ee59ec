import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { daemonsOf, leftovers, namespaces, requireNetns } from './netns-support.ts';

const SCENARIO = 'scenarios/session-recovery.yaml';
const LAB = 'lifecycle';
const module = (path: string): string => new URL(`../../${path}`, import.meta.url).href;

/** A process of its own that runs a lab for long, and prints a line when it is up. */
function runner(): ChildProcess {
  const text = `
    import { NetnsLab } from '${module('daemon/fabric/netns.js')}';
    import { loadLab } from '${module('daemon/load-lab.js')}';
    const lab = new NetnsLab({ name: '${LAB}', scenario: loadLab('${SCENARIO}'), seed: 1, isRun: true });
    await lab.create();
    process.on('SIGINT', () => lab.destroy().then(() => process.exit(130)));
    console.log('up');
    setInterval(() => {}, 1_000);`;
  const words = ['--input-type=module', '--eval', text];
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const printed = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.stdout?.once('data', resolve));
const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));

async function until(holds: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !holds(); tries++) await sleep(50);
  equal(holds(), true);
}

describe('a lab of network namespaces', function () {
  this.timeout(60_000);

  before(async function () {
    await requireNetns(this);
  });

  afterEach(async () => {
    for (const lab of await liveLabs.all()) if (lab.name.startsWith(LAB)) await lab.down();
  });

  const up = (name = LAB): Promise<UpLab> =>
    liveLabs.up({ name, fabric: 'netns', scenarioPath: SCENARIO, seed: undefined });

  it('carries real programs, passes on their exit status, and shows their sessions', async () => {
    const lab = await up();
    deepEqual(
      lab.nodes.map(({ name, kind, isUp }) => `${name} ${kind} ${isUp}`),
      ['client host true', 'spoke router true', 'hub router true', 'server host true'],
    );
    equal(await lab.exec('client', ['sh', '-c', 'ping -c 3 -i 0.2 -W 2 10.2.0.10 >/dev/null']), 0);
    equal(await lab.exec('client', ['sh', '-c', 'ping -c 3 -i 0.2 -W 2 fd00:2::10 >/dev/null']), 0);
    equal(await lab.exec('client', ['sh', '-c', 'exit 7']), 7);
    equal(await lab.exec('client', ['nosuchprog']), 127);
    const asked = (await lab.sessions('spoke')).filter(({ direction }) => direction === 'fwd');
    deepEqual(new Set(asked.map(({ protocol }) => protocol)), new Set(['icmp', 'icmpv6']));
    match(await lab.configuration.running(), /^config\n/);
    await lab.down();
    deepEqual(leftovers(LAB), []);
  });

  it('is refused under a name that is taken, and leaves the other one alone', async () => {
    await up();
    const before = namespaces();
    await rejects(up(), (error) => error instanceof LabError && error.status === 2);
    deepEqual(namespaces(), before);
    await rejects(up('../other'), (error) => error instanceof LabError && error.status === 2);
  });

  it('lives beside another one', async () => {
    const [one, other] = [await up(), await up(`${LAB}-other`)];
    for (const lab of [one, other])
      equal(await lab.exec('client', ['sh', '-c', 'ping -c 2 -W 2 10.2.0.10 >/dev/null']), 0);
    await one.down();
    equal(await other.exec('client', ['sh', '-c', 'ping -c 1 -W 2 10.2.0.10 >/dev/null']), 0);
  });

  it('leaves nothing when it cannot be made', async () => {
    execFileSync('ip', ['netns', 'add', `svrlab-${LAB}-hub`]);
    try {
      await rejects(up(), LabError);
      deepEqual(leftovers(LAB), [`svrlab-${LAB}-hub`]);
    } finally {
      execFileSync('ip', ['netns', 'del', `svrlab-${LAB}-hub`]);
    }
  });

  it('is gone after an interrupt', async () => {
    const child = runner();
    await printed(child);
    child.kill('SIGINT');
    await ended(child);
    deepEqual(leftovers(LAB), []);
  });

  it('loses its daemons when the runner is killed, and what is left can be taken down', async () => {
    const child = runner();
    await printed(child);
    equal(daemonsOf(LAB).length, 4);
    child.kill('SIGKILL');
    await ended(child);
    await until(() => daemonsOf(LAB).length === 0);
    equal(namespaces().filter((name) => name.startsWith(`svrlab-${LAB}`)).length, 4);
    const left = (await liveLabs.all()).find(({ name }) => name === LAB);
    deepEqual(
      left?.nodes.map(({ isUp }) => isUp),
      [false, false, false, false],
    );
    await left?.down();
    deepEqual(leftovers(LAB), []);
  });

  it('takes programs with it that still run there', async () => {
    const lab = await up();
    const sleeper = spawn('ip', ['netns', 'exec', `svrlab-${LAB}-client`, 'sleep', '600'], { stdio: 'ignore' });
    const gone = ended(sleeper);
    const isThere = (): boolean =>
      execFileSync('ip', ['netns', 'pids', `svrlab-${LAB}-client`], { encoding: 'utf8' }).includes(String(sleeper.pid));
    await until(isThere);
    await lab.down();
    await gone;
    deepEqual(leftovers(LAB), []);
  });
});
