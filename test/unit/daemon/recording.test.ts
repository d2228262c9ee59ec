import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { FileSource } from '../../../daemon/file-source.ts';
import { recordingPaths, WRITE_EVERY_MS } from '../../../daemon/recording.ts';
import { CaptureReader } from '../../../lib/capture/capture-reader.ts';
import { TapeReader } from '../../../lib/replay/tape-reader.ts';
import { RECORDED_NODE } from '../../support/recorder-process.ts';

describe('the recording of a node that is killed', () => {
  let folder = '';
  const paths = (): ReturnType<typeof recordingPaths> => recordingPaths(folder, RECORDED_NODE, 0);

  before(async () => {
    folder = mkdtempSync(join(tmpdir(), 'svrlab-recording-'));
    const program = join(import.meta.dirname, '..', '..', 'support', 'recorder-process.js');
    const child = spawn(process.execPath, [program, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(child.stdout, 'data');
    await sleep(10 * WRITE_EVERY_MS);
    child.kill('SIGKILL');
    await once(child, 'close');
  });

  after(() => rmSync(folder, { recursive: true }));

  it('holds the events that it had told', () => {
    deepEqual(readFileSync(paths().events, 'utf8'), '{"time":1,"node":"nat","type":"started"}\n');
  });

  it('holds the packets that it had seen', () => {
    const source = new FileSource(paths().capture);
    const frame = new CaptureReader(source).next();
    ok(frame);
    deepEqual([...frame.bytes.subarray(frame.start, frame.end)], [1, 2, 3]);
    source.close();
  });

  it('has a tape of what had entered', () => {
    equal(TapeReader.open(readFileSync(paths().tape))?.next()?.kind, 'below');
  });
});
