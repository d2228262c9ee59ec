import { nearest, quote, suggest } from '../diagnostic.ts';
import type { Report, Span } from '../diagnostic.ts';
import { propertyName } from './schema/element.ts';
import type { AnyLeaf, AnyLeafList, Block, Container, Element, List } from './schema/element.ts';

/** A word as it stands in a file. */
export interface Word extends Span {
  readonly text: string;
}

/** A leaf's value with the place that says so. `text` is the value's one printed form. */
export interface Given {
  readonly value: unknown;
  readonly text: string;
  readonly at: Span;
}

/**
 * A block while it is being read. The readers of text and of YAML fill the same drafts, so that both say the same about
 * the same mistake; `complete` then makes the configuration out of the outermost one.
 */
export class Draft {
  readonly schema: Block;
  readonly name: string;
  readonly keys: readonly string[];
  readonly at: Span;
  readonly parent: Draft | undefined;
  /** Where the item was written as a block of its own, rather than passed through by a longer line. */
  openedAt: Span | undefined;
  readonly leaves = new Map<string, Given>();
  /** Leaves that were written with a text that is no value. */
  readonly unreadable = new Set<string>();
  readonly leafLists = new Map<string, Map<string, Given>>();
  readonly containers = new Map<string, Draft>();
  readonly lists = new Map<string, Map<string, Draft>>();

  constructor(schema: Block, name: string, keys: readonly string[], at: Span, parent?: Draft) {
    this.schema = schema;
    this.name = name;
    this.keys = keys;
    this.at = at;
    this.parent = parent;
  }

  /** `tenant 'corp'` in a message. */
  get label(): string {
    return this.keys.length === 0 ? this.name : `${this.name} ${quote(this.keys.join(' '))}`;
  }

  child(name: string): Element | undefined {
    return Object.hasOwn(this.schema.children, name) ? this.schema.children[name] : undefined;
  }
}

export function reportUnknown(draft: Draft, word: Word, report: Report, alsoValid: readonly string[] = []): void {
  const choices = [...Object.keys(draft.schema.children), ...alsoValid];
  report(word, `there is no ${quote(word.text)} in ${draft.label}`, suggest(word.text, choices));
}

/** Reports a text that is no value of the leaf, and returns undefined. */
function readValue(name: string, leaf: AnyLeaf | AnyLeafList, word: Word, report: Report): Given | undefined {
  const { type } = leaf;
  const value: unknown = type.read(word.text);
  if (value !== undefined) return { value, text: type.write(value), at: word };
  const near = type.words && nearest(word.text, type.words);
  const hint = near && `did you mean '${near}'?`;
  report(word, `${name} must be ${type.describes}, not ${quote(word.text)}`, hint);
  return undefined;
}

/** `overrides`: another value takes the place of the one that is there, which would be a mistake otherwise. */
export function setLeaf(
  draft: Draft,
  name: string,
  leaf: AnyLeaf,
  word: Word,
  report: Report,
  overrides = false,
): void {
  const given = readValue(name, leaf, word, report);
  if (!given) return void draft.unreadable.add(name);
  const earlier = draft.leaves.get(name);
  if (!earlier || overrides) {
    draft.leaves.set(name, given);
  } else if (earlier.text !== given.text) {
    report(word, `${name} is already ${quote(earlier.text)} (line ${earlier.at.line})`);
  }
}

export function addToLeafList(
  draft: Draft,
  name: string,
  list: AnyLeafList,
  word: Word,
  report: Report,
  overrides = false,
): void {
  const given = readValue(name, list, word, report);
  if (!given) return;
  const values = draft.leafLists.get(name) ?? new Map<string, Given>();
  const earlier = values.get(given.text);
  if (earlier && !overrides) report(word, `${name} ${quote(given.text)} is already there (line ${earlier.at.line})`);
  else draft.leafLists.set(name, values.set(given.text, given));
}

