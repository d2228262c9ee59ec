import type { Paint, Tone } from '../../terminal.ts';

/** One line of characters, each with its tone, that is written to in any order. What does not fit is cut off. */
export class Canvas {
  readonly #characters: string[];
  readonly #tones: Tone[];

  constructor(width: number) {
    this.#characters = Array.from({ length: width }, () => ' ');
    this.#tones = Array.from({ length: width }, () => 'plain');
  }

  get width(): number {
    return this.#characters.length;
  }

  write(at: number, text: string, tone: Tone): void {
    let x = at;
    for (const character of text) {
      if (x >= 0 && x < this.width) {
        this.#characters[x] = character;
        this.#tones[x] = tone;
      }
      x++;
    }
  }

  /** Whether nothing but `filler` and spaces stands there. */
  isFree(at: number, length: number, filler: string): boolean {
    if (at < 0 || at + length > this.width) return false;
    const there = this.#characters.slice(at, at + length);
    return there.every((character) => character === ' ' || character === filler);
  }

  /** The line, without spaces at its end. */
  text(paint: Paint): string {
    let end = this.width;
    while (end > 0 && this.#characters[end - 1] === ' ') end--;
    let line = '';
    for (let from = 0, to = 0; from < end; from = to) {
      while (to < end && this.#tones[to] === this.#tones[from]) to++;
      line += paint(this.#tones[from], this.#characters.slice(from, to).join(''));
    }
    return line;
  }
}

/** The first of several texts, from long to short, that takes no more than `width`; the last one cut, if none does. */
export function fitting(texts: readonly string[], width: number, ellipsis: string): string {
  const fits = texts.find((text) => text.length <= width);
  return fits ?? cut(texts[texts.length - 1], width, ellipsis);
}

export const cut = (text: string, width: number, ellipsis: string): string =>
  text.length <= width
    ? text
    : `${text.slice(0, Math.max(0, width - ellipsis.length))}${ellipsis}`.slice(0, Math.max(0, width));
