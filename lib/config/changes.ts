import { authority as authoritySchema } from './schema/authority.ts';
import { propertyName } from './schema/element.ts';
import type { AnyLeaf, Block, Element, List } from './schema/element.ts';
import { isDefault, keysOf, leafText } from './ssr-text-writer.ts';
import type { Authority } from './types.ts';

/** One thing that two configurations do not have in common. */
export interface Change {
  /** The words that lead there: 'authority router spoke max-way-points'. */
  readonly path: string;
  /** The values; empty for a block. Undefined where it is not there, or is the default. */
  readonly before: string | undefined;
  readonly after: string | undefined;
  /** What holds where a value is undefined: the default of a leaf that has one. */
  readonly standard?: string | undefined;
  /** Whether routers read it only when they start. */
  readonly needsRestart: boolean;
}

type Value = Readonly<Record<string, unknown>>;

/** What differs, in the order of the schema. A block that comes or goes is followed by what stands in it. */
export const configurationChanges = (before: Authority, after: Authority): Change[] => [
  ...changesOfBlock(authoritySchema, 'authority', before, after),
];

/** What keeps a running router from going on with another configuration, a sentence for each; empty if nothing does. */
export function restartReasons(before: Authority, after: Authority): string[] {
  return configurationChanges(before, after)
    .filter(({ needsRestart }) => needsRestart)
    .map((change) => `${describeChange(change)} needs a restart`);
}

/** "changing 'authority router spoke max-way-points' from its default to 60000". */
function describeChange({ path, before, after }: Change): string {
  if (before === '' || after === '') return `${before === undefined ? 'adding' : 'removing'} '${path}'`;
  const shown = (text: string | undefined): string => text ?? 'its default';
  return `changing '${path}' from ${shown(before)} to ${shown(after)}`;
}

function* changesOfBlock(
  schema: Block,
  path: string,
  before: Value | undefined,
  after: Value | undefined,
): Generator<Change> {
  for (const [name, element] of Object.entries(schema.children)) {
    // The keys of an item stand in its path.
    if (schema.element === 'list' && schema.keys.includes(name)) continue;
    const property = propertyName(name, element);
    yield* changesOfElement(element, `${path} ${name}`, before?.[property], after?.[property]);
  }
}

function* changesOfElement(element: Element, path: string, before: unknown, after: unknown): Generator<Change> {
  switch (element.element) {
    case 'leaf':
      for (const change of differing(path, element, given(element, before), given(element, after)))
        yield element.default === undefined ? change : { ...change, standard: leafText(element, element.default) };
      break;
    case 'leaf-list': {
      const texts = (values: unknown): string[] =>
        ((values ?? []) as readonly unknown[]).map((value) => leafText(element, value));
      const [old, fresh] = [texts(before), texts(after)];
      for (const text of old.filter((one) => !fresh.includes(one))) yield* differing(path, element, text, undefined);
      for (const text of fresh.filter((one) => !old.includes(one))) yield* differing(path, element, undefined, text);
      break;
    }
    case 'container':
      yield* changesOfBlock(element, path, before as Value | undefined, after as Value | undefined);
      break;
    case 'list':
      yield* changesOfList(element, path, itemsOf(element, before), itemsOf(element, after));
  }
}

function* changesOfList(
  list: List,
  path: string,
  before: ReadonlyMap<string, Value>,
  after: ReadonlyMap<string, Value>,
): Generator<Change> {
  for (const keys of new Set([...before.keys(), ...after.keys()])) {
    const [old, fresh] = [before.get(keys), after.get(keys)];
    const block = (value: Value | undefined): string | undefined => value && '';
    yield* differing(`${path} ${keys}`, list, block(old), block(fresh));
    // What comes or goes with a block needs nothing that the block itself does not.
    for (const change of changesOfBlock(list, `${path} ${keys}`, old, fresh))
      yield old && fresh ? change : { ...change, standard: undefined, needsRestart: false };
  }
}

function* differing(
  path: string,
  { atStart }: Element,
  before: string | undefined,
  after: string | undefined,
): Generator<Change> {
  if (before !== after) yield { path, before, after, needsRestart: atStart === true };
}

const given = (leaf: AnyLeaf, value: unknown): string | undefined =>
  isDefault(leaf, value) ? undefined : leafText(leaf, value);

const itemsOf = (list: List, items: unknown): ReadonlyMap<string, Value> =>
  new Map(((items ?? []) as readonly Value[]).map((item) => [keysOf(list, item), item]));
