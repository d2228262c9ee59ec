import { deepEqual, equal, match, rejects } from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { interruptible } from '../../../cli/interrupts.ts';
import { RunOutputs } from '../../../cli/outputs.ts';
import { formatReport } from '../../../cli/report.ts';
import { Story } from '../../../cli/story.ts';
import { unpainted } from '../../../cli/terminal.ts';
import type { RunResult } from '../../../lib/lab/runner.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';

describe('the folder of a run', () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'svrlab-run-'));
  });

  afterEach(() => rmSync(folder, { recursive: true }));

  const capture = { application: 'svrlab', comments: [], epoch: () => 0, ports: [], names: [] };
  const packet = { time: 5, node: 'hub', port: 'wan', direction: 'in', id: 1, bytes: new Uint8Array(60), comments: [] };

  it('holds every event as a line of JSON, every packet, and the result', () => {
    const outputs = new RunOutputs(join(folder, 'new', 'run'), { capture });
    const events = Array.from({ length: 5000 }, (_, time) => ({ time, node: 'hub', type: 'session-created' }));
    for (const event of events) outputs.event(event);
    outputs.packet({ ...packet, direction: 'in' });
    outputs.close();
    outputs.result('{}\n');

    const lines = readFileSync(join(outputs.folder, 'events.ndjson'), 'utf8').trimEnd().split('\n');
    deepEqual(
      lines.map((line) => JSON.parse(line) as object),
      events,
    );
    equal(readFileSync(join(outputs.folder, 'capture.pcapng')).readUInt32LE(0), 0x0a0d0d0a);
    equal(readFileSync(join(outputs.folder, 'result.json'), 'utf8'), '{}\n');
  });

  it('has no capture if none is wanted, and takes nothing more once it is closed', () => {
    const outputs = new RunOutputs(folder, {});
    outputs.packet({ ...packet, direction: 'out' });
    outputs.close();
    outputs.close();
    outputs.event({ time: 0, node: 'hub', type: 'session-created' });
    equal(existsSync(join(folder, 'capture.pcapng')), false);
    equal(readFileSync(join(folder, 'events.ndjson'), 'utf8'), '');
  });

  it('is bad input where nothing can be written', () => {
    writeFileSync(join(folder, 'file'), '');
    let complaint = '';
    try {
      new RunOutputs(join(folder, 'file', 'run'), {});
    } catch (error) {
      complaint = (error as Error).message;
    }
    match(complaint, /^cannot write to '.*file\/run': /);
  });
});

describe('a signal', () => {
  it('ends the work at once, cleans up once, and lets no second signal cut that short', async () => {
    const done: string[] = [];
    const work = interruptible(
      () => new Promise(() => process.emit('SIGINT', 'SIGINT')),
      async () => {
        process.emit('SIGINT', 'SIGINT');
        process.emit('SIGTERM', 'SIGTERM');
        await Promise.resolve();
        done.push('clean');
      },
    );
    await rejects(work, { message: 'ended by SIGINT', status: 130 });
    deepEqual(done, ['clean']);
    equal(process.listenerCount('SIGTERM'), 0);
  });

  it('that does not come leaves the work its result, and the clean-up is done all the same', async () => {
    const done: string[] = [];
    const clean = async (): Promise<void> => void done.push('clean');
    equal(await interruptible(async () => 'result', clean), 'result');
    await rejects(
      interruptible(async () => Promise.reject(new Error('broken')), clean),
      /broken/,
    );
    deepEqual(done, ['clean', 'clean']);
  });
});

describe('the report of a run', () => {
  const result: RunResult = {
    scenario: 'session-recovery',
    about: 'a router forgets everything',
    fabric: 'sim',
    seed: 7,
    version: '0.1.0',
    epoch: 0,
    duration: seconds(12),
    passed: false,
    violations: [],
    verdicts: [
      { text: 'lost at most 1', held: true, measured: '1', wanted: 'at most 1', unit: 'count', value: 1, atMost: 1 },
      { text: 'one check', held: false, measured: '2', wanted: '1', unit: 'count', value: 2, decidedBy: '2 at spoke' },
    ],
    traffic: [
      {
        name: 'questions',
        kind: 'udp-request',
        from: 'client',
        to: 'server',
        sent: 10,
        received: 9,
        lost: 1,
        unexpected: 0,
        roundTrip: milliseconds(41.5),
        recoveries: [{ after: 'forget-sessions hub', at: seconds(2), took: milliseconds(83) }],
      },
    ],
    attacks: [],
    counters: {},
    sessions: {},
    peers: {},
    alarms: {},
    events: {},
  };
  const around = {
    tookMs: 412,
    folder: 'out/session-recovery',
    files: ['result.json', 'events.ndjson'],
    command: './svrlab run scenarios/session-recovery.yaml --fabric sim --seed 7',
  };

  it('tells what happened, what became of the traffic, what holds, and how to run it again', () => {
    const story = new Story({});
    story.event({ time: 2_000_000, node: 'hub', type: 'forget-sessions' });
    deepEqual(formatReport(result, story, around, unpainted).split('\n'), [
      'session-recovery: a router forgets everything',
      'fabric sim, seed 7, 12 s of virtual time in 0.4 s',
      '',
      'What happened',
      '  2.000 s  hub  loses its memory: every session is gone, and nobody is told',
      '',
      '=========== ============= ======== ======== ====== ========== ====== ============ ============',
      ' Traffic     Kind          From     To       Sent   Received   Lost   Unexpected   Round Trip',
      '=========== ============= ======== ======== ====== ========== ====== ============ ============',
      ' questions   udp-request   client   server     10          9      1            0   41.5 ms',
      '',
      '========================= =========== =====================',
      ' After                     Traffic     First Answer',
      '========================= =========== =====================',
      ' 2 s forget-sessions hub   questions   83 ms after sending',
      '',
      '================ ========== =========',
      ' Expectation      Measured   Verdict',
      '================ ========== =========',
      ' lost at most 1   1          holds',
      ' one check        2          FAILS',
      '',
      '1 of 2 expectations fails.',
      '  one check: 2 at spoke',
      '  files:  result.json, events.ndjson in out/session-recovery',
      '  again:  ./svrlab run scenarios/session-recovery.yaml --fabric sim --seed 7',
      '',
    ]);
  });
});
