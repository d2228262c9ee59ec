import Mocha from 'mocha';
import type { MochaOptions, Runner, Test } from 'mocha';
import { skipReason } from './skip.ts';

/**
 * Mocha's `spec` report, then each skipped test with its reason, and as the very last line the plain figures
 * `N passed, N failed, N skipped`. A run in which no test ran has failed.
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
    for (const test of this.skipped) console.log(`    ${test.titlePath().join(' › ')}: ${skipReason(test)}`);

    const passed = this.stats.passes;
    if (passed + failures === 0) console.log('  no test ran');
    console.log(`${passed} passed, ${failures} failed, ${this.skipped.length} skipped`);
    exit?.(passed === 0 ? Math.max(failures, 1) : failures);
  }
}
