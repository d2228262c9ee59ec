import type { Distribution } from '../../lib/link/distribution.ts';
import { impairmentFields, linkKeys } from '../../lib/link/impairment.ts';
import type { Holding, Impairment, ImpairmentField, LinkKey, Order } from '../../lib/link/impairment.ts';
import type { FourStates, GilbertElliott } from '../../lib/link/loss.ts';
import type { SlotSpan } from '../../lib/link/slot.ts';
import { flag, number, object, oneOf, optional, whole, type Fields, type Schema } from './schema.ts';

/** What is not named is none. */
export type SomeImpairment = {
  readonly [Field in ImpairmentField]?: Exclude<Impairment[Field], undefined>;
};

const chance = (says: string): Schema<number> => number(says, { minimum: 0, maximum: 1 });
const microseconds = { minimum: 0 };

const states = object<FourStates>('FourStates', 'Chances of going from one state of losing frames to another.', {
  p13: chance('from received to lost in a burst'),
  p31: chance('from lost in a burst to received'),
  p32: chance('from lost in a burst to received in a burst'),
  p23: chance('from received in a burst to lost in a burst'),
  p14: chance('from received to lost alone'),
});

const gilbertElliott = object<GilbertElliott>('GilbertElliott', 'A good and a bad state, and the loss in each.', {
  p: chance('from good to bad'),
  r: chance('from bad to good'),
  lossInBad: chance('loss in the bad state'),
  lossInGood: chance('loss in the good state'),
});

const slot = object<SlotSpan>('Slot', 'How long after the slot before it a slot opens.', {
  min: number('microseconds at least', microseconds),
  max: number('microseconds at most', microseconds),
});

/** The schema of each kind of value. */
const schemas: { readonly [Kind in Holding]: (says: string, key: LinkKey) => Schema<unknown> } = {
  duration: (says) => number(`microseconds: ${says}`, microseconds) as Schema<unknown>,
  share: (says) => chance(says) as Schema<unknown>,
  number: (says, { from = 0, to = 0 }) => whole(says, { minimum: Math.min(0, from), maximum: to }) as Schema<unknown>,
  bytes: (says) => whole(says) as Schema<unknown>,
  rate: (says) => whole(says) as Schema<unknown>,
  flag: (says) => flag(says) as Schema<unknown>,
  distribution: (says) => oneOf<Distribution>(says, 'uniform', 'normal', 'pareto', 'paretonormal') as Schema<unknown>,
  order: (says) => oneOf<Order>(says, 'keep', 'free') as Schema<unknown>,
  state: () => states as Schema<unknown>,
  gemodel: () => gilbertElliott as Schema<unknown>,
  slot: () => slot as Schema<unknown>,
};

const fields = impairmentFields.map((field) => {
  const key: LinkKey = linkKeys[field];
  return [field, optional(schemas[key.holds](key.says, key))];
});

export const impairment = object<SomeImpairment>(
  'Impairment',
  'What a link does to the frames of one direction; what is not named, or 0, is none.',
  Object.fromEntries(fields) as Fields<SomeImpairment>,
);
