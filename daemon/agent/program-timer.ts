import type { Program } from '../../lib/host/host.ts';
import { earliest, NEVER } from '../../lib/time.ts';
import { wallClock } from '../clock.ts';
import { DeadlineTimer } from '../deadline-timer.ts';

/** Gives the programs of a real host the time, as a simulated host does with its own. */
export class ProgramTimer {
  readonly #programs: readonly Program[];
  readonly #timer = new DeadlineTimer(() => this.#run());

  constructor(programs: readonly Program[]) {
    this.#programs = programs;
  }

  /** Tells the timer that deadlines may have moved. */
  arm(): void {
    this.#timer.arm(this.#programs.reduce((deadline, program) => earliest(deadline, program.nextDeadline()), NEVER));
  }

  close(): void {
    this.#timer.disarm();
  }

  #run(): void {
    const now = wallClock();
    for (const program of this.#programs) if (now >= program.nextDeadline()) program.poll(now);
    this.arm();
  }
}
