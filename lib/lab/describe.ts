import { impairmentFields, linkKeys, NO_IMPAIRMENT } from '../link/impairment.ts';
import type { Holding, Impairment, ImpairmentField } from '../link/impairment.ts';
import type { FourStates, GilbertElliott } from '../link/loss.ts';
import type { SlotSpan } from '../link/slot.ts';
import type { Duration } from '../time.ts';

/** A time as a person writes it in a scenario. */
export function describeDuration(duration: Duration): string {
  if (duration >= 1_000_000) return `${rounded(duration / 1_000_000)}s`;
  return duration >= 1_000 ? `${rounded(duration / 1_000)}ms` : `${rounded(duration)}us`;
}

const rounded = (value: number): number => Number(value.toFixed(3));

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
export function describeImpairment(impairment: Impairment): string {
  const { lossState, lossGemodel } = impairment;
  const isLostOtherwise = lossState !== undefined || lossGemodel !== undefined;
  const always: ImpairmentField[] = isLostOtherwise ? ['delay', 'jitter'] : ['delay', 'jitter', 'loss'];
  const spokenOf = new Set([...always, ...impairedFields(impairment)]);
  const inOrder = impairmentFields.filter((field) => spokenOf.has(field));
  return inOrder.map((field) => describeField(field, impairment)).join(', ');
}
