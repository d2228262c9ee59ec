import { deepEqual } from 'node:assert/strict';
import { loadScenario } from '../../../cli/load-scenario.ts';
import { faultEvent } from '../../../lib/lab/actions/table.ts';
import type { Action } from '../../../lib/lab/scenario.ts';
import { faultWindows } from '../../../lib/report/faults.ts';
import { seconds, type Duration } from '../../../lib/time.ts';

const { links } = loadScenario('path-failover').scenario;
const [cable] = links.filter(({ name }) => name === 'cable');
const at = (time: number, action: Action): ReturnType<typeof faultEvent> => faultEvent(seconds(time), action, links);

const windows = (...events: ReturnType<typeof at>[]): string[] =>
  faultWindows(events, links, seconds(10)).map(({ start, end, what }) => `${start / 1e6}..${end / 1e6} ${what}`);

describe('the windows of faults', () => {
  it('last from a cut to the heal of that link', () => {
    deepEqual(
      windows(
        at(1, { kind: 'cut', link: 'cable', direction: 'both' }),
        at(2, { kind: 'cut', link: 'lte', direction: 0 }),
        at(3, { kind: 'heal', link: 'cable', direction: 'both' }),
      ),
      ['1..3 cut cable', '2..10 cut spoke -> hub'],
    );
  });

  it('end when a link is made again what it was, which is no fault itself', () => {
    const impair = (loss: number, direction: 'both' | number): Action => ({
      ...{ kind: 'impair', link: 'cable', direction },
      impairment: { ...cable.impairments[0], loss },
    });
    deepEqual(windows(at(1, impair(0.2, 'both')), at(4, impair(0.4, 'both')), at(6, impair(0, 'both'))), [
      '1..4 impair cable: delay 10ms, jitter 0us, loss 20%',
      '4..6 impair cable: delay 10ms, jitter 0us, loss 40%',
    ]);
  });

  it('are moments where nothing is undone, and last as long as a restart does', () => {
    deepEqual(
      windows(
        at(2, { kind: 'forget-sessions', node: 'hub' }),
        at(3, { kind: 'restart', node: 'hub', downFor: 500_000 as Duration }),
        { time: 3_500_000, node: 'hub', type: 'node-started' },
      ),
      ['2..2 forget-sessions hub', '3..3.5 restart hub, down for 500ms'],
    );
  });
});
