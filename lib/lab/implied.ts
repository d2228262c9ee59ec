import type { Attack } from '../attacker/attack.ts';
import { keyOf } from './conditions/watch.ts';
import { authoritiesOf } from './authorities.ts';
import type { Action, Expectation, Measure, Scenario, Traffic } from './scenario.ts';

type Lab = Pick<Scenario, 'attacks' | 'traffic' | 'authority' | 'timeline' | 'links'>;

/**
 * What every scenario with an attack expects without saying so: the attack makes no session, gets no answer that the
 * configuration does not give to everybody, and harms nobody's traffic. An expectation that is written about the same
 * thing for the whole run stands in place of the implied one.
 */
export function impliedExpectations(written: readonly Expectation[], lab: Lab): Expectation[] {
  const { attacks, traffic } = lab;
  if (attacks.length === 0) return [];
  const implied: Expectation[] = [
    implies('sessions of strangers', { of: 'strangers' }, 0),
    ...attacks.map((attack) =>
      implies(
        `answers of ${attack.name}`,
        { of: 'attack', attack: attack.name, what: 'answers' },
        answersMax(attack, lab),
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
function answersMax(attack: Attack, lab: Lab): number {
  // What links make of metadata may be bare.
  if (!sendsBare(attack) && !mayDo(lab, ['corrupt', 'alter-payload', 'strip-metadata'], 'corrupt')) return 0;
  const isEverPacketBased = authoritiesOf(lab).some(
    ({ sessionRecoveryDetection }) => sessionRecoveryDetection.mode === 'packet-based',
  );
  if (!isEverPacketBased) return 0;
  // The packet may come twice, and so may each answer.
  return attack.count * (mayDo(lab, ['duplicate'], 'duplicate') ? 4 : 1);
}

/** Whether links may do this to frames: by themselves, or by one of these steps of the timeline. */
function mayDo(
  { links, timeline }: Lab,
  steps: readonly Action['kind'][],
  impairment: 'corrupt' | 'duplicate',
): boolean {
  return (
    links.some(({ impairments }) => impairments.some((each) => each[impairment] > 0)) ||
    timeline.some(
      ({ action }) => steps.includes(action.kind) || (action.kind === 'impair' && action.impairment[impairment] > 0),
    )
  );
}

function sendsBare(attack: Attack): boolean {
  switch (attack.kind) {
    case 'port-scan':
      return true;
    case 'spoof':
    case 'forge':
      return attack.packets.some((kind) => kind === 'bare');
    case 'replay':
      // At another waypoint BFD is as bare as anything, and so is what looks like metadata but only measures.
      return attack.port > 0 || attack.packets.some((kind) => kind === 'bare');
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