export function enterContainer(draft: Draft, name: string, schema: Container, at: Span): Draft {
  const entered = draft.containers.get(name) ?? new Draft(schema, name, [], at, draft);
  draft.containers.set(name, entered);
  return entered;
}

/**
 * The item with these keys, new if there is none.
 *
 * @param at the name of the list
 * @param opens whether a block begins here; an item has at most one of its own
 */
export function enterItem(
  draft: Draft,
  name: string,
  schema: List,
  at: Span,
  keys: readonly Word[],
  opens: boolean,
  report: Report,
): Draft {
  const fresh = new Draft(
    schema,
    name,
    keys.map((key) => key.text),
    at,
    draft,
  );
  schema.keys.forEach((key, i) => setLeaf(fresh, key, schema.children[key] as AnyLeaf, keys[i], report));
  const items = draft.lists.get(name) ?? new Map<string, Draft>();
  const known = keyOf(schema.keys.map((key, i) => fresh.leaves.get(key)?.text ?? keys[i].text));
  const item = items.get(known) ?? fresh;
  const earlier = item.openedAt;
  if (opens && earlier) {
    report(keys[0], `${fresh.label} is already there (line ${earlier.line})`);
    return fresh;
  }
  if (opens) item.openedAt = at;
  draft.lists.set(name, items.set(known, item));
  return item;
}

export function keyOf(keys: readonly string[]): string {
  return keys.length === 1 ? keys[0] : JSON.stringify(keys);
}

/** Finds the draft that an object of the completed configuration came from. */
export type Origins = ReadonlyMap<object, Draft>;

/**
 * Fills in defaults, and reports required leaves that are missing and references that lead nowhere.
 *
 * @returns the value, whose type is ItemOf of the draft's schema if nothing was reported while reading and here
 */
export function complete(draft: Draft, report: Report): { value: object; origins: Origins } {
  const origins = new Map<object, Draft>();
  return { value: completeBlock(draft, report, origins), origins };
}

function completeBlock(draft: Draft, report: Report, origins: Map<object, Draft>): object {
  const value: Record<string, unknown> = {};
  for (const [name, element] of Object.entries(draft.schema.children)) {
    const content = completeElement(draft, name, element, report, origins);
    if (content !== undefined) value[propertyName(name, element)] = content;
  }
  origins.set(value, draft);
  return value;
}

function completeElement(
  draft: Draft,
  name: string,
  element: Element,
  report: Report,
  origins: Map<object, Draft>,
): unknown {
  switch (element.element) {
    case 'leaf': {
      const given = draft.leaves.get(name);
      if (given) checkReference(draft, element, given, report);
      else if (element.required && !draft.unreadable.has(name)) report(draft.at, `${draft.label} needs a ${name}`);
      return given ? given.value : element.default;
    }
    case 'leaf-list': {
      const values = [...(draft.leafLists.get(name)?.values() ?? [])];
      for (const given of values) checkReference(draft, element, given, report);
      return values.map((given) => given.value);
    }
    case 'container':
      return completeBlock(enterContainer(draft, name, element, draft.at), report, origins);
    case 'list': {
      const items = draft.lists.get(name)?.values() ?? [];
      return Array.from(items, (item) => completeBlock(item, report, origins));
    }
  }
}

function checkReference(draft: Draft, { refersTo }: AnyLeaf | AnyLeafList, given: Given, report: Report): void {
  if (refersTo === undefined) return;
  const owner = ownerOf(draft, refersTo);
  const items = owner?.lists.get(refersTo);
  if (items?.has(given.text)) return;
  const place = owner && owner.keys.length > 0 ? ` in ${owner.label}` : '';
  report(given.at, `there is no ${refersTo} ${quote(given.text)}${place}`, suggest(given.text, items?.keys() ?? []));
}

function ownerOf(draft: Draft, list: string): Draft | undefined {
  for (let at: Draft | undefined = draft; at; at = at.parent) {
    if (at.child(list)?.element === 'list') return at;
  }
  return undefined;
}
