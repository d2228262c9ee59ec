import { arrowsOf, linesOf, type LadderLine, type PacketLine } from '../../../lib/capture/ladder/lines.ts';
import type { Ladder, LadderHop } from '../../../lib/capture/ladder/model.ts';
import { noteMeaning } from '../../../lib/capture/ladder/note-words.ts';
import { formatSeconds } from '../../units.ts';
import { dropTexts, foldedTexts, hopTexts, markTexts, noteTexts, rewriteTexts, silenceText, titleOf } from './words.ts';

/** Measures in pixels. Of characters, they are as wide as in a wide font. */
const GUTTER = 160;
const GAP_MIN = 200;
const MARGIN = 24;
const HEAD = 84;
const ROW = 30;
const SMALL_ROW = 18;
const CHARACTER = 7.8;
const SMALL_CHARACTER = 6.4;
const ARROW = 7;

const style = `
:root { color-scheme: light dark; }
svg { --paper: #ffffff; --ink: #1f2430; --faint: #8a919e; --rail: #c9ced8; --good: #1a7f4b; --bad: #c4314b;
  --fault: #a85b00; --fault-paper: #fff3df; --ask: #2357c5; background: var(--paper); }
@media (prefers-color-scheme: dark) {
  svg { --paper: #14171d; --ink: #e4e7ee; --faint: #8d95a5; --rail: #3a414e; --good: #5fcf97; --bad: #ff7b8d;
    --fault: #ffb454; --fault-paper: #33270f; --ask: #82aaff; }
}
text { font: 12px ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: var(--ink); }
.heading, .name { font-weight: bold; font-size: 13px; }
.small { font-size: 10.5px; paint-order: stroke; stroke: var(--paper); stroke-width: 3px; }
.faint { fill: var(--faint); }
.good { fill: var(--good); }
.bad { fill: var(--bad); }
.paper { fill: var(--paper); }
.box { fill: var(--paper); stroke: var(--faint); }
.life { stroke: var(--rail); }
.gap { fill: var(--paper); stroke: var(--rail); stroke-dasharray: 3 3; }
.fault rect { fill: var(--fault-paper); stroke: var(--fault); }
.fault text { fill: var(--fault); font-weight: bold; }
.arrow { stroke: var(--ink); stroke-width: 1.4; color: var(--ink); }
.arrow path { fill: currentColor; stroke: none; }
.arrow .over { fill: var(--paper); stroke: currentColor; }
.arrow text { fill: currentColor; stroke: var(--paper); stroke-width: 3px; }
.arrow.metadata, .arrow.acknowledgement { color: var(--good); stroke: var(--good); }
.arrow.health-check, .arrow.enable-metadata, .arrow.control { color: var(--ask); stroke: var(--ask); }
.arrow.metadata, .arrow.health-check { stroke-width: 2.2; }
.arrow.lost, .arrow.icmp, .arrow.malformed { color: var(--bad); stroke: var(--bad); }
`.trim();

/** A ladder as a picture: the same lines as in text, with more to be read when one points at them. */
export function ladderSvg(ladder: Ladder, { all }: { readonly all: boolean }): string {
  return new Picture(ladder).draw(linesOf(ladder, { all }));
}

class Picture {
  readonly #ladder: Ladder;
  readonly #gap: number;
  readonly #width: number;
  readonly #parts: string[] = [];
  #y = HEAD;

  constructor(ladder: Ladder) {
    this.#ladder = ladder;
    const longest = Math.max(...ladder.columns.map((name) => name.length));
    this.#gap = Math.max(GAP_MIN, longest * CHARACTER + 40);
    this.#width = GUTTER + (ladder.columns.length - 1) * this.#gap + Math.max(this.#gap, 240);
  }

