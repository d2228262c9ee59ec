import type { Impairment } from '../link/impairment.ts';
import type { Duration } from '../time.ts';
import type { Action, Direction, LabLink } from './scenario.ts';

/** A time as a person writes it in a scenario. */
export function describeDuration(duration: Duration): string {
  if (duration >= 1_000_000) return `${rounded(duration / 1_000_000)}s`;
  return duration >= 1_000 ? `${rounded(duration / 1_000)}ms` : `${rounded(duration)}us`;
}

const rounded = (value: number): number => Number(value.toFixed(3));

/** An action as a person writes it in a timeline. */
export function describeAction(action: Action, links: readonly LabLink[]): string {
  switch (action.kind) {
    case 'forget-sessions':
      return `forget-sessions ${action.node}`;
    case 'forget-session':
      return `forget-session ${action.traffic} at ${action.node}`;
    case 'rotate-key':
      return `rotate-key of ${action.security} to security-id ${action.securityId} at ${action.node}`;
    case 'session-capture':
      return `session-capture of ${action.request.service} at ${action.node}`;
    case 'configure':
      return `configure ${action.lines.join('; ')}`;
    case 'kill':
    case 'start':
    case 'forget-mappings':
    case 'forget-states':
      return `${action.kind} ${action.node}`;
    case 'rebind':
      return `rebind ${action.node}${action.address === undefined ? '' : ` to ${action.address}`}`;
    case 'restart':
      return `restart ${action.node}, down for ${describeDuration(action.downFor)}`;
    case 'cut':
    case 'heal':
      return `${action.kind} ${describeDirection(action.link, action.direction, links)}`;
    case 'interface-down':
    case 'interface-up':
      return `${action.kind} ${action.node}:${action.port}`;
    case 'impair':
      return `impair ${describeDirection(action.link, action.direction, links)}: ${describeImpairment(action.impairment)}`;
  }
}

/** `wan` for everybody on it; `spoke -> hub` for what spoke sends. */
function describeDirection(name: string, direction: Direction, links: readonly LabLink[]): string {
  const ends = links.find((link) => link.name === name)?.ends ?? [];
  if (direction === 'both') return name;
  const others = ends.filter((_, i) => i !== direction).map(({ node }) => node);
  return `${ends[direction]?.node} -> ${others.join(', ')}`;
}

function describeImpairment({ delay, jitter, loss, mtu }: Impairment): string {
  const quality = `delay ${describeDuration(delay)}, jitter ${describeDuration(jitter)}, loss ${rounded(loss * 100)}%`;
  return mtu > 0 ? `${quality}, mtu ${mtu}` : quality;
}
