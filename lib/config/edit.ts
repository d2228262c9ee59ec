import { Diagnostics, quote, suggest } from '../diagnostic.ts';
import { formatConfiguration, parseConfiguration, type ParsedConfiguration } from './configuration.ts';
import { complete, keyOf, type Draft } from './draft.ts';
import { writeWord } from './lexer.ts';
import { root } from './schema/authority.ts';
import { propertyName } from './schema/element.ts';
import type { AnyLeaf, AnyLeafList, Block, Element, List } from './schema/element.ts';
import { keysOf, writeBlock } from './ssr-text-writer.ts';
import { readText } from './ssr-text.ts';
import type { Authority } from './types.ts';

/** A word that may stand next in a path, and what it means. */
export interface PathChoice {
  readonly word: string;
  readonly help: string;
}

/** What a path leads to. */
export type Target =
  | { readonly kind: 'block' }
  /** A leaf without a value behind it, or with one. */
  | { readonly kind: 'leaf'; readonly name: string; readonly describes: string }
  | { readonly kind: 'value' }
  /** Something is missing behind it, or the path leads nowhere. */
  | { readonly kind: 'nothing'; readonly problem: string };

const NAME = 'candidate';

/** A configuration that is being edited: nothing need hold together until it is checked. */
export class ConfigurationDraft {
  #draft: Draft;

  /** `text` is SSR text as `format` gives it, or as `formatConfiguration` does. */
  constructor(text: string) {
    this.#draft = readText(text, root, () => undefined);
  }

  /** SSR text of what differs from the defaults. */
  format(): string {
    return formatConfiguration(this.content());
  }

