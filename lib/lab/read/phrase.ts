import type { Value } from './document.ts';

/** A part of a sentence that stands in a file: its text, and where in the sentence it begins. */
export class Phrase {
  readonly text: string;
  readonly #value: Value;
  readonly #start: number;

  constructor(value: Value, text: string, start = 0) {
    this.#value = value;
    this.text = text;
    this.#start = start;
  }

  /** A part of this one. */
  part(start: number, end = this.text.length): Phrase {
    return new Phrase(this.#value, this.text.slice(start, end), this.#start + start);
  }

  /** What a group of a pattern with indices ('d') has matched; undefined if it has matched nothing. */
  group(match: RegExpExecArray, group: number): Phrase | undefined {
    const place = match.indices?.[group];
    return place && this.part(place[0], place[1]);
  }

  /** Parts with something between them. */
  split(separator: string): Phrase[] {
    let start = 0;
    return this.text.split(separator).map((text) => {
      const part = this.part(start, start + text.length);
      start += text.length + separator.length;
      return part;
    });
  }

  /** Reports what is wrong with it. */
  wrong(message: string, hint?: string): undefined {
    const { file } = this.#value;
    file.report(this.#value.within(this.#start, this.#start + this.text.length), message, hint);
    return undefined;
  }
}
