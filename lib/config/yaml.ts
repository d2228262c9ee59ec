import { isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Node, Pair, YAMLMap } from 'yaml';
import { Lines } from '../diagnostic.ts';
import type { Report, Span } from '../diagnostic.ts';
import { parseYaml } from '../yaml-document.ts';
import { addToLeafList, Draft, enterContainer, enterItem, reportUnknown, setLeaf } from './draft.ts';
import type { Word } from './draft.ts';
import { readLine } from './lexer.ts';
import type { AnyLeafList, Container, List } from './schema/element.ts';

/**
 * Reads the configuration from YAML: blocks are maps, and a list is either a map by key (`tenant: { corp: ... }`; keys
 * of more than one word as in the text form, `next-hop: { node0 lan: ... }`) or a sequence of maps that hold the key
 * leaves. A leaf-list is a sequence or a single value. Aliases are refused, which also bounds the work.
 */
export function readYaml(text: string, schema: Container, report: Report): Draft {
  return new YamlReader(text, report).read(schema);
}

type Content = Node | null | undefined;

class YamlReader {
  readonly #text: string;
  readonly #lines: Lines;
  readonly #report: Report;

  constructor(text: string, report: Report) {
    this.#text = text;
    this.#lines = new Lines(text);
    this.#report = report;
  }

  read(schema: Container): Draft {
    const draft = new Draft(schema, 'the configuration', [], { line: 1, column: 1, length: 1 });
    const document = parseYaml(this.#text, this.#report);
    if (!document) return draft;
    if (isMap(document.contents)) {
      for (const pair of document.contents.items as Pair<Node, Content>[]) {
        if (isScalar(pair.key) && pair.key.value === 'config') this.#block(draft, pair.value);
        else this.#pair(draft, pair);
      }
    } else {
      this.#block(draft, document.contents);
    }
    return draft;
  }

  #block(draft: Draft, content: Content): void {
    if (isEmpty(content)) return;
    if (!isMap(content))
      return this.#report(this.#spanOf(content, draft.at), `${draft.label} must be a map of its elements`);
    for (const pair of content.items as Pair<Node, Content>[]) this.#pair(draft, pair);
  }

  #pair(draft: Draft, { key, value }: Pair<Node, Content>): void {
    const name = this.#word(key, draft.at);
    if (!name) return this.#report(this.#spanOf(key, draft.at), `a key in ${draft.label} must be a plain word`);
    if (isAlias(value)) return this.#report(this.#spanOf(value, name), 'aliases are not understood here');
    const element = draft.child(name.text);
    if (!element) return reportUnknown(draft, name, this.#report);
    switch (element.element) {
      case 'leaf': {
        const word = isEmpty(value) ? undefined : this.#word(value, name);
        if (word) setLeaf(draft, name.text, element, word, this.#report);
        else this.#needsValue(name, element, value);
        return;
      }
      case 'leaf-list':
        return this.#leafList(draft, name, element, value);
      case 'container':
        return this.#block(enterContainer(draft, name.text, element, name), value);
      case 'list':
        return this.#list(draft, name, element, value);
    }
  }

  #needsValue(name: Word, { type }: { readonly type: { readonly describes: string } }, value: Content): void {
    this.#report(this.#spanOf(value, name), `${name.text} needs a value: ${type.describes}`);
  }

  #leafList(draft: Draft, name: Word, list: AnyLeafList, value: Content): void {
    if (isEmpty(value)) return;
    for (const one of (isSeq(value) ? value.items : [value]) as Content[]) {
      const word = this.#word(one, name);
      if (word) addToLeafList(draft, name.text, list, word, this.#report);
      else this.#needsValue(name, list, one);
    }
  }

  #list(draft: Draft, name: Word, list: List, value: Content): void {
    if (isEmpty(value)) return;
    if (isMap(value)) {
      for (const pair of value.items as Pair<Node, Content>[]) {
        this.#item(draft, name, list, this.#keysInFront(name, list, pair.key), pair.value);
      }
    } else if (isSeq(value)) {
      for (const item of value.items as Content[]) {
        if (isMap(item)) this.#item(draft, name, list, this.#keysInside(name, list, item), item);
        else this.#item(draft, name, list, this.#keysInFront(name, list, item), undefined);
      }
    } else {
      this.#report(this.#spanOf(value, name), `${name.text} must be a map by ${list.keys.join(' ')}, or a sequence`);
    }
  }

  #item(draft: Draft, name: Word, list: List, keys: readonly Word[] | undefined, content: Content): void {
    if (keys) this.#block(enterItem(draft, name.text, list, keys[0], keys, true, this.#report), content);
  }

  /** The keys of `node0 lan: ...`. */
  #keysInFront(name: Word, list: List, key: Content): readonly Word[] | undefined {
    const word = this.#word(key, name);
    const texts = word && list.keys.length > 1 ? readLine(word.text, 1, () => undefined)?.words : word && [word];
    if (word && texts?.length === list.keys.length) return texts.map(({ text }) => ({ ...word, text }));
    this.#report(this.#spanOf(key, name), `${name.text} needs ${list.keys.join(' and ')} as its key`);
    return undefined;
  }

  /** The keys of `{ node-name: node0, interface: lan, ... }`. */
  #keysInside(name: Word, list: List, item: YAMLMap): readonly Word[] | undefined {
    const values = list.keys.map((key) => {
      const pair = (item.items as Pair<Node, Content>[]).find((pair) => isScalar(pair.key) && pair.key.value === key);
      return this.#word(pair?.value, name);
    });
    const missing = list.keys.filter((_, i) => !values[i]);
    if (missing.length === 0) return values as Word[];
    this.#report(this.#spanOf(item, name), `this ${name.text} needs ${missing.join(' and ')}`);
    return undefined;
  }

  /** A scalar as a word, undefined if it is something else. */
  #word(node: Content, near: Span): Word | undefined {
    return isScalar(node) && typeof node.value === 'string'
      ? { text: node.value, ...this.#spanOf(node, near) }
      : undefined;
  }

  #spanOf(node: Content, near: Span): Span {
    return node?.range ? this.#lines.span(node.range[0], node.range[1]) : near;
  }
}

function isEmpty(content: Content): boolean {
  return (
    content === null || content === undefined || (isScalar(content) && content.value === '' && content.type === 'PLAIN')
  );
}