  /** What has been said so far, with the defaults; required leaves may be missing, and references may lead nowhere. */
  content(): Authority {
    const { value } = complete(this.#draft, () => undefined);
    return (value as { readonly authority: Authority }).authority;
  }

  /** The configuration, or everything that is wrong with it, in the lines of `format`. */
  check(): ParsedConfiguration {
    return parseConfiguration(this.format(), NAME);
  }

  /** Gives a leaf a value, or makes a block. `path` begins at the root. Returns what is wrong with it. */
  set(path: readonly string[]): string | undefined {
    const found = new Diagnostics(NAME);
    const before = this.format();
    const line = path.map(writeWord).join(' ');
    const draft = readText(`${before}\n${line}`, root, found.report, before.split('\n').length + 1);
    const [first] = found.list();
    if (first) return first.hint === undefined ? first.message : `${first.message}; ${first.hint}`;
    this.#draft = draft;
    return undefined;
  }

  /** Takes out a leaf, one value of a leaf-list, or a block with all that is in it. Returns what is wrong with the path. */
  delete(path: readonly string[]): string | undefined {
    const walked = this.#walk(path);
    if (walked.problem !== undefined) return walked.problem;
    const { draft, element, name, keys, value } = walked;
    const missing = `${quote(path.join(' '))} is not there`;
    if (!draft || !element) return missing;
    switch (element.element) {
      case 'leaf':
        if (isKey(draft.schema, name)) return `${name} is what ${draft.label} is known by; delete the block instead`;
        return draft.leaves.delete(name) ? undefined : missing;
      case 'leaf-list': {
        const values = draft.leafLists.get(name);
        const isGone = value === undefined ? draft.leafLists.delete(name) : values?.delete(value) === true;
        return isGone ? undefined : missing;
      }
      case 'container':
        return draft.containers.delete(name) ? undefined : missing;
      case 'list': {
        if (keys === undefined) return `${name} needs ${element.keys.join(' and ')} behind it`;
        const isGone = draft.lists.get(name)?.delete(keyOf(keys)) === true;
        if (isGone) return undefined;
        const hint = suggest(keys.join(' '), draft.lists.get(name)?.keys() ?? []);
        return hint === undefined ? missing : `${missing}; ${hint}`;
      }
    }
  }

  /** What a path leads to, which need not be there yet. */
  target(path: readonly string[]): Target {
    const { problem, element, name, keys, value } = this.#walk(path);
    if (problem !== undefined) return { kind: 'nothing', problem };
    if (!element) return { kind: 'block' };
    if (element.element === 'container') return { kind: 'block' };
    if (element.element === 'list')
      return keys
        ? { kind: 'block' }
        : { kind: 'nothing', problem: `${name} needs ${element.keys.join(' and ')} behind it` };
    if (value !== undefined) return { kind: 'value' };
    return { kind: 'leaf', name, describes: element.type.describes };
  }

  /** What stands in one block, as SSR text; undefined if it is not there. */
  formatBlock(path: readonly string[]): string | undefined {
    let block: Block = root;
    let value: Value | undefined = complete(this.#draft, () => undefined).value as Value;
    for (let at = 0; at < path.length; at++) {
      const element = childOf(block, path[at]);
      if (!element || !('children' in element) || !value) return undefined;
      const content: unknown = value[propertyName(path[at], element)];
      if (element.element === 'list') {
        const keys = keysIn(element, path.slice(at + 1))
          .map(writeWord)
          .join(' ');
        value = (content as readonly Value[]).find((item) => keysOf(element, item) === keys);
        at += element.keys.length;
      } else {
        value = content as Value;
      }
      block = element;
    }
    return (
      value &&
      writeBlock(block, value)
        .map((line) => `${line}\n`)
        .join('')
    );
  }

  /** What may stand behind a path: elements of a block, keys that are there, values. */
  choices(path: readonly string[]): readonly PathChoice[] {
    const { problem, draft, element, name, keys, value, block } = this.#walk(path);
    if (problem !== undefined) return [];
    if (!element || (element.element === 'list' && keys) || element.element === 'container') return elementsOf(block);
    if (value !== undefined) return [];
    if (element.element === 'list') {
      const items = draft?.lists.get(name)?.values() ?? [];
      return Array.from(items, (item) => ({ word: item.keys.join(' '), help: element.help }));
    }
    return this.#values(draft, element);
  }

  #values(draft: Draft | undefined, leaf: AnyLeaf | AnyLeafList): readonly PathChoice[] {
    const { type, refersTo } = leaf;
    if (type.words) return type.words.map((word) => ({ word, help: '' }));
    for (let at: Draft | undefined = draft; at && refersTo !== undefined; at = at.parent) {
      const items = at.lists.get(refersTo);
      if (items) return [...items.keys()].map((word) => ({ word, help: `a ${refersTo}` }));
    }
    return [];
  }

  /** Follows a path through the schema, and through the draft as far as it is there. */
  #walk(path: readonly string[]): Walked {
    let draft: Draft | undefined = this.#draft;
    let block: Block = root;
    let at = 0;
    while (at < path.length) {
      const name = path[at];
      const element = childOf(block, name);
      if (!element) {
        const hint = suggest(name, Object.keys(block.children));
        const place = at === 0 ? 'the configuration' : `'${path.slice(0, at).join(' ')}'`;
        return {
          problem: `there is no ${quote(name)} in ${place}${hint === undefined ? '' : `; ${hint}`}`,
          name,
          block,
        };
      }
      const rest = path.slice(at + 1);
      if (element.element === 'leaf' || element.element === 'leaf-list') {
        if (rest.length > 1) return { problem: `nothing may follow the value of ${name}`, name, block };
        return { draft, element, name, value: rest.length === 1 ? canonical(element, rest[0]) : undefined, block };
      }
      if (element.element === 'container') {
        if (rest.length === 0) return { draft, element, name, block: element };
        draft = draft?.containers.get(name);
      } else {
        if (rest.length < element.keys.length) return { draft, element, name, block };
        const keys = keysIn(element, rest);
        if (rest.length === keys.length) return { draft, element, name, keys, block: element };
        draft = draft?.lists.get(name)?.get(keyOf(keys));
        at += keys.length;
      }
      block = element;
      at++;
    }
    return { draft, block, name: '' };
  }
}

/** How far a path leads. */
interface Walked {
  readonly problem?: string;
  /** The block that `element` is in; undefined if it is not there. */
  readonly draft?: Draft | undefined;
  /** What the path ends with; undefined for the root. */
  readonly element?: Element;
  readonly name: string;
  readonly keys?: readonly string[];
  readonly value?: string | undefined;
  /** The block that the path leads to, or ends in. */
  readonly block: Block;
}

type Value = Readonly<Record<string, unknown>>;

const childOf = ({ children }: Block, name: string): Element | undefined =>
  Object.hasOwn(children, name) ? children[name] : undefined;

const elementsOf = ({ children, ...block }: Block): readonly PathChoice[] =>
  Object.entries(children)
    .filter(([name]) => !('keys' in block && block.keys.includes(name)))
    .map(([word, { help }]) => ({ word, help }));

const isKey = (schema: Block, name: string): boolean => schema.element === 'list' && schema.keys.includes(name);

const keysIn = (list: List, words: readonly string[]): string[] =>
  list.keys.map((key, i) => canonical(list.children[key] as AnyLeaf, words[i]));

/** The one printed form of a value; the text itself if it is none. */
function canonical({ type }: AnyLeaf | AnyLeafList, text: string): string {
  const value: unknown = type.read(text);
  return value === undefined ? text : type.write(value);
}
