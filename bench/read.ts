import { spawnSync } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadScenario } from '../cli/load-scenario.ts';
import { nodeCrypto } from '../daemon/crypto.ts';
import { CaptureFile } from '../lib/capture/capture-file.ts';
import { CaptureReader } from '../lib/capture/capture-reader.ts';
import { Dissection } from '../lib/capture/dissection.ts';
import { findField } from '../lib/capture/fields/table.ts';
import { Sessions } from '../lib/capture/sessions.ts';
import { runScenario } from '../lib/lab/runner.ts';
import { SIM_EPOCH, SimFabric } from '../lib/lab/sim/fabric.ts';
import { nanosecondsEach } from './calibration.ts';
import type { Figure } from './print.ts';

/** Packets in the file, about. */
const PACKETS = 400_000;

/** Fields that tshark has too, and what SVR makes of a packet. */
const shared = [
  'frame.number',
  'frame.interface_name',
  'ip.src',
  'ip.dst',
  'udp.srcport',
  'udp.dstport',
  'frame.comment',
];
const ofSvr = ['svr.kind', 'svr.session', 'svr.service', 'svr.control', 'svr.health_check'];

/** Reading a capture of a lab: alone, as a program, and beside tshark. */
export async function readBenchmark(): Promise<Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-bench-'));
  try {
    const path = join(folder, 'capture.pcapng');
    const packets = await writeCapture(path);
    return [...decoding(path, packets), ...programs(path, packets)];
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A capture of a scenario, again and again: sections of one file. Returns how many packets that are. */
async function writeCapture(path: string): Promise<number> {
  const { scenario } = loadScenario('session-recovery');
  const chunks: Uint8Array[] = [];
  let each = 0;
  const file = new CaptureFile(
    { write: (bytes) => chunks.push(bytes.slice()) },
    { application: 'svrlab', comments: [], epoch: () => SIM_EPOCH, ports: [], names: [] },
  );
  const capture = {
    packet(packet: Parameters<CaptureFile['packet']>[0]): void {
      each++;
      file.packet(packet);
    },
  };
  const fabric = new SimFabric({ scenario, seed: 1, crypto: nodeCrypto, events: { event: () => undefined }, capture });
  await runScenario({ fabric, scenario, seed: 1, version: 'bench' });
  file.close();
  const repeats = Math.ceil(PACKETS / each);
  const target = openSync(path, 'w');
  const bytes = Buffer.concat(chunks);
  for (let i = 0; i < repeats; i++) writeSync(target, bytes);
  closeSync(target);
  return repeats * each;
}

/** Every packet is taken apart, given to its session, and the fields are read. */
function decoding(path: string, packets: number): Figure[] {
  const fields = [...shared, ...ofSvr].flatMap((name) => findField(name) ?? []);
  let found = 0;
  const nanoseconds = nanosecondsEach(packets, 3, () => {
    const file = openSync(path, 'r');
    const reader = new CaptureReader({ read: (target) => readSync(file, target) });
    const packet = new Dissection();
    const sessions = new Sessions();
    for (let frame = reader.next(); frame; frame = reader.next()) {
      packet.load(frame);
      sessions.see(packet);
      for (const { read } of fields) if (read(packet) !== undefined) found++;
    }
    closeSync(file);
  });
  if (found < 3 * packets) throw new Error('packets were not understood');
  const perSecond = 1e9 / nanoseconds;
  return [
    {
      what: `${fields.length} fields of each packet, sessions followed`,
      value: perSecond,
      unit: 'packets a second',
      nanoseconds,
      target: { text: 'at least 300,000 a second', isMet: perSecond >= 300_000 },
    },
  ];
}

/** What `svrlab read` is asked for as a program; those with a target are what people use it for. */
const views: readonly { readonly words: readonly string[]; readonly hasTarget: boolean }[] = [
  { words: [], hasTarget: true },
  { words: ['-Y', 'svr.control or svr.health_check'], hasTarget: true },
  { words: ['--fields', [...shared, ...ofSvr].join(',')], hasTarget: true },
  { words: ['--stats'], hasTarget: true },
  { words: ['--json'], hasTarget: false },
];

/** Whole programs, from start to end, on the same file, one after the other. */
function programs(path: string, packets: number): Figure[] {
  const main = join(import.meta.dirname, '..', 'cli', 'main.js');
  const target = (perSecond: number): Figure['target'] => ({
    text: 'at least 300,000 a second',
    isMet: perSecond >= 300_000,
  });
  const rates = views.map(({ words }) => packets / secondsOf(process.execPath, [main, 'read', path, ...words], 2));
  const figures = views.map(({ words: [option = ''], hasTarget }, i): Figure => ({
    what: `svrlab read ${option}`.trimEnd(),
    value: rates[i],
    unit: 'packets a second',
    ...(hasTarget && { target: target(rates[i]) }),
  }));
  return [...figures, ...besideTshark(path, packets, rates[views.findIndex(({ words }) => words[0] === '--fields')])];
}

/** `own` is how many packets `svrlab read --fields` reads in a second. */
function besideTshark(path: string, packets: number, own: number): Figure[] {
  if (spawnSync('tshark', ['--version']).status !== 0) return [];
  const figure = (what: string, value: number): Figure => ({ what, value, unit: 'packets a second' });
  const dissector = join(import.meta.dirname, '..', '..', 'wireshark', 'svr.lua');
  const fields = (names: readonly string[]): string[] => ['-T', 'fields', ...names.flatMap((name) => ['-e', name])];
  const bare = packets / secondsOf('tshark', ['-r', path, ...fields(shared)]);
  const other =
    packets / secondsOf('tshark', ['-X', `lua_script:${dissector}`, '-r', path, ...fields([...shared, ...ofSvr])]);
  return [
    figure('tshark -T fields, without a dissector for SVR', bare),
    figure('tshark -T fields, with that of docs/wireshark.md', other),
    {
      what: 'svrlab read --fields against tshark',
      value: own / other,
      unit: 'times as fast',
      target: { text: 'at least 5 times', isMet: own / other >= 5 },
    },
  ];
}

/** The best of a few turns: the least disturbed one. */
function secondsOf(program: string, words: readonly string[], turns = 1): number {
  let best = Infinity;
  for (let turn = 0; turn < turns; turn++) {
    const from = process.hrtime.bigint();
    const { status } = spawnSync(program, words, { stdio: 'ignore' });
    if (status !== 0) throw new Error(`${program} ended with status ${status}`);
    best = Math.min(best, Number(process.hrtime.bigint() - from) / 1e9);
  }
  return best;
}
