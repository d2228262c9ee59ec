import type { Context, Runnable, Suite } from 'mocha';

const reasons = new WeakMap<Runnable | Suite, string>();

/**
 * Skips the running test, or from a `before` hook every test of its suite, and keeps the reason for the report.
 *
 *     before(function () {
 *       if (process.getuid?.() !== 0) skip(this, 'network namespaces need root');
 *     });
 */
export function skip(context: Context, reason: string): never {
  const running = context.runnable();
  const isHook = 'type' in running && running.type === 'hook';
  reasons.set(isHook && running.parent ? running.parent : running, reason);
  return context.skip();
}

/** Why this test was skipped: its own reason, or that of the nearest suite around it. */
export function skipReason(test: Runnable): string {
  const own = reasons.get(test);
  if (own !== undefined) return own;
  for (let suite = test.parent; suite; suite = suite.parent) {
    const reason = reasons.get(suite);
    if (reason !== undefined) return reason;
  }
  return 'no reason given';
}
