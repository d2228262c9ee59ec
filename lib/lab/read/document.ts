import { isAlias, isMap, isScalar, isSeq, Pair, Scalar, YAMLMap } from 'yaml';
import type { Node } from 'yaml';
import { Diagnostics, Lines, quote, suggest } from '../../diagnostic.ts';
import type { Diagnostic, Span } from '../../diagnostic.ts';
import { parseYaml } from '../../yaml-document.ts';
import type { Form } from './forms.ts';

/** One YAML file with the place of everything in it. What is wrong is collected, and reading goes on. */
export class YamlFile {
  readonly file: string;
  readonly text: string;
  /** The whole content; undefined if the file is no YAML, which has then been reported. */
  readonly root: Value | undefined;
  readonly #diagnostics: Diagnostics;
  readonly #lines: Lines;

  /** `from` is where the YAML begins in the text. */
  constructor(file: string, text: string, from = 0) {
    this.file = file;
    this.text = text;
    this.#diagnostics = new Diagnostics(file);
    this.#lines = new Lines(text);
    const document = parseYaml(' '.repeat(from) + text.slice(from), this.#diagnostics.report);
    const content = document?.contents ?? undefined;
    this.root = document && new Value(this, content, this.span(content?.range?.[0] ?? 0, 0));
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics.list();
  }

  report(at: Span, message: string, hint?: string): void {
    this.#diagnostics.report(at, message, hint);
  }

  /** The part of `start` to `end`, offsets into the text, that is on the line of `start`. */
  span(start: number, end: number): Span {
    return this.#lines.span(start, end);
  }

  /** Some letters of the text as a scalar, whatever they say; or what they are read as. */
  scalar(start: number, end: number, text = this.text.slice(start, end)): Value {
    return new Value(this, scalarOf(text, start, end), this.span(start, end));
  }
}

function scalarOf(text: string, start: number, end: number): Scalar {
  const scalar = new Scalar(text);
  scalar.source = text;
  scalar.range = [start, end, end];
  return scalar;
}

/** The file that a node was put in from, where it stands in none of its own. */
const homes = new WeakMap<Node, YamlFile>();

/** Something that stands in a file: a scalar, a list, a map, or nothing behind a key. */
export class Value {
  readonly file: YamlFile;
  /** Where a message about it points: a scalar itself; else the key that it stands behind. */
  readonly at: Span;
  readonly #node: Node | undefined;
  #entries: readonly Entry[] | undefined;

  constructor(file: YamlFile, node: Node | undefined, keyAt: Span) {
    this.file = (node && homes.get(node)) ?? file;
    // Aliases are refused, which also bounds the work that a small file can make.
    this.#node = isAlias(node) ? undefined : node;
    const [start, end] = (isScalar(node) || isAlias(node) ? node.range : undefined) ?? [0, 0];
    this.at = end > start ? this.file.span(start, end) : keyAt;
    if (isAlias(node)) this.wrong('an alias is not understood here', 'write out what it stands for');
  }

  wrong(message: string, hint?: string): void {
    this.file.report(this.at, message, hint);
  }

