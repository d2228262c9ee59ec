import type { Instant } from '../../time.ts';
import type { Program } from '../host.ts';
import type { SideReport } from './report.ts';

/** One side of one traffic entry. It is started at time 0 of the run, and keeps its own schedule from there. */
export interface Application extends Program {
  report(): SideReport;
  /** Sends one more exchange on the session that it has, beside what it reports; absent where the other side begins them. */
  probe?(now: Instant): void;
  /** Closes what it has opened. */
  stop(now: Instant): void;
}
