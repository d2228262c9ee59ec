import { parsePrefix, prefixContains, parseAddress } from '../address.ts';
import type { Router } from '../router.ts';
import type { SessionRow } from '../service-area/rows.ts';
import type { Duration, Instant } from '../time.ts';
import type { RouterAction } from './actions/action.ts';
import type { Scenario } from './scenario.ts';
import { sessionsOf } from './traffic-sessions.ts';

/** Does to a router what the timeline wants; all but its session captures, which may be refused. */
export function actOnRouter(
  router: Router,
  action: Exclude<RouterAction, { readonly kind: 'session-capture' }>,
  scenario: Scenario,
  now: Instant,
): void {
  switch (action.kind) {
    case 'forget-sessions':
      for (const id of matchingSessions(action, router.sessions(now))) router.forgetSession(id);
      break;
    case 'forget-session': {
      const traffic = scenario.traffic.find(({ name }) => name === action.traffic);
      if (!traffic) return;
      for (const id of sessionsOf(traffic, scenario, router.sessions(now))) router.forgetSession(id);
      break;
    }
    case 'rotate-key':
      router.rotateKey(action.security, action.securityId);
      break;
    case 'clock-step':
      router.clock.step(action.by / 1_000_000);
      break;
    case 'clock-drift':
      router.clock.drift(action.rate, now / 1_000_000);
      break;
    case 'clock-right':
      router.clock.setRight();
      break;
    case 'table-full':
    case 'table-free':
      router.closeSessionTable(action.kind === 'table-full');
      break;
    case 'slow-setup':
      router.slowSetup(action.each, now);
      break;
    case 'prompt-setup':
      router.slowSetup(0 as Duration, now);
      break;
  }
}

/** Of those that match, a share, evenly spread. */
function matchingSessions(
  { service, tenant, source, share = 1 }: Extract<RouterAction, { kind: 'forget-sessions' }>,
  rows: readonly SessionRow[],
): string[] {
  const prefix = source === undefined ? undefined : parsePrefix(source);
  const isFrom = ({ sourceAddress }: SessionRow): boolean => {
    const address = parseAddress(sourceAddress);
    return !prefix || (address !== undefined && prefixContains(prefix, address));
  };
  const matching = rows.filter(
    (row) => (service ?? row.service) === row.service && (tenant ?? row.tenant) === row.tenant && isFrom(row),
  );
  const ids = [...new Set(matching.map(({ sessionId }) => sessionId))];
  return ids.filter((_, i) => Math.floor((i + 1) * share) > Math.floor(i * share));
}
