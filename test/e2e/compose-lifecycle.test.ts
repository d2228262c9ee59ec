import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { labFolder } from '../../daemon/fabric/run-folder.ts';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { docker, leftovers, requireCompose } from './compose-support.ts';

const SCENARIO = 'scenarios/session-recovery.yaml';
const TWO_NODES = 'scenarios/ha-failover.yaml';
const LAB = 'lifecycle';
const module = (path: string): string => new URL(`../../${path}`, import.meta.url).href;

/** A process of its own that runs a lab for long, and prints a line when it is up. */
function runner(scenario = SCENARIO): ChildProcess {
  const text = `
    import { ComposeLab } from '${module('daemon/fabric/compose.js')}';
    import { loadLab } from '${module('daemon/load-lab.js')}';
    const lab = new ComposeLab({ name: '${LAB}', scenario: loadLab('${scenario}'), seed: 1, isRun: true });
    process.on('SIGINT', () => lab.destroy().then(() => process.exit(130)));
    await lab.create().then(() => console.log('up'), () => undefined);
    setInterval(() => {}, 1_000);`;
  const words = ['--input-type=module', '--eval', text];
  return spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'inherit'] });
}

const printed = (child: ChildProcess): Promise<unknown> =>
  new Promise((resolve) => child.stdout?.once('data', resolve));
const ended = (child: ChildProcess): Promise<unknown> => new Promise((resolve) => child.once('exit', resolve));

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  let tries = 0;
  while (!(await holds())) {
    ok(tries++ < 500, 'it never came');
    await sleep(20);
  }
}

const isLabError =
  (status: 2 | 3, message: RegExp) =>
  (error: unknown): boolean =>
    error instanceof LabError && error.status === status && message.test(error.message);

describe('a lab of containers', function () {
  this.timeout(60_000);
  const given = { ...process.env };

  before(async function () {
    await requireCompose(this);
  });

  afterEach(async () => {
    process.env = { ...given };
    for (const lab of await liveLabs.all()) if (lab.name.startsWith(LAB)) await lab.down();
  });

  const up = (name = LAB, scenarioPath = SCENARIO): Promise<UpLab> =>
    liveLabs.up({ name, fabric: 'compose', scenarioPath, seed: undefined });

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
    const protocols = (await lab.sessions('spoke')).flatMap((row) => (row.direction === 'fwd' ? [row.protocol] : []));
    deepEqual(protocols.sort(), ['icmp', 'icmpv6']);
    match(await lab.configuration.running(), /config authority|authority/);
    await lab.down();
    deepEqual(leftovers(LAB), []);
  });

  it('may have a router of two nodes, of which one answers when the other was killed', async () => {
    const lab = await up(LAB, TWO_NODES);
    deepEqual(
      lab.nodes.map(({ name, isUp }) => `${name} ${isUp}`),
      ['client true', 'spoke.node0 true', 'spoke.node1 true', 'hub true', 'server true'],
    );
    const ping = ['sh', '-c', 'ping -c 1 -W 1 10.2.0.10 >/dev/null'];
    await until(async () => (await lab.exec('client', ping)) === 0);
    equal((await lab.sessions('spoke.node0')).length, 2);
    deepEqual(
      (await lab.peers('spoke.node1')).map(({ status }) => status),
      ['standby'],
    );
    docker('kill', `svrlab-${LAB}-spoke.node0`);
    await until(async () => (await lab.exec('client', ping)) === 0);
    const [left] = (await liveLabs.all()).filter(({ name }) => name === LAB);
    deepEqual(
      left.nodes.flatMap(({ name, isUp }) => (isUp ? [] : [name])),
      ['spoke.node0'],
    );
    await lab.down();
    deepEqual(leftovers(LAB), []);
  });

  it('lives beside another one, and is refused under a name that is taken or that Compose would not have', async () => {
    const [one, other] = [await up(), await up(`${LAB}-other`)];
    for (const lab of [one, other])
      equal(await lab.exec('client', ['sh', '-c', 'ping -c 2 -W 2 10.2.0.10 >/dev/null']), 0);
    await rejects(up(), isLabError(2, /is there already/));
    await rejects(up('Lifecycle'), isLabError(2, /no name for a lab of containers/));
    await one.down();
    equal(await other.exec('client', ['sh', '-c', 'ping -c 1 -W 2 10.2.0.10 >/dev/null']), 0);
  });

  it('says what is missing where there is no engine, no program or no image, and leaves nothing', async () => {
    process.env = { ...given, DOCKER_HOST: 'unix:///nowhere.sock' };
    await rejects(up(), isLabError(3, /no container engine answers .*: sudo scripts\/docker-engine.sh start/));
    process.env = { ...given, PATH: '/nowhere' };
    await rejects(up(), isLabError(3, /there is no 'docker': apt-get install/));
    process.env = { ...given, SVRLAB_IMAGE: 'localhost:1/nowhere' };
    await rejects(up(), isLabError(3, /up' failed: .*localhost:1/));
    deepEqual(leftovers(LAB), []);
  });

  it('tells what a node said that could not start', async () => {
    // Nothing but the entry point is another.
    const image = 'svrlab-lifecycle-broken';
    const file = 'FROM svrlab\nENTRYPOINT ["sh", "-c", "echo it is broken; exit 1"]\n';
    const built = spawnSync('docker', ['build', '--quiet', '--tag', image, '-'], { input: file });
    equal(built.status, 0);
    try {
      process.env = { ...given, SVRLAB_IMAGE: image };
      await rejects(up(), isLabError(3, /did not start: it is broken/));
    } finally {
      docker('image', 'rm', '--force', image);
    }
    deepEqual(leftovers(LAB), []);
  });

  it('is gone after an interrupt, also one while it comes up', async () => {
    const child = runner(TWO_NODES);
    await printed(child);
    child.kill('SIGINT');
    await ended(child);
    deepEqual(leftovers(LAB), []);

    const early = runner();
    await until(() => existsSync(labFolder(LAB)));
    early.kill('SIGINT');
    await ended(early);
    deepEqual(leftovers(LAB), []);
  });

  it('can be taken down when the runner was killed', async () => {
    const child = runner(TWO_NODES);
    await printed(child);
    child.kill('SIGKILL');
    await ended(child);
    const left = (await liveLabs.all()).find(({ name }) => name === LAB);
    equal(left?.nodes.length, 5);
    await left?.down();
    deepEqual(leftovers(LAB), []);
  });

  it('runs on an image that is made anew only when something in it has changed', () => {
    const image = 'svrlab-lifecycle-image';
    const make = (): string => {
      const words = ['--prebuilt', '--if-stale', image];
      return spawnSync('scripts/docker-image.sh', words, { encoding: 'utf8' }).stdout;
    };
    try {
      match(make(), /svrlab-lifecycle-image is ready/);
      equal(make(), '');
    } finally {
      docker('image', 'rm', '--force', image);
    }
  });
});
