import { deepEqual, equal } from 'node:assert/strict';
import { CaptureReader } from '../../../../lib/capture/capture-reader.ts';
import type { CapturedFrame } from '../../../../lib/capture/captured-frame.ts';
import { Dissection } from '../../../../lib/capture/dissection.ts';
import { LadderBuilder } from '../../../../lib/capture/ladder/ladder-builder.ts';
import type { Ladder, LadderHop } from '../../../../lib/capture/ladder/model.ts';
import { Sessions } from '../../../../lib/capture/sessions.ts';
import { sourceOf } from '../../../support/captures.ts';
import { loadScenario } from '../../../support/lab-files.ts';
import { recordRun } from '../../../support/recorded-run.ts';

/** The ladder of the only session of a capture, out of those frames that `change` lets through. */
async function ladderOf(change: (frame: CapturedFrame) => CapturedFrame | undefined): Promise<Ladder> {
  const { capture } = await recordRun(loadScenario('scenarios/session-recovery.yaml'), 1);
  const reader = new CaptureReader(sourceOf(capture));
  const [packet, sessions] = [new Dissection(), new Sessions()];
  let builder: LadderBuilder | undefined;
  for (let frame = reader.next(); frame; frame = reader.next()) {
    const changed = change(frame);
    if (!changed) continue;
    packet.load(changed);
    sessions.see(packet);
    if (packet.session) builder ??= new LadderBuilder(packet.session.uuid);
    builder?.see(packet);
  }
  if (!builder) throw new Error('there is no session');
  return builder.build();
}

const hopsOf = ({ rows }: Ladder): LadderHop[] => rows.flatMap((row) => (row.is === 'hop' ? [row] : []));

describe('a ladder of a capture of one interface, which knows neither nodes nor ids', () => {
  it('has addresses for columns, and a hop for each packet', async () => {
    const ladder = await ladderOf((frame) => {
      if (frame.at.name !== 'hub:wan') return undefined;
      const at = { ...frame.at, name: 'any', node: '', port: 'any' };
      const { seconds, nanoseconds, bytes, start, end, originalLength } = frame;
      return {
        ...{ seconds, nanoseconds, bytes, start, end, originalLength, at },
        ...{ id: 0, direction: undefined, comments: () => [] },
      };
    });
    deepEqual(ladder.columns, ['172.16.0.1', '172.16.0.2']);
    const hops = hopsOf(ladder);
    // The last exchange is the one that tries the session when the run has ended.
    equal(hops.length, 2 * 61);
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

describe('a ladder of a capture of one node', () => {
  it('has addresses in the place of its neighbors', async () => {
    const ladder = await ladderOf((frame) => (frame.at.node === 'hub' ? frame : undefined));
    deepEqual(ladder.columns, ['172.16.0.1', 'hub', '10.2.0.10']);
    deepEqual(
      hopsOf(ladder)
        .slice(0, 4)
        .map(({ packet, from, to, label, arrived }) => [packet, from, to, label, arrived !== undefined]),
      [
        [24, 0, 1, 'metadata', true],
        [24, 1, 2, '', false],
        [28, 2, 1, '', true],
        [28, 1, 0, 'metadata', false],
      ],
    );
  });
});
