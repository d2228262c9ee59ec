import { deepEqual, equal, match } from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarioFolder } from '../../../cli/scenario-file.ts';
import { CaptureReader } from '../../../lib/capture/capture-reader.ts';
import { sourceOf } from '../../support/captures.ts';
import { svrlab } from '../../support/svrlab.ts';

const scenario = join(scenarioFolder, 'session-recovery.yaml');

describe('svrlab run', () => {
  let folder: string;

  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'svrlab-run-'));
  });

  after(() => rmSync(folder, { recursive: true }));

  const contentOf = (run: string, file: string): Buffer => readFileSync(join(folder, run, file));

  it('tells the story of a run, says what holds, and how to get the same again', async () => {
    const { status, out, err } = await svrlab(`run ${scenario} --seed 7 --out ${join(folder, 'told')}`);
    deepEqual([status, err], [0, '']);
    match(out, /hub +loses its memory/);
    match(out, /spoke +has heard nothing for 2 s, and asks: do you still know this session\? \(session-health-check\)/);
    match(out, /hub +has the session back/);
    match(out, /All \d+ expectations hold\.\n/);
    match(out, /again: {2}\.\/svrlab run \S*session-recovery\.yaml --fabric sim --seed 7\n$/);
  });

  it('prints with --json what it leaves in result.json', async () => {
    const { status, out } = await svrlab(`run ${scenario} --json --no-capture --out ${join(folder, 'json')}`);
    equal(status, 0);
    equal(out, contentOf('json', 'result.json').toString());
    equal((JSON.parse(out) as { passed: boolean }).passed, true);
  });

  it('leaves the same bytes for the same seed, with every port in the capture', async () => {
    await svrlab(`run ${scenario} --seed 3 --out ${join(folder, 'first')}`);
    await svrlab(`run ${scenario} --seed 3 --out ${join(folder, 'second')}`);
    for (const file of ['result.json', 'events.ndjson', 'capture.pcapng'])
      equal(contentOf('first', file).equals(contentOf('second', file)), true, file);

    const capture = contentOf('first', 'capture.pcapng');
    const reader = new CaptureReader(sourceOf(capture));
    let packets = 0;
    while (reader.next()) packets++;
    equal(reader.problem, undefined);
    equal(packets > 100, true);
    deepEqual(reader.interfaces.map(({ name }) => name).toSorted(), [
      'client:eth0',
      'hub:lan',
      'hub:wan',
      'server:eth0',
      'spoke:lan',
      'spoke:wan',
    ]);
  });
});
