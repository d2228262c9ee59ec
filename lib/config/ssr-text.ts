import { quote } from '../diagnostic.ts';
import type { Report } from '../diagnostic.ts';
import { addToLeafList, Draft, enterContainer, enterItem, reportUnknown, setLeaf } from './draft.ts';
import type { Word } from './draft.ts';
import { readLine } from './lexer.ts';
import type { Line } from './lexer.ts';
import type { AnyLeaf, AnyLeafList, Container } from './schema/element.ts';

/**
 * Reads SSR configuration text: one line names an element and gives it a value or opens a block, `exit` closes the
 * block that the last open line opened. A line may go down any number of blocks (`router spoke node n0 enabled false`),
 * and what is written may stand inside `config ... exit` or not. Indentation means nothing; it is only used to guess
 * what was meant when something is wrong.
 *
 * @param overlaidFrom lines from this one on lie over those before. Each stands for itself and begins at the root; it says
 *   anew what has been said, or makes the block that it names
 */
export function readText(text: string, schema: Container, report: Report, overlaidFrom = Infinity): Draft {
  const reader = new TextReader(schema, report, overlaidFrom);
  text.split(/\r\n|\n|\r/).forEach((line, i) => reader.line(line, i + 1));
  reader.end();
  return reader.root;
}

/** An open block. */
interface Frame {
  readonly draft: Draft;
  readonly opening: Word;
  readonly indent: number;
}

/** Lines that belong to something that could not be read: they are passed over, so that one mistake is told once. */
interface Skipped {
  readonly indent: number;
  content: boolean;
}

class TextReader {
  readonly root: Draft;
  readonly #report: Report;
  readonly #frames: Frame[] = [];
  #skipped: Skipped | undefined;
  #crooked: { readonly opening: Word; readonly exit: Word } | undefined;

  readonly #overlaidFrom: number;

  constructor(schema: Container, report: Report, overlaidFrom: number) {
    this.#overlaidFrom = overlaidFrom;
    this.root = new Draft(schema, 'the configuration', [], { line: 1, column: 1, length: 1 });
    this.#report = report;
  }

  line(text: string, number: number): void {
    const line = readLine(text, number, this.#report);
    if (!line) {
      this.#skipped = { indent: text.search(/\S/), content: false };
    } else if (line.words.length > 0 && !this.#skips(line)) {
      if (line.words[0].text === 'exit') this.#exit(line);
      else this.#statement(line);
    }
  }

  end(): void {
    const open = this.#frames.at(-1);
    if (!open) return;
    const count = this.#frames.length;
    const missing = count === 1 ? 'one exit is missing' : `${count} exits are missing`;
    if (this.#crooked) {
      const { opening, exit } = this.#crooked;
      this.#report(opening, `${missing}, perhaps here`, `line ${exit.line} closes this, but does not line up with it`);
    } else {
      this.#report(open.opening, `${missing} at the end: ${quote(open.opening.text)} is never closed`);
    }
  }

  get #current(): Draft {
    return this.#frames.at(-1)?.draft ?? this.root;
  }

  #skips({ words, indent }: Line): boolean {
    const skipped = this.#skipped;
    if (!skipped) return false;
    if (indent > skipped.indent) return (skipped.content = true);
    this.#skipped = undefined;
    return words[0].text === 'exit' && indent === skipped.indent && (skipped.content || indent > 0);
  }

  #exit({ words, indent }: Line): void {
    const closed = this.#frames.pop();
    if (!closed) this.#report(words[0], "this 'exit' closes nothing");
    else if (closed.indent !== indent) this.#crooked ??= { opening: closed.opening, exit: words[0] };
    if (words.length > 1) this.#report(words[1], "nothing may follow 'exit'");
  }

  #statement(line: Line): void {
    const { words, indent } = line;
    const [first] = words;
    const config = first.text === 'config' && (this.#frames.length === 0 || first.line >= this.#overlaidFrom);
    const isOverlaid = first.line >= this.#overlaidFrom;
    let draft = isOverlaid ? this.root : this.#current;
    let at = config ? 1 : 0;
    while (at < words.length) {
      const word = words[at];
      const element = draft.child(word.text);
      if (!element) return this.#unknown(draft, word, line);
      if (element.element === 'leaf' || element.element === 'leaf-list') return this.#leaf(draft, element, words, at);
      if (element.element === 'container') {
        draft = enterContainer(draft, word.text, element, word);
        at += 1;
      } else {
        const keys = words.slice(at + 1, at + 1 + element.keys.length);
        if (keys.length < element.keys.length) {
          this.#report(word, `${word.text} needs ${element.keys.slice(keys.length).join(' and ')} behind it`);
          this.#skipped = { indent, content: false };
          return;
        }
        at += 1 + keys.length;
        draft = enterItem(draft, word.text, element, word, keys, at === words.length && !isOverlaid, this.#report);
      }
    }
    if (!isOverlaid) this.#frames.push({ draft, opening: first, indent });
  }

  #leaf(draft: Draft, leaf: AnyLeaf | AnyLeafList, words: readonly Word[], at: number): void {
    const name = words[at].text;
    if (at + 1 === words.length) return this.#report(words[at], `${name} needs a value: ${leaf.type.describes}`);
    if (at + 2 < words.length) return this.#report(words[at + 2], `nothing may follow the value of ${name}`);
    const overrides = words[at].line >= this.#overlaidFrom;
    if (leaf.element === 'leaf') setLeaf(draft, name, leaf, words[at + 1], this.#report, overrides);
    else addToLeafList(draft, name, leaf, words[at + 1], this.#report, overrides);
  }

  #unknown(draft: Draft, word: Word, line: Line): void {
    const owner = word === line.words[0] ? this.#frames.findLastIndex((frame) => frame.draft.child(word.text)) : -1;
    if (owner >= 0) {
      const home = this.#frames[owner].draft.label;
      if (line.indent <= this.#frames[this.#frames.length - 1].indent) {
        this.#report(
          word,
          `an 'exit' is missing before this: ${quote(word.text)} belongs to ${home}, not to ${draft.label}`,
        );
        this.#frames.length = owner + 1;
        this.#statement(line);
        return;
      }
      this.#report(word, `there is no ${quote(word.text)} in ${draft.label}`, `it belongs to ${home}`);
    } else {
      reportUnknown(draft, word, this.#report, this.#frames.length === 0 ? ['config'] : ['exit']);
    }
    this.#skipped = { indent: line.indent, content: false };
  }
}