  /** The text of a scalar as it was written, without quotes; undefined for anything else. */
  get text(): string | undefined {
    if (!isScalar(this.#node)) return undefined;
    return this.#node.source ?? '';
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** Text over several lines behind a '|': the lines of the file that it stands on, at their own places. */
  get block(): string | undefined {
    if (!isScalar(this.#node) || this.#node.type !== 'BLOCK_LITERAL' || !this.#node.range) return undefined;
    const [start, end] = this.#node.range;
    const header = this.file.text.indexOf('\n', start) + 1;
    return this.file.text.slice(0, header).replace(/[^\n]/g, '') + this.file.text.slice(header, end);
  }

  /** The place of the characters `start` to `end` of `text`; the whole scalar where the file writes it differently. */
  within(start: number, end: number): Span {
    const text = this.text;
    if (!isScalar(this.#node) || !this.#node.range || text === undefined) return this.at;
    const quoted = this.file.text[this.#node.range[0]] === text[0] ? 0 : 1;
    const from = this.#node.range[0] + quoted;
    if (!this.file.text.startsWith(text, from)) return this.at;
    return this.file.span(from + start, from + end);
  }

  /** A scalar in one of its forms; undefined, and reported, if it is another. */
  read<T>(form: Form<T>): T | undefined {
    const text = this.text;
    const value = text === undefined ? undefined : form.read(text);
    if (value === undefined)
      this.wrong(
        text ? `${quote(text)} is not ${form.describes}` : `here must be ${form.describes}`,
        form.words && text ? suggest(text, form.words) : undefined,
      );
    return value;
  }

  /** The values of a list; a single value is a list of one. */
  items(): Value[] {
    const node = this.#node;
    if (isSeq(node)) return node.items.map((item) => new Value(this.file, item as Node, this.#placeOf(item as Node)));
    if (node === undefined || this.text === '') return [];
    return [this];
  }

  /** The keys of a map with their values; anything else is reported as not being `what`. */
  entries(what: string): readonly Entry[] {
    return (this.#entries ??= this.#readEntries(what));
  }

  #readEntries(what: string): Entry[] {
    const node = this.#node;
    if (!isMap(node)) {
      if (this.text !== '') this.wrong(`here must be ${what}`);
      return [];
    }
    const seen = new Set<string>();
    return node.items.flatMap((pair) => {
      const key = new Value(this.file, pair.key as Node, this.at);
      const name = key.text ?? '';
      if (seen.has(name)) {
        key.wrong(`there is a ${quote(name)} before this one`);
        return [];
      }
      seen.add(name);
      return [{ key, value: new Value(this.file, (pair.value as Node | null) ?? undefined, key.at) }];
    });
  }

  /** A map of which every key is one of `names`; others are reported. `what` is for messages: 'a link'. */
  fields(what: string, names: readonly string[]): Fields {
    const found = new Map<string, Value>();
    for (const { key, value } of this.entries(what)) {
      const name = key.text ?? '';
      if (names.includes(name)) found.set(name, value);
      else key.wrong(`${what} has no ${quote(name)}`, suggest(name, names));
    }
    return new Fields(this, what, found);
  }

  /** What stands behind a key of a map; undefined, and no mistake, if there is no such thing. */
  child(name: string): Value | undefined {
    const pair = this.#pair(name);
    return pair && new Value(this.file, (pair.value as Node | null) ?? undefined, this.#placeOf(pair.key as Node));
  }

  /** The keys of a map; none of anything else. */
  get keys(): string[] {
    return isMap(this.#node) ? this.#node.items.flatMap(({ key }) => (isScalar(key) ? (key.source ?? '') : [])) : [];
  }

  /**
   * Puts a value out of another file behind a path of keys, in the place of what stands there. Keys that are missing are
   * made, and stand where `at` does. It is done before the map is read.
   */
  put(path: readonly string[], value: Value, at: Value): void {
    const [name, ...rest] = path;
    const map = this.#node;
    if (!isMap(map)) return;
    let pair = this.#pair(name);
    if (!pair) map.items.push((pair = new Pair(atHome(new Scalar(name), at))));
    if (rest.length === 0) {
      pair.value = value.#node && atHome(value.#node, value);
      return;
    }
    if (!isMap(pair.value)) pair.value = atHome(new YAMLMap(), at);
    new Value(this.file, pair.value as Node, this.at).put(rest, value, at);
  }

  #pair(name: string): Pair | undefined {
    return isMap(this.#node) ? this.#node.items.find(({ key }) => isScalar(key) && key.source === name) : undefined;
  }

  #placeOf(item: Node): Span {
    const first = isMap(item) ? (item.items[0]?.key as Node | undefined) : item;
    const [start, end] = first?.range ?? item.range ?? [0, 0];
    return end > start ? this.file.span(start, end) : this.at;
  }
}

/** The node, known to stand in the file of `at`; a key that is nowhere written stands where `at` does. */
function atHome<N extends Node>(node: N, { file, at }: Value): N {
  homes.set(node, file);
  if (isScalar(node) && !node.range)
    Object.assign(node, scalarOf(String(node.value), at.column - 1, at.column - 1 + at.length));
  return node;
}

export interface Entry {
  readonly key: Value;
  readonly value: Value;
}

/** The fields of a map. Whatever cannot be read is reported, and a neutral value stands for it. */
export class Fields {
  readonly #owner: Value;
  readonly #what: string;
  readonly #found: ReadonlyMap<string, Value>;

  constructor(owner: Value, what: string, found: ReadonlyMap<string, Value>) {
    this.#owner = owner;
    this.#what = what;
    this.#found = found;
  }

  get(name: string): Value | undefined {
    return this.#found.get(name);
  }

  /** The field, which is reported if it is missing. */
  need(name: string): Value | undefined {
    const value = this.#found.get(name);
    if (!value && this.#owner.isMap) this.#owner.wrong(`${this.#what} needs '${name}'`);
    return value;
  }

  required<T>(name: string, form: Form<T>): T {
    return this.need(name)?.read(form) ?? form.neutral;
  }

  optional<T>(name: string, form: Form<T>, otherwise: T): T {
    const value = this.#found.get(name);
    return value ? (value.read(form) ?? form.neutral) : otherwise;
  }
}
