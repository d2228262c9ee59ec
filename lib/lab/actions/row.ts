import type { Attack } from '../../attacker/attack.ts';
import type { Authority } from '../../config/index.ts';
import { quote, suggest } from '../../diagnostic.ts';
import type { JsonSchema } from '../../json-schema.ts';
import type { Duration } from '../../time.ts';
import type { Fields, Value } from '../read/document.ts';
import type { Form } from '../read/forms.ts';
import type { Topology } from '../read/placed.ts';
import type { LabLink, Traffic } from '../scenario.ts';
import type { Action } from './action.ts';

/** What the names of a timeline are looked up in. */
export interface LabOfSteps extends Topology {
  readonly authority: Authority;
  readonly traffic: readonly Traffic[];
  readonly attacks: readonly Attack[];
  readonly duration: Duration;
}

/** What the own key of a step names. */
export interface Target<Part> {
  /** The fields of an action that tell it; undefined, and reported, if it cannot be read. */
  read(value: Value, lab: LabOfSteps): object | undefined;
  /** As a person writes it. */
  describe(part: Part, links: readonly LabLink[]): string;
  /** What an action on it touches, by names: those are lifted one by one. A `*` at the end means all that begin so. */
  parts(part: Part, links: readonly LabLink[]): ReadonlyMap<string, object>;
  /** The fields as the API takes them. */
  readonly json: Readonly<Record<string, JsonSchema>>;
}

/** What a step may say beside its own key. */
export interface Field {
  /** Absent if it is read together with others, by `ActionRow.finish`. */
  readonly read?: (value: Value, lab: LabOfSteps) => unknown;
  readonly form?: Form<unknown>;
  readonly isNeeded?: boolean;
  readonly help: string;
  /** Its value as the API takes it; absent if the action has it as part of another. */
  readonly json?: JsonSchema;
}

/** One kind of action: everything that is said of it anywhere is derived from this. */
export interface ActionRow<Of extends Action = Action> {
  readonly target: Target<Of>;
  /** By their names in a scenario; in the action they are called the same in camelCase. */
  readonly fields: Readonly<Record<string, Field>>;
  /** What happens, as a sentence without its full stop. */
  readonly help: string;
  /** A step without its time. */
  readonly example: string;
  /** How the story of a run tells it; `{what}` is the step itself. */
  readonly tone: 'plain' | 'fault';
  readonly says: string;
  /** The kind of action that undoes it; that one has the same target. */
  readonly liftedBy?: Action['kind'];
  /** What its target is until then: 'cut'. */
  readonly state?: string;
  /** It may be done again before it is lifted, and then replaces itself. */
  readonly isReplaceable?: boolean;
  /** Who does it where nodes are processes: the node that it names, those that stand on the link, or the fabric. */
  readonly doneBy: 'node' | 'link' | 'fabric';
  /** Reads and checks what is not told by one field alone; undefined, and reported, if it makes no sense. */
  finish?(action: Of, step: StepOfAction): Of | undefined;
  /** What is said behind the target when the action is described. */
  more?(action: Of): string;
}

/** A step that is being read. */
export interface StepOfAction {
  readonly value: Value;
  readonly fields: Fields;
  readonly lab: LabOfSteps;
}

export type RowsOf<Of extends Action> = {
  readonly [Kind in Of['kind']]: ActionRow<Extract<Of, { readonly kind: Kind }>>;
};

export function field<T>(form: Form<T>, help: string, json: JsonSchema): Field {
  return { read: (value) => value.read(form), form, help, json };
}

export const needed = (field: Field): Field => ({ ...field, isNeeded: true });

/** Fields that are read together. */
export const noted = (names: readonly string[], help: string): Record<string, Field> =>
  Object.fromEntries(names.map((name) => [name, { help }]));

/** The name of something that the lab has; what it has not is reported. */
export function readName(value: Value, names: readonly string[], what: string): string {
  const name = value.text ?? '';
  if (!names.includes(name)) value.wrong(`there is no ${what} ${quote(name)} in this lab`, suggest(name, names));
  return name;
}

export const text = (description: string): JsonSchema => ({ type: 'string', description });

export const microseconds = (description: string): JsonSchema => ({
  type: 'number',
  description: `microseconds ${description}`,
  minimum: 0,
});
