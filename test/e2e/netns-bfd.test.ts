import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import type { BfdRow } from '../../lib/peering/rows.ts';
import { skip } from '../support/skip.ts';
import { leftovers, requireNetns } from './netns-support.ts';

const LAB = 'bfd';
const HOST = `svrlab-${LAB}-other`;
const FRR_FOLDER = '/usr/lib/frr';

/** A router and a host on one wire; the router speaks BFD with the host. */
const scenario = (leaves: string): string => `
name: bfd
about: a router and somebody else's BFD
duration: 1s
lab:
  nodes:
    other: { kind: host, addresses: [10.1.0.10/24], gateways: [10.1.0.1] }
    router: { kind: router }
  links:
    wire: { ends: [other, 'router:lan'] }
  configuration: |
    authority
      router router
        node router
          device-interface lan
            network-interface lan
              emulator
                bfd-neighbor 10.1.0.10
                  ${leaves.split('\n').join('\n                  ')}
                exit
              exit
              address 10.1.0.1
                prefix-length 24
              exit
            exit
          exit
        exit
      exit
    exit
`;

const quick = 'desired-tx-interval 100\nrequired-min-rx-interval 200';

describe('plain BFD with other implementations', function () {
  this.timeout(60_000);
  this.slow(20_000);
  let folder: string;
  let lab: UpLab;
  const programs: ChildProcess[] = [];

  before(async function () {
    await requireNetns(this);
  });

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'svrlab-bfd-'));
    // FRR's daemons give up their rights and still have to work here.
    chmodSync(folder, 0o777);
  });

  afterEach(async () => {
    await Promise.all(programs.splice(0).map(end));
    for (const up of await liveLabs.all()) if (up.name === LAB) await up.down();
    rmSync(folder, { recursive: true, force: true });
    deepEqual(leftovers(LAB), []);
  });

  async function start(leaves: string): Promise<void> {
    const scenarioPath = write('scenario.yaml', scenario(leaves));
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath, seed: 1 });
  }

  function write(name: string, text: string): string {
    const path = join(folder, name);
    writeFileSync(path, text);
    return path;
  }

  /** Runs a daemon of somebody else at the host. */
  function run(program: string, ...words: string[]): ChildProcess {
    const child = spawn('ip', ['netns', 'exec', HOST, program, ...words], { stdio: 'ignore' });
    programs.push(child);
    return child;
  }

  const row = async (): Promise<BfdRow> => (await lab.bfd('router'))[0];

  /** Waits until the router's session is as wanted, or tells how it is. */
  async function until(isWanted: (row: BfdRow) => boolean): Promise<BfdRow> {
    for (let tries = 0; tries < 200; tries++) {
      const now = await row();
      if (isWanted(now)) return now;
      await sleep(50);
    }
    throw new Error(`the session stays ${JSON.stringify(await row())}`);
  }

  const isUp = ({ state, remoteState }: BfdRow): boolean => state === 'up' && remoteState === 'up';

  describe('BIRD', () => {
    before(function () {
      if (!hasProgram('bird')) skip(this, "the program 'bird' is missing; the Debian package is bird2");
    });

    const birdc = (...words: string[]): string =>
      execFileSync('birdc', ['-s', join(folder, 'bird.ctl'), ...words], { encoding: 'utf8' });

    /** The line of `show bfd sessions`: address, interface, state, since, interval, timeout. */
    const session = (): string[] => birdc('show', 'bfd', 'sessions').trim().split('\n').at(-1)?.split(/\s+/) ?? [];

    function bird(bfd: string): ChildProcess {
      const config = write('bird.conf', `router id 10.1.0.10;\nprotocol device {}\nprotocol bfd {\n${bfd}\n}\n`);
      return run('bird', '-f', '-c', config, '-s', join(folder, 'bird.ctl'), '-P', join(folder, 'bird.pid'));
    }

    const options = 'min rx interval 150 ms; min tx interval 300 ms; multiplier 4;';

    it('comes up over one hop, with the timers that each side asked for', async () => {
      await start(quick);
      bird(`interface "eth0" { ${options} };\nneighbor 10.1.0.1 dev "eth0";`);
      const up = await until((now) => isUp(now) && now.transmitIntervalMs === 150 && now.detectionTimeMs === 1_200);
      equal(up.hops, 'single-hop');
      await sleep(1_000);
      const [address, , state, , interval, timeout] = session();
      deepEqual([address, state, Number(interval), Number(timeout)], ['10.1.0.1', 'Up', 0.3, 0.45]);
    });

    it('is seen to be killed, and comes up again', async () => {
      await start(quick);
      const bfd = `interface "eth0" { ${options} };\nneighbor 10.1.0.1 dev "eth0";`;
      const first = bird(bfd);
      await until(isUp);
      await end(first);
      const down = await until(({ state }) => state === 'down');
      equal(down.diagnostic, 'control-detection-time-expired');
      bird(bfd);
      await until(isUp);
      const events = (await lab.events('router')).map(({ message }) => message);
      deepEqual(events, [
        'BFD session with 10.1.0.10 is up',
        'BFD session with 10.1.0.10 is down (control-detection-time-expired)',
        'BFD session with 10.1.0.10 is up',
      ]);
    });

    const multihop = `multihop { ${options} };\nneighbor 10.1.0.1 local 10.1.0.10 multihop on;`;

    it('comes up over several hops: it sends TTL 64 there', async () => {
      await start(`${quick}\nmultihop true\nminimum-ttl 64`);
      bird(multihop);
      const up = await until(isUp);
      equal(up.hops, 'multihop');
    });

    it('does not come up where TTL 64 has come too far', async () => {
      await start(`${quick}\nmultihop true\nminimum-ttl 65`);
      bird(multihop);
      await sleep(3_000);
      equal((await row()).state, 'down');
      ok(((await lab.counters('router')).get('emulator bfd refused wrong-ttl') ?? 0) > 0);
    });

    const keyed = (secret: string): string =>
      `${quick}\nauthentication-type meticulous-keyed-sha1\nauthentication-key 7\nsecret ${secret}\nexit`;
    const sha1 = `interface "eth0" { ${options} authentication meticulous keyed sha1; password "opensesame" { id 7; }; };
      neighbor 10.1.0.1 dev "eth0";`;

    it('comes up with meticulous keyed SHA1, and stays up', async () => {
      await start(keyed('opensesame'));
      bird(sha1);
      await until(isUp);
      await sleep(3_000);
      equal((await row()).state, 'up');
      equal((await lab.events('router')).length, 1);
    });

    it('does not come up with another key', async () => {
      await start(keyed('openbarley'));
      bird(sha1);
      await sleep(3_000);
      equal((await row()).state, 'down');
      ok(((await lab.counters('router')).get('emulator bfd refused unauthentic') ?? 0) > 0);
    });
  });

  describe('FRR', () => {
    before(function () {
      if (!existsSync(join(FRR_FOLDER, 'bfdd'))) skip(this, "FRR's bfdd is missing; the Debian package is frr");
    });

    const vtysh = (...commands: string[]): string => {
      const words = ['--vty_socket', folder, ...commands.flatMap((command) => ['-c', command])];
      return execFileSync('vtysh', words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
    };

    async function frr(): Promise<void> {
      const daemon = (name: string, ...words: string[]): void => {
        const config = write(`${name}.conf`, '');
        const place = ['-f', config, '-i', join(folder, `${name}.pid`), '-z', join(folder, 'zserv.api')];
        run(join(FRR_FOLDER, name), ...place, '--vty_socket', folder, ...words);
      };
      daemon('zebra');
      for (let tries = 0; tries < 100 && !existsSync(join(folder, 'zserv.api')); tries++) await sleep(50);
      daemon('bfdd', '--bfdctl', join(folder, 'bfdd.sock'));
      for (let tries = 0; tries < 100 && !existsSync(join(folder, 'bfdd.vty')); tries++) await sleep(50);
    }

    const peer = ['configure terminal', 'bfd', 'peer 10.1.0.1 interface eth0'];

    it('comes up with the timers that each side asked for, and its AdminDown is seen', async () => {
      await start(quick);
      await frr();
      vtysh(...peer, 'receive-interval 150', 'transmit-interval 300', 'detect-multiplier 4', 'no shutdown');
      await until((now) => isUp(now) && now.transmitIntervalMs === 150 && now.detectionTimeMs === 1_200);
      await sleep(1_000);
      const [told] = JSON.parse(vtysh('show bfd peers json')) as Record<string, unknown>[];
      deepEqual(
        [
          told.status,
          told['remote-receive-interval'],
          told['remote-transmit-interval'],
          told['remote-detect-multiplier'],
        ],
        ['up', 200, 100, 3],
      );

      vtysh(...peer, 'shutdown');
      const down = await until(({ remoteState }) => remoteState === 'admin-down');
      deepEqual([down.state, down.diagnostic], ['down', 'neighbor-signaled-session-down']);
      vtysh(...peer, 'no shutdown');
      await until(isUp);
    });

    it('is seen to be killed, and comes up again', async () => {
      await start(quick);
      await frr();
      vtysh(...peer, 'no shutdown');
      await until(isUp);
      await Promise.all(programs.splice(0).map(end));
      const down = await until(({ state }) => state === 'down');
      equal(down.diagnostic, 'control-detection-time-expired');
      // What a crash leaves behind is not taken for daemons that are ready.
      for (const socket of ['zserv.api', 'bfdd.sock', 'bfdd.vty', 'zebra.vty'])
        rmSync(join(folder, socket), { force: true });
      await frr();
      vtysh(...peer, 'no shutdown');
      await until(isUp);
    });

    it('comes up over several hops', async () => {
      await start(`${quick}\nmultihop true`);
      await frr();
      vtysh('configure terminal', 'bfd', 'peer 10.1.0.1 multihop local-address 10.1.0.10', 'no shutdown');
      await until(isUp);
      match(vtysh('show bfd peers'), /Status: up/);
    });
  });
});

function hasProgram(name: string): boolean {
  const path = [...(process.env.PATH ?? '').split(':'), '/usr/sbin', '/sbin'];
  return path.some((place) => existsSync(join(place, name)));
}

/** Ends a program at once, as a crash would; returns when it is gone. */
async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}
