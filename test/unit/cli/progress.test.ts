import { deepEqual, equal } from 'node:assert/strict';
import { ProgressLine, formatProgress } from '../../../cli/progress.ts';
import { paintFor } from '../../../cli/terminal.ts';
import type { RunProgress } from '../../../lib/lab/runner.ts';
import { seconds } from '../../../lib/time.ts';

const progress: RunProgress = {
  elapsed: seconds(3),
  duration: seconds(12),
  sessions: 1,
  packets: 42,
  step: 'forget-sessions hub',
};

describe('progress', () => {
  it('shows how far the run is, what lives in it, and how long it still takes at this pace', () => {
    equal(
      formatProgress(progress, 1000, 200),
      '[#####               ] 3.0 of 12 s  1 session  42 packets  3 s to go  next: forget-sessions hub',
    );
  });

  it('fits the terminal', () => {
    equal(formatProgress(progress, 1000, 30), '[#####               ] 3.0 of ');
  });

  it('is drawn at most ten times a second, over itself, and wiped at the end', () => {
    const written: string[] = [];
    let now = 0;
    const line = new ProgressLine(
      formatProgress,
      (text) => written.push(text),
      () => 80,
      () => now,
    );
    for (; now < 1000; now += 10) line.draw(progress);
    equal(written.length, 10);
    equal(
      written.every((text) => text.startsWith('\r')),
      true,
    );
    line.wipe();
    equal(written.at(-1), '\r\x1b[K');
  });

  it('is not drawn where there is no terminal', () => {
    const written: string[] = [];
    const line = new ProgressLine(
      formatProgress,
      (text) => written.push(text),
      () => 0,
    );
    line.draw(progress);
    line.wipe();
    deepEqual(written, []);
  });
});

describe('colours', () => {
  it('are for terminals only, and for nobody who has set NO_COLOR', () => {
    const colours = (isTTY: boolean, environment: Record<string, string>): boolean =>
      paintFor({ isTTY }, environment)('bad', 'x') !== 'x';
    deepEqual(
      [
        colours(true, {}),
        colours(false, {}),
        colours(true, { NO_COLOR: '1' }),
        colours(true, { NO_COLOR: '' }),
        colours(true, { TERM: 'dumb' }),
      ],
      [true, false, false, true, false],
    );
  });
});
