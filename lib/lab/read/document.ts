import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument } from 'yaml';
import type { Document, Node } from 'yaml';
import { Diagnostics, quote, suggest } from '../../diagnostic.ts';
import type { Diagnostic, Span } from '../../diagnostic.ts';
import type { Form } from './forms.ts';

/** One YAML file with the place of everything in it. What is wrong is collected, and reading goes on. */
export class YamlFile {
  readonly file: string;
  readonly text: string;
  readonly #diagnostics: Diagnostics;
  readonly #lines = new LineCounter();
  readonly #document: Document.Parsed;

  constructor(file: string, text: string) {
    this.file = file;
    this.text = text;
    this.#diagnostics = new Diagnostics(file);
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false });
    for (const { pos, message } of this.#document.errors) this.report(this.span(pos[0], pos[1]), sentence(message));
  }

  get root(): Value {
    const start = this.#document.contents?.range[0] ?? 0;
    return new Value(this, this.#document.contents ?? undefined, this.span(start, start + 1));
  }

  get diagnostics(): readonly Diagnostic[] {
    return this.#diagnostics.list();
  }

  report(at: Span, message: string, hint?: string): void {
    this.#diagnostics.report(at, message, hint);
  }

  /** The part of `start` to `end`, offsets into the text, that is on the line of `start`. */
  span(start: number, end: number): Span {
    const { line, col } = this.#lines.linePos(start);
    const lineEnd = this.text.indexOf('\n', start);
    const stop = lineEnd < 0 ? end : Math.min(end, lineEnd);
    return { line, column: col, length: Math.max(1, stop - start) };
  }

  /** What an alias stands for; the node itself if it is none. */
  resolve(node: Node | undefined): Node | undefined {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

/** The library's messages carry positions of their own, and begin with a capital. */
const sentence = (message: string): string => message.charAt(0).toLowerCase() + message.slice(1).split('\n')[0];

/** Something that stands in a file: a scalar, a list, a map, or nothing behind a key. */
export class Value {
  readonly file: YamlFile;
  /** Where a message about it points: a scalar itself; else the key that it stands behind. */
  readonly at: Span;
  readonly #node: Node | undefined;

  constructor(file: YamlFile, node: Node | undefined, keyAt: Span) {
    this.file = file;
    this.#node = file.resolve(node);
    this.at = isScalar(node) && node.range && node.range[1] > node.range[0] ? file.span(node.range[0], node.range[1]) : keyAt;
  }

  wrong(message: string, hint?: string): void {
    this.file.report(this.at, message, hint);
  }

  /** The text of a scalar as it was written, without quotes; undefined for anything else. */
  get text(): string | undefined {
    if (!isScalar(this.#node)) return undefined;
    return this.#node.source ?? (this.#node.value === null ? '' : String(this.#node.value));
  }

  get isMap(): boolean {
    return isMap(this.#node);
  }

  /** Text over several lines, as in a block scalar: the lines of the file that it stands on, at their own places. */
  get block(): string | undefined {
    if (!isScalar(this.#node) || !this.text?.includes('\n') || !this.#node.range) return undefined;
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
    if (node === undefined || (isScalar(node) && node.value === null)) return [];
    return [this];
  }

  /** The keys of a map with their values; anything else is reported as not being `what`. */
  entries(what: string): { readonly key: Value; readonly value: Value }[] {
    const node = this.#node;
    if (!isMap(node)) {
      if (!isScalar(node) || node.value !== null) this.wrong(`here must be ${what}`);
      return [];
    }
    return node.items.map((pair) => {
      const key = new Value(this.file, pair.key as Node, this.at);
      return { key, value: new Value(this.file, (pair.value as Node | null) ?? undefined, key.at) };
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

  #placeOf(item: Node): Span {
    const first = isMap(item) ? (item.items[0]?.key as Node | undefined) : item;
    const [start, end] = first?.range ?? item.range ?? [0, 0];
    return end > start ? this.file.span(start, end) : this.at;
  }
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
