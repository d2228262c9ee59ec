import { deepEqual, equal } from 'node:assert/strict';
import { CaptureReader } from '../../../../lib/capture/capture-reader.ts';
import { Dissection } from '../../../../lib/capture/dissection.ts';
import { LadderBuilder } from '../../../../lib/capture/ladder/ladder-builder.ts';
import { Sessions } from '../../../../lib/capture/sessions.ts';
import { sourceOf } from '../../../support/captures.ts';
import { loadScenario } from '../../../support/lab-files.ts';
import { recordRun } from '../../../support/recorded-run.ts';

describe('a ladder of a capture of one interface, which knows neither nodes nor ids', () => {
  it('has addresses for columns, and a hop for each packet', async () => {
    const { capture } = await recordRun(loadScenario('scenarios/session-recovery.yaml'), 1);
    const reader = new CaptureReader(sourceOf(capture));
    const [packet, sessions] = [new Dissection(), new Sessions()];
    let builder: LadderBuilder | undefined;
    for (let frame = reader.next(); frame; frame = reader.next()) {
      if (frame.at.name !== 'hub:wan') continue;
      const at = { ...frame.at, name: 'any', node: '', port: 'any' };
      const { seconds, nanoseconds, bytes, start, end, originalLength } = frame;
      const bare = { seconds, nanoseconds, bytes, start, end, originalLength, at, id: 0, comments: () => [] };
      packet.load({ ...bare, direction: undefined });
      sessions.see(packet);
      if (packet.session) builder ??= new LadderBuilder(packet.session.uuid);
      builder?.see(packet);
    }
    const ladder = builder?.build();
    deepEqual(ladder?.columns, ['172.16.0.1', '172.16.0.2']);
    const hops = ladder.rows.flatMap((row) => (row.is === 'hop' ? [row] : []));
    equal(hops.length, 2 * 60);
    deepEqual(
      hops.slice(0, 3).map(({ from, to, label, direction }) => [from, to, label, direction]),
      [
        [0, 1, 'metadata', 'forward'],
        [1, 0, 'metadata', 'reverse'],
        [0, 1, '', 'forward'],
      ],
    );
    deepEqual(
      hops.filter(({ kind }) => kind !== 'data').map(({ kind }) => kind),
      ['metadata', 'metadata', 'health-check', 'enable-metadata', 'metadata', 'metadata'],
    );
  });
});
