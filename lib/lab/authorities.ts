import { formatConfiguration, parseOverlaid, type Authority } from '../config/index.ts';
import type { Scenario } from './scenario.ts';

/** The configurations that a lab has, one after the other. */
export function authoritiesOf({ authority, timeline }: Pick<Scenario, 'authority' | 'timeline'>): Authority[] {
  const authorities = [authority];
  for (const { action } of timeline) {
    if (action.kind !== 'configure') continue;
    const next = parseOverlaid(formatConfiguration(authorities[authorities.length - 1]), action.lines, 'configuration');
    if (next.authority) authorities.push(next.authority);
  }
  return authorities;
}
