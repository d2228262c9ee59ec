import type { Context } from 'mocha';

const MARK = 'skipped: ';

/**
 * Skips the running test, or from a `before` hook every test of its suite. The reason joins the title, which is what
 * comes back from tests that run in another process.
 *
 *     before(function () {
 *       if (process.getuid?.() !== 0) skip(this, 'network namespaces need root');
 *     });
 */
export function skip(context: Context, reason: string): never {
  const running = context.runnable();
  const isHook = 'type' in running && running.type === 'hook';
  const skipped = isHook && running.parent ? running.parent : running;
  skipped.title += ` (${MARK}${reason})`;
  return context.skip();
}

/** Whether titles of suites and of the test in them say why it was skipped. */
export const hasSkipReason = (titles: readonly string[]): boolean => titles.some((title) => title.includes(MARK));
