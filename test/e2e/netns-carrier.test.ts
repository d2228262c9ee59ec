import { deepEqual, equal } from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { skip } from '../support/skip.ts';
import { daemonsOf, leftovers, requireNetns } from './netns-support.ts';

const LAB = 'carrier';

describe('a daemon whose interface is taken down by hand', function () {
  this.timeout(60_000);
  this.slow(20_000);
  let lab: UpLab;

  before(async function () {
    await requireNetns(this);
  });

  beforeEach(async () => {
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath: 'scenarios/path-failover.yaml', seed: 1 });
  });

  afterEach(async () => {
    for (const up of await liveLabs.all()) if (up.name === LAB) await up.down();
    deepEqual(leftovers(LAB), []);
  });

  const set = (node: string, device: string, state: 'up' | 'down'): Buffer =>
    execFileSync('ip', ['-n', `svrlab-${LAB}-${node}`, 'link', 'set', 'dev', device, state]);

  const conditions = async (router: string): Promise<string> =>
    (await lab.peers(router))
      .map(({ networkInterface, status, reason }) => `${networkInterface} ${status} ${reason}`)
      .join(', ');

  /** Those about interfaces: on a machine that is busy, a path to a peer may have its own. */
  const alarms = async (router: string): Promise<string> =>
    (await lab.alarms(router)).flatMap(({ category, message }) => (category === 'interface' ? message : [])).join(', ');

  /** Waits until something is as wanted, or tells how it is. */
  async function until(look: () => Promise<string>, wanted: string): Promise<void> {
    for (let tries = 0; tries < 200 && (await look()) !== wanted; tries++) await sleep(50);
    equal(await look(), wanted);
  }

  const bothUp = 'cable up bfd-up, lte up bfd-up';

  it('notices at both ends of the wire, survives, and has the path back with the interface', async function () {
    const binding = createRequire(import.meta.url).resolve('cap/build/Release/cap.node');
    if (readFileSync(binding).includes('status == 0'))
      skip(this, 'cap was built with assertions, and ends the process: CXXFLAGS=-DNDEBUG npm rebuild cap');
    for (const router of ['spoke', 'hub']) await until(() => conditions(router), bothUp);
    const daemons = daemonsOf(LAB);
    for (let turn = 0; turn < 2; turn++) {
      set('spoke', 'cable', 'down');
      for (const router of ['spoke', 'hub'])
        await until(() => conditions(router), 'cable down interface-down, lte up bfd-up');
      set('spoke', 'cable', 'up');
      for (const router of ['spoke', 'hub']) await until(() => conditions(router), bothUp);
    }
    deepEqual(daemonsOf(LAB), daemons);
  });

  it('raises an alarm when the host at the other end is unplugged, and clears it', async () => {
    set('client', 'eth0', 'down');
    await until(() => alarms('spoke'), 'Interface lan on lan is operationally down');
    set('client', 'eth0', 'up');
    await until(() => alarms('spoke'), '');
  });
});
