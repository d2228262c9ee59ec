import { appendFileSync } from 'node:fs';
import Mocha from 'mocha';
import type { MochaOptions, Runner, Test } from 'mocha';
import { hasSkipReason } from './skip.ts';

/**
 * Mocha's `spec` report, then each skipped test with its reason. `svrlab test`, which runs mocha more than once, gets a
 * line of JSON with the counts in the file that SVRLAB_TEST_COUNTS names.
 */
export default class Report extends Mocha.reporters.Spec {
  private readonly skipped: Test[] = [];

  constructor(runner: Runner, options: MochaOptions) {
    super(runner, options);
    runner.on(Mocha.Runner.constants.EVENT_TEST_PENDING, (test) => this.skipped.push(test));
  }

  /** Called by mocha after the last test; `failures` becomes the exit status. */
  override done(failures: number, exit?: (failures: number) => void): void {
    if (this.skipped.length > 0) console.log('  skipped:');
    for (const test of this.skipped) {
      const titles = test.titlePath();
      console.log(`    ${titles.join(' › ')}${hasSkipReason(titles) ? '' : ': no reason given'}`);
    }
    const counts = { passed: this.stats.passes, failed: failures, skipped: this.skipped.length };
    const file = process.env.SVRLAB_TEST_COUNTS;
    if (file !== undefined) appendFileSync(file, `${JSON.stringify(counts)}\n`);
    exit?.(failures);
  }
}
