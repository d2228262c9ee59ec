import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureFile } from '../../../lib/capture/capture-file.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { skip } from '../../support/skip.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.js');
const GIGABYTE = 1e9;
const WARM = 1e8;

/** Long packets between those of a lab, so that a gigabyte is soon written; they are of no protocol. */
function longPackets(): Uint8Array {
  const chunks: Uint8Array[] = [];
  const about = { application: 'svrlab', comments: [], epoch: () => 0, ports: [], names: [] };
  const file = new CaptureFile({ write: (bytes) => chunks.push(bytes.slice()) }, about);
  const bytes = new Uint8Array(60_000);
  const packet = { node: 'bulk', port: 'eth0', direction: 'out', bytes, comments: [] } as const;
  for (let id = 1; id <= 100; id++) file.packet({ ...packet, time: id, id });
  file.close();
  return Buffer.concat(chunks);
}

/** The most memory that a process has had so far, in bytes. */
const peakOf = ({ pid }: ChildProcess): number =>
  1024 * Number(/^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);

describe('svrlab read on a stream that does not end', function () {
  this.timeout(120_000);

  it('follows the sessions in a gigabyte from a pipe, in memory that does not grow', async function () {
    if (!existsSync('/proc/self/status')) skip(this, 'how much memory a process has is not told here');
    const { capture } = await recordRun(loadScenario('scenarios/session-recovery.yaml'), 1);
    const piece = Buffer.concat([capture, longPackets()]);
    const program = spawn(process.execPath, [main, 'read', '-', '--stats', '--json'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    let out = '';
    program.stdout.setEncoding('utf8').on('data', (text: string) => (out += text));
    const ended = once(program, 'close');
    let written = 0;
    let warm: number | undefined;
    let pieces = 0;
    for (; written < GIGABYTE; written += piece.length, pieces++) {
      if (!program.stdin.write(piece)) await once(program.stdin, 'drain');
      if (written > WARM) warm ??= peakOf(program);
    }
    const growth = peakOf(program) - (warm ?? 0);
    program.stdin.end();
    deepEqual(await ended, [0, null]);
    const { packets, kinds } = JSON.parse(out) as {
      packets: number;
      kinds: Record<string, { packets: number } | undefined>;
    };
    equal(packets % pieces, 0);
    equal(kinds['SVR health check']?.packets, 2 * pieces);
    // What has been let go of and is not yet collected is part of it; what a gigabyte leaves behind would be far more.
    ok(growth < 64e6, `${growth} bytes more after the first ${WARM}`);
  });
});
