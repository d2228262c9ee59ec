import { quote } from '../../diagnostic.ts';
import { impairmentFields, linkKeys, NO_IMPAIRMENT } from '../../link/impairment.ts';
import type { Holding, Impairment, ImpairmentField, LinkKey } from '../../link/impairment.ts';
import type { FourStates, GilbertElliott } from '../../link/loss.ts';
import type { SlotSpan } from '../../link/slot.ts';
import type { Fields } from './document.ts';
import * as forms from './forms.ts';

/** What may be said of the frames of a direction, as a scenario says it. */
export const impairmentKeys: readonly string[] = impairmentFields.map((field) => linkKeys[field].key);

const fieldOf = new Map<string, ImpairmentField>(impairmentFields.map((field) => [linkKeys[field].key, field]));

const wholeNumbers = new Map<ImpairmentField, forms.Form<number>>();

/** What the value of a key looks like. */
export function formOf(field: ImpairmentField): forms.Form<unknown> {
  const { holds, from = 0, to = 0 }: LinkKey = linkKeys[field];
  if (holds !== 'number') return formsOf[holds];
  const form = wholeNumbers.get(field) ?? forms.wholeNumber(from, to);
  wholeNumbers.set(field, form);
  return form;
}

const formsOf: { readonly [Kind in Exclude<Holding, 'number'>]: forms.Form<unknown> } = {
  duration: forms.duration,
  share: forms.fraction,
  bytes: forms.byteCount,
  rate: forms.rate,
  flag: forms.yesOrNo,
  distribution: forms.oneOf('a distribution: uniform, normal, pareto or paretonormal', [
    'uniform',
    'normal',
    'pareto',
    'paretonormal',
  ]),
  order: forms.oneOf("'keep' or 'free'", ['keep', 'free']),
  state: forms.fourStates,
  gemodel: forms.gilbertElliott,
  slot: forms.slot,
};

/** What is not said is as in `otherwise`. */
export function readImpairment(fields: Fields, otherwise: Impairment = NO_IMPAIRMENT): Impairment {
  const values = impairmentFields.map((field) => {
    const read = fields.optional(linkKeys[field].key, formOf(field), otherwise[field]);
    return [field, isNothing(linkKeys[field].holds, read) ? undefined : read];
  });
  const impairment = Object.fromEntries(values) as Impairment;
  for (const field of impairmentFields) check(field, fields, impairment);
  return impairment;
}

/** A model that never does anything is none. */
const nothing: { readonly [Kind in Holding]?: (value: never) => boolean } = {
  state: ({ p13, p14 }: FourStates) => p13 === 0 && p14 === 0,
  gemodel: ({ p, lossInBad, lossInGood }: GilbertElliott) => (p === 0 || lossInBad === 0) && lossInGood === 0,
  slot: ({ max }: SlotSpan) => max === 0,
};

const isNothing = (holds: Holding, value: unknown): boolean =>
  value !== undefined && nothing[holds]?.(value as never) === true;

const anyOf = (names: readonly string[]): string =>
  [names.slice(0, -1).map(quote).join(', '), quote(names.at(-1) ?? '')].filter((part) => part !== '').join(' or ');

const isOn = (field: ImpairmentField | undefined, impairment: Impairment): boolean =>
  field !== undefined && impairment[field] !== NO_IMPAIRMENT[field];

/** Reports what is said of this field and does nothing, or what something else does in its place. */
function check(field: ImpairmentField, fields: Fields, impairment: Impairment): void {
  const { key, needs, excludes = [] }: LinkKey = linkKeys[field];
  const value = fields.get(key);
  if (!value || !isOn(field, impairment)) return;
  if (needs && !needs.some((name) => fields.get(name) || isOn(fieldOf.get(name), impairment)))
    value.wrong(`${quote(key)} does nothing without ${anyOf(needs)}`);
  const other = excludes.find((name) => name !== key && isOn(fieldOf.get(name), impairment));
  // Of two that are said here, the second is the one too many.
  const isFirst = fields.get(other ?? '') !== undefined && excludes.indexOf(other ?? '') > excludes.indexOf(key);
  if (other !== undefined && !isFirst)
    value.wrong(`frames are lost by ${quote(other)} already`, `either ${anyOf(excludes)}`);
}
