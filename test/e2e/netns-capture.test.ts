import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { execFile, execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { liveLabs, type UpLab } from '../../daemon/live-labs.ts';
import { skip } from '../support/skip.ts';
import { requireNetns } from './netns-support.ts';

const LAB = 'capture';
const main = join(import.meta.dirname, '..', '..', 'cli', 'main.js');
const run = promisify(execFile);

interface Capture {
  readonly child: ChildProcess;
  /** Resolves when it says that it has begun. */
  readonly begun: Promise<unknown>;
  readonly said: () => string;
  readonly ended: Promise<number | null>;
}

/** A capture that runs until it is told to end. */
function capture(...words: string[]): Capture {
  const child = spawn(process.execPath, [main, 'capture', '--lab', LAB, ...words], {
    stdio: ['ignore', 'inherit', 'pipe'],
  });
  let said = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (said += text));
  const begun = new Promise((resolve) => child.stderr?.once('data', resolve));
  return { child, begun, said: () => said, ended: new Promise((resolve) => child.once('exit', resolve)) };
}

function requireTshark(context: Mocha.Context): void {
  try {
    execFileSync('tshark', ['--version'], { stdio: 'ignore' });
  } catch {
    skip(context, 'there is no tshark');
  }
}

const fieldsOf = async (file: string, ...fields: string[]): Promise<string[][]> => {
  const { stdout } = await run('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]);
  return stdout
    .replace(/\n$/, '')
    .split('\n')
    .map((line) => line.split('\t'));
};

describe('a live capture of a lab of namespaces', function () {
  this.timeout(60_000);
  let lab: UpLab;
  let folder: string;

  before(async function () {
    await requireNetns(this);
    requireTshark(this);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-capture-'));
    lab = await liveLabs.up({ name: LAB, fabric: 'netns', scenarioPath: 'scenarios/session-recovery.yaml', seed: 1 });
  });

  after(async () => {
    await lab?.down();
    if (folder) rmSync(folder, { recursive: true });
  });

  const ping = (count: number): Promise<number> =>
    lab.exec('client', ['sh', '-c', `ping -c ${count} -i 0.2 -W 2 10.2.0.10 >/dev/null`]);

  it('has one ping at every port that it passes, in order of time, with what the routers say of it', async () => {
    const file = join(folder, 'all.pcapng');
    const { begun, said, ended } = capture('-w', file, '--duration', '3');
    await begun;
    equal(await ping(4), 0);
    equal(await ended, 0);
    match(said(), /packets captured, 0 dropped\./);
    const packets = await fieldsOf(file, 'frame.interface_name', 'frame.time_epoch', 'icmp.seq', 'frame.comment');
    const ports = ['client:eth0', 'spoke:lan', 'spoke:wan', 'hub:wan', 'hub:lan', 'server:eth0'];
    deepEqual(new Set(packets.map(([port]) => port)), new Set(ports));
    const times = packets.map(([, time]) => Number(time));
    deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    ok(packets.some(([port, , , comment]) => port === 'spoke:wan' && comment.includes('metadata-added')));
  });

  it('ends by itself after so many packets, at the ports that were named', async () => {
    const file = join(folder, 'some.pcapng');
    const { begun, ended } = capture('spoke.wan', 'hub.wan', '-w', file, '-c', '5');
    await begun;
    equal(await ping(4), 0);
    equal(await ended, 0);
    const packets = await fieldsOf(file, 'frame.interface_name');
    equal(packets.length, 5);
    deepEqual(new Set(packets.flat()), new Set(['spoke:wan', 'hub:wan']));
  });

  it('has nothing but what a filter lets pass, sessions included', async () => {
    const file = join(folder, 'filtered.pcapng');
    const filter = 'svr.session and not bfd and frame.interface_name == "spoke:wan"';
    const { begun, ended } = capture('-Y', filter, '-w', file, '--duration', '3');
    await begun;
    equal(await ping(3), 0);
    equal(await ended, 0);
    const packets = await fieldsOf(file, 'frame.interface_name', 'udp.port');
    equal(packets.length, 6);
    for (const [port, ports] of packets) {
      equal(port, 'spoke:wan');
      ok(!ports.includes('1280'), ports);
    }
  });

  it('ends in good order when it is interrupted', async () => {
    const file = join(folder, 'interrupted.pcapng');
    const { begun, child, said, ended } = capture('spoke', '-w', file);
    await begun;
    equal(await ping(4), 0);
    child.kill('SIGINT');
    equal(await ended, 0);
    match(said(), /spoke:wan/);
    ok((await fieldsOf(file, 'frame.number')).length > 4);
  });

  it('is served to whoever connects, as tshark does', async () => {
    const { begun, child, said, ended } = capture('--listen', '127.0.0.1:19123');
    await begun;
    const words = ['-i', 'TCP@127.0.0.1:19123', '-c', '12', '-T', 'fields', '-e', 'frame.interface_name'];
    const [{ stdout }] = await Promise.all([run('tshark', words, { timeout: 20_000 }), ping(10)]);
    equal(stdout.trimEnd().split('\n').length, 12);
    child.kill('SIGINT');
    equal(await ended, 0);
    match(said(), /A reader has left\./);
  });

  it('leaves no capture behind', async () => {
    const socket = (node: string): string => `/run/svrlab/${LAB}/${node}.sock`;
    for (const node of ['client', 'spoke']) {
      const { stdout } = await run('curl', ['-s', '--unix-socket', socket(node), 'http://node/captures']);
      equal(stdout, '[]');
    }
  });

  it("is found in Wireshark's own list of interfaces", async function () {
    const { stdout: folders } = await run('tshark', ['-G', 'folders']);
    const extcap = /^Global Extcap path:\s*(\S+)|^Extcap path:\s*(\S+)/m.exec(folders);
    const place = extcap?.[1] ?? extcap?.[2];
    if (place === undefined || !existsSync(place)) skip(this, 'tshark has no folder for extcap programs');
    const program = join(place, 'svrlab-test');
    writeFileSync(program, `#!/bin/sh\nexec '${process.execPath}' '${main}' extcap "$@"\n`);
    chmodSync(program, 0o755);
    try {
      const { stdout } = await run('tshark', ['-D']);
      match(stdout, new RegExp(`svrlab:${LAB}:spoke \\(svrlab: router spoke of lab ${LAB}\\)`));
      const file = join(folder, 'extcap.pcapng');
      const words = ['-i', `svrlab:${LAB}:spoke`, '-c', '6', '-w', file];
      await Promise.all([run('tshark', words, { timeout: 20_000 }), ping(10)]);
      ok(readFileSync(file).length > 0);
      const ports = (await fieldsOf(file, 'frame.interface_name')).flat();
      equal(ports.length, 6);
      ok(ports.every((port) => port.startsWith('spoke:')));
    } finally {
      rmSync(program);
    }
  });
});
