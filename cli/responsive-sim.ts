import { setImmediate } from 'node:timers/promises';
import type { Progress } from '../lib/lab/fabric.ts';
import { SimFabric } from '../lib/lab/sim/fabric.ts';
import { milliseconds, type Duration } from '../lib/time.ts';

/** Virtual time between two moments at which this process hears signals. */
const SLICE = milliseconds(100);

/** The simulated lab, which lives in this thread, with pauses in which Ctrl-C is heard and a terminal is written to. */
export class ResponsiveSimFabric extends SimFabric {
  override async advance(until: Duration, tick: (progress: Progress) => void, pauses?: () => boolean): Promise<void> {
    do {
      const next = Math.min(until, this.elapsed() + SLICE) as Duration;
      await super.advance(next, tick, pauses);
      if (pauses?.()) return;
      await setImmediate();
    } while (this.elapsed() < until);
  }
}
