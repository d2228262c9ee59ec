import type { Attack } from '../attacker/attack.ts';
import type { Authority } from '../config/index.ts';
import { keyOf } from './conditions/watch.ts';
import type { Expectation, Measure, Traffic } from './scenario.ts';

interface Lab {
  readonly attacks: readonly Attack[];
  readonly traffic: readonly Traffic[];
  readonly authority: Authority;
}

/**
 * What every scenario with an attack expects without saying so: the attack makes no session, gets no answer that the
 * configuration does not give to everybody, and harms nobody's traffic. An expectation that is written about the same
 * thing for the whole run stands in place of the implied one.
 */
export function impliedExpectations(
  written: readonly Expectation[],
  { attacks, traffic, authority }: Lab,
): Expectation[] {
  if (attacks.length === 0) return [];
  const implied: Expectation[] = [
    implies('sessions of strangers', { of: 'strangers' }, 0),
    ...attacks.map((attack) =>
      implies(
        `answers of ${attack.name}`,
        { of: 'attack', attack: attack.name, what: 'answers' },
        answersMax(attack, authority),
      ),
    ),
    ...traffic.flatMap(unharmed),
  ];
  const isWritten = ({ measure }: Expectation): boolean =>
    written.some((other) => isOfWholeRun(other) && keyOf(other.measure) === keyOf(measure));
  return implied.filter((expectation) => !isWritten(expectation));
}

/** For a measure that may be so much at most, or must be `exactly`. */
function implies(subject: string, measure: Measure, atMost: number): Expectation {
  const text = `${subject} ${atMost === 0 ? 'is' : 'at most'} ${atMost} (implied)`;
  return { text, measure, unit: 'count', atMost, ...(atMost === 0 && { atLeast: 0 }) };
}

/**
 * Packet-based detection answers whatever comes to a waypoint without a session, one packet for one, since the sender may
 * be a peer whose session was forgotten: it cannot be told from a stranger. Metadata is checked in both modes.
 */
function answersMax(attack: Attack, { sessionRecoveryDetection }: Authority): number {
  return sessionRecoveryDetection.mode === 'packet-based' && sendsBare(attack) ? attack.count : 0;
}

function sendsBare(attack: Attack): boolean {
  switch (attack.kind) {
    case 'port-scan':
      return true;
    case 'spoof':
    case 'forge':
    case 'replay':
      return attack.packets.some((kind) => kind === 'bare');
    default:
      return false;
  }
}

function unharmed(traffic: Traffic): Expectation[] {
  const { name, kind } = traffic;
  if (kind === 'scan') return [];
  const unexpected = implies(`unexpected of ${name}`, { of: 'traffic', traffic: name, what: 'unexpected' }, 0);
  if (kind !== 'http-download')
    return [implies(`lost of ${name}`, { of: 'traffic', traffic: name, what: 'lost' }, 0), unexpected];
  const measure = { of: 'traffic', traffic: name, what: 'checksum-equal' } as const;
  return [{ text: `checksum-equal of ${name} is yes (implied)`, measure, unit: 'count', atLeast: 1, atMost: 1 }];
}

const isOfWholeRun = ({ since, moments }: Expectation): boolean => since === undefined && moments === undefined;
