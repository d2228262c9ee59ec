import { impairmentFields, linkKeys, NO_IMPAIRMENT } from '../link/impairment.ts';
import type { Holding, Impairment, ImpairmentField } from '../link/impairment.ts';
import type { FourStates, GilbertElliott } from '../link/loss.ts';
import type { SlotSpan } from '../link/slot.ts';
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

const describeShare = (share: number): string => `${Number((share * 100).toFixed(6))}%`;

/** Each kind of value as a person writes it in a scenario. */
const describeHeld = {
  duration: describeDuration,
  share: describeShare,
  number: String,
  bytes: String,
  rate: (rate: number) => (rate >= 1e6 ? `${rate / 1e6}Mbit` : rate >= 1e3 ? `${rate / 1e3}kbit` : `${rate}bit`),
  flag: (is: boolean) => (is ? 'yes' : 'no'),
  distribution: String,
  order: String,
  state: ({ p13, p31, p32, p23, p14 }: FourStates) => [p13, p31, p32, p23, p14].map(describeShare).join(' '),
  gemodel: ({ p, r, lossInBad, lossInGood }: GilbertElliott) =>
    [p, r, lossInBad, lossInGood].map(describeShare).join(' '),
  slot: ({ min, max }: SlotSpan) => (min === max ? describeDuration(min) : [min, max].map(describeDuration).join('..')),
} as const satisfies Record<Holding, (value: never) => string>;

/** `loss 1%`. */
export const describeField = (field: ImpairmentField, impairment: Impairment): string =>
  `${linkKeys[field].key} ${describeHeld[linkKeys[field].holds](impairment[field])}`;

/** Which impairments are not nothing. */
export const impairedFields = (impairment: Impairment): ImpairmentField[] =>
  impairmentFields.filter((field) => impairment[field] !== NO_IMPAIRMENT[field]);

/** Delay, jitter and loss are always spoken of, in one way or the other. */
function describeImpairment(impairment: Impairment): string {
  const { lossState, lossGemodel } = impairment;
  const isLostOtherwise = lossState !== undefined || lossGemodel !== undefined;
  const always: ImpairmentField[] = isLostOtherwise ? ['delay', 'jitter'] : ['delay', 'jitter', 'loss'];
  const spokenOf = new Set([...always, ...impairedFields(impairment)]);
  const inOrder = impairmentFields.filter((field) => spokenOf.has(field));
  return inOrder.map((field) => describeField(field, impairment)).join(', ');
}
