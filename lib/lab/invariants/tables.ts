import type { Router } from '../../router.ts';
import type { Instant } from '../../time.ts';
import type { Violation } from './violation.ts';

type Finding = Pick<Violation, 'invariant' | 'what' | 'session'>;

/** What is wrong with the tables of a router. */
export function inspectTables(router: Router, sessionsMax: number, now: Instant): Finding[] {
  const findings: Finding[] = [];
  if (router.sessionCount > sessionsMax)
    findings.push({
      invariant: 'bounds',
      what: `it holds ${router.sessionCount} sessions, and its table is for ${sessionsMax}`,
    });
  const known = new Map<string, string>();
  for (const flow of router.flows(now)) {
    const { deviceName, vlan, protocol, sourceAddress, sourcePort, destinationAddress, destinationPort } = flow;
    const key = `${protocol} from ${sourceAddress} port ${sourcePort} to ${destinationAddress} port ${destinationPort} on ${deviceName}`;
    const other = known.get(`${vlan} ${key}`);
    if (other !== undefined)
      findings.push({ invariant: 'waypoints', what: `${key} is of session ${other} too`, session: flow.sessionId });
    known.set(`${vlan} ${key}`, flow.sessionId);
  }
  return findings;
}
