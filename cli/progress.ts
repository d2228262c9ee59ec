import type { RunProgress } from '../lib/lab/runner.ts';
import { counted, formatDuration } from './units.ts';

const BAR_WIDTH = 20;
const REDRAW_EVERY_MS = 100;

/** One line, at most `width` columns. `tookMs` is the real time that the run has taken. */
export function formatProgress(progress: RunProgress, tookMs: number, width: number): string {
  const share = progress.duration > 0 ? Math.min(1, progress.elapsed / progress.duration) : 1;
  const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  const at = `${(progress.elapsed / 1_000_000).toFixed(1)} of ${formatDuration(progress.duration)}`;
  const parts = [
    `[${bar}] ${at}`,
    counted(progress.sessions, 'session'),
    counted(progress.packets, 'packet'),
    ...(share > 0 ? [`${Math.ceil((tookMs * (1 - share)) / share / 1000)} s to go`] : []),
    ...(progress.step ? [`next: ${progress.step}`] : []),
  ];
  return parts.join('  ').slice(0, width);
}

/** What is seen of a progress on one line of at most `width` columns, when the work has taken `tookMs` so far. */
export type FormatProgress<P> = (progress: P, tookMs: number, width: number) => string;

/** Draws progress over itself, on one line of a terminal, and wipes it at the end. */
export class ProgressLine<P> {
  readonly #format: FormatProgress<P>;
  readonly #write: (text: string) => void;
  readonly #width: () => number;
  readonly #clock: () => number;
  readonly #startedAt: number;
  #drawnAt = -Infinity;

  /** `width` is 0 where there is no terminal, and then nothing is drawn. `clock` is in milliseconds. */
  constructor(
    format: FormatProgress<P>,
    write: (text: string) => void,
    width: () => number,
    clock: () => number = () => performance.now(),
  ) {
    this.#format = format;
    this.#write = write;
    this.#width = width;
    this.#clock = clock;
    this.#startedAt = clock();
  }

  draw(progress: P): void {
    const now = this.#clock();
    const width = this.#width();
    if (width === 0 || now - this.#drawnAt < REDRAW_EVERY_MS) return;
    this.#drawnAt = now;
    // The last column stays free: writing to it makes some terminals go on to the next line.
    this.#write(`\r${this.#format(progress, now - this.#startedAt, width - 1)}\x1b[K`);
  }

  wipe(): void {
    if (this.#drawnAt > -Infinity) this.#write('\r\x1b[K');
    this.#drawnAt = -Infinity;
  }
}