  draw(lines: readonly LadderLine[]): string {
    for (const line of lines) this.#line(line);
    const [width, height] = [round(this.#width), this.#y + MARGIN];
    const { session, columns } = this.#ladder;
    const title = `Session ${session.uuid}`;
    const about = [session.service, `${session.source} to ${session.destination}`]
      .filter((text) => text.length > 4)
      .join(', ');
    const heads = columns.map((name, column) => {
      const half = (name.length * CHARACTER + 24) / 2;
      const x = this.#placeOf(column);
      return (
        `<rect class="box" x="${round(x - half)}" y="${HEAD - 40}" width="${round(2 * half)}" height="24" rx="4"/>` +
        text(x, HEAD - 24, name, 'name', 'middle')
      );
    });
    const lives = columns.map((_, column) => {
      const x = this.#placeOf(column);
      return `<line class="life" x1="${x}" y1="${HEAD - 16}" x2="${x}" y2="${height - MARGIN / 2}"/>`;
    });
    return [
      `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">`,
      `<title>${escapeXml(title)}</title>`,
      `<style>${style}</style>`,
      text(MARGIN, 24, `${title}, ${about}`, 'heading'),
      ...lives,
      ...heads,
      ...this.#parts,
      '</svg>\n',
    ].join('\n');
  }

  #line(line: LadderLine): void {
    switch (line.is) {
      case 'packet':
        return this.#packet(line);
      case 'note': {
        const y = this.#next(SMALL_ROW + 4);
        this.#time(line.time, y);
        const meaning = noteMeaning(line.type);
        this.#parts.push(
          `<circle class="${meaning === 'plain' ? 'faint' : meaning}" cx="${this.#placeOf(line.column)}" cy="${y - 4}" r="4"/>`,
        );
        this.#beside(line.column, y, noteTexts(line), meaning === 'plain' ? 'small' : `small ${meaning}`);
        return;
      }
      case 'mark': {
        const y = this.#next(ROW + 8);
        const [words] = markTexts(line);
        this.#time(line.time, y);
        this.#parts.push(
          `<g class="fault"><title>${escapeXml(line.what)}</title>` +
            `<rect x="${GUTTER - 40}" y="${y - 18}" width="${round(this.#width - GUTTER + 40 - MARGIN)}" height="26" rx="4"/>` +
            `${text(GUTTER - 24, y, words, '')}</g>`,
        );
        return;
      }
      case 'silence':
        return this.#band(silenceText(line.duration), 'faint');
      case 'folded':
        return this.#band(foldedTexts(line)[0], line.dropped ? 'bad' : 'faint');
    }
  }

  #packet(line: PacketLine): void {
    const y = this.#next(ROW);
    this.#time(line.time, y);
    if (line.packet !== 0) this.#parts.push(text(GUTTER - 46, y, `#${line.packet}`, 'faint small', 'end'));
    for (const arrow of arrowsOf(line)) this.#arrow(arrow, y - 4);
    const last = line.hops[line.hops.length - 1];
    const reasons = dropTexts(last, this.#ladder.columns[last.to]);
    if (reasons.length > 0) this.#beside(last.to, this.#next(SMALL_ROW), reasons, 'small bad');
    for (const hop of line.hops) {
      const texts = rewriteTexts(hop);
      if (texts.length > 0) this.#beside(hop.from, this.#next(SMALL_ROW), texts, 'small faint');
    }
  }

  #arrow(hops: readonly LadderHop[], y: number): void {
    const [first, last] = [hops[0], hops[hops.length - 1]];
    const [from, end] = [this.#placeOf(first.from), this.#placeOf(last.to)];
    const step = Math.sign(end - from);
    const tip = last.dropped?.by === 'link' ? this.#placeOf(last.from) + (end - this.#placeOf(last.from)) / 2 : end;
    const passed = hops
      .slice(0, -1)
      .map(({ to }) => `<circle class="over" cx="${this.#placeOf(to)}" cy="${y}" r="2.5"/>`);
    const [label] = hopTexts(first);
    const middle = (from + tip) / 2;
    const title = hops.map((hop) => titleOf(this.#ladder, hop)).join('\n');
    this.#parts.push(
      `<g class="arrow ${first.kind}${last.dropped ? ' lost' : ''}"><title>${escapeXml(title)}</title>`,
      lineOf(from, y, tip, y),
      ...passed,
      tipAt(tip, y, step, last),
      `${text(middle, y - 6, label, 'small', 'middle')}</g>`,
    );
  }

  /** Small text at a column: to its right, or to its left if there it would leave the picture. */
  #beside(column: number, y: number, texts: readonly string[], style: string): void {
    const x = this.#placeOf(column);
    const [words] = texts;
    const isRight = x + 10 + words.length * SMALL_CHARACTER < this.#width;
    this.#parts.push(text(x + (isRight ? 10 : -10), y, words, style, isRight ? 'start' : 'end'));
  }

  #band(words: string, tone: string): void {
    const y = this.#next(ROW);
    const [left, right] = [this.#placeOf(0), this.#placeOf(this.#ladder.columns.length - 1)];
    this.#parts.push(
      `<rect class="gap" x="${left - 10}" y="${y - 16}" width="${right - left + 20}" height="22" rx="4"/>` +
        text((left + right) / 2, y, words, `small ${tone}`, 'middle'),
    );
  }

  #time(time: number, y: number): void {
    this.#parts.push(text(MARGIN - 8, y, formatSeconds(time), 'faint small'));
  }

  /** The base of the next line, which takes `height`. */
  #next(height: number): number {
    this.#y += height;
    return this.#y;
  }

  #placeOf(column: number): number {
    return round(GUTTER + column * this.#gap);
  }
}

const lineOf = (x1: number, y1: number, x2: number, y2: number): string =>
  `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}"/>`;

function tipAt(x: number, y: number, step: number, { dropped, arrived }: LadderHop): string {
  if (dropped) {
    const at = dropped.by === 'link' ? x : x - step * ARROW;
    return lineOf(at - 5, y - 5, at + 5, y + 5) + lineOf(at - 5, y + 5, at + 5, y - 5);
  }
  if (arrived === undefined) return text(x - step * ARROW, y - 4, '?', 'small', 'middle');
  const back = x - step * ARROW;
  return `<path d="M${x} ${y}L${back} ${y - 4}L${back} ${y + 4}Z"/>`;
}

function text(
  x: number,
  y: number,
  words: string,
  style: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
): string {
  const anchored = anchor === 'start' ? '' : ` text-anchor="${anchor}"`;
  const styled = style === '' ? '' : ` class="${style}"`;
  return `<text x="${round(x)}" y="${round(y)}"${styled}${anchored}>${escapeXml(words)}</text>`;
}

const round = (value: number): number => Math.round(value * 10) / 10;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&apos;',
};

/** Text as XML may have it: control characters, which it may not have in any form, become spaces. */
export const escapeXml = (words: string): string =>
  words
    .replace(/[\p{Cc}\ufffe\uffff]/gu, (character) => (character === '\n' ? character : ' '))
    .replace(/[&<>"']/g, (character) => entities[character]);
