import { arrowsOf, linesOf, type LadderLine, type PacketLine } from '../../../lib/capture/ladder/lines.ts';
import type { HopKind } from '../../../lib/capture/ladder/hop-kinds.ts';
import type { Ladder, LadderHop } from '../../../lib/capture/ladder/model.ts';
import { noteMeaning } from '../../../lib/capture/ladder/note-words.ts';
import type { Paint, Tone } from '../../terminal.ts';
import { formatSeconds } from '../../units.ts';
import { Canvas, cut, fitting } from './canvas.ts';
import { asciiGlyphs, unicodeGlyphs, type Glyphs } from './glyphs.ts';
import { layOut, type Layout } from './layout.ts';
import { dropTexts, foldedTexts, hopTexts, markTexts, noteTexts, rewriteTexts, silenceText } from './words.ts';

export interface LadderTextOptions {
  /** Columns of the screen: no line is longer. */
  readonly width: number;
  readonly isUnicode: boolean;
  readonly paint: Paint;
  /** Leaves no packet out. */
  readonly all: boolean;
}

/** Below this width the packets' ids are left out. */
const IDS_WIDTH_MIN = 70;

const tones: Readonly<Record<HopKind, Tone>> = {
  data: 'plain',
  tcp: 'plain',
  metadata: 'good',
  'health-check': 'heading',
  acknowledgement: 'good',
  'enable-metadata': 'heading',
  control: 'heading',
  icmp: 'bad',
  fragment: 'plain',
  malformed: 'bad',
};

/** A ladder as text, one line for each packet and for whatever else happens, each with a line end. */
export function formatLadder(ladder: Ladder, options: LadderTextOptions): string {
  const lines = linesOf(ladder, options);
  const drawing = new Drawing(ladder, lines, options);
  return [...drawing.head(), ...lines.flatMap((line) => drawing.line(line))].map((line) => `${line}\n`).join('');
}

class Drawing {
  readonly #names: readonly string[];
  readonly #options: LadderTextOptions;
  readonly #glyphs: Glyphs;
  readonly #layout: Layout;
  readonly #timeWidth: number;

  constructor({ columns }: Ladder, lines: readonly LadderLine[], options: LadderTextOptions) {
    this.#names = columns;
    this.#options = options;
    this.#glyphs = options.isUnicode ? unicodeGlyphs : asciiGlyphs;
    this.#timeWidth = Math.max(0, ...lines.slice(-1).map(({ time }) => formatSeconds(time).length));
    const ids = lines.map((line) => (line.is === 'packet' && line.packet !== 0 ? `  #${line.packet}`.length : 0));
    const idWidth = options.width < IDS_WIDTH_MIN ? 0 : ids.reduce((a, b) => Math.max(a, b), 0);
    this.#layout = layOut(columns, this.#timeWidth + idWidth + 2, options.width);
  }

  head(): string[] {
    const { first, last, gap, placeOf } = this.#layout;
    const canvas = new Canvas(this.#options.width);
    for (let column = first; column <= last; column++) {
      const name = cut(this.#names[column], Math.max(1, gap - 1), this.#glyphs.ellipsis);
      canvas.write(placeOf(column) - Math.floor(name.length / 2), name, 'heading');
    }
    const hidden = [...this.#names.slice(0, first), ...this.#names.slice(last + 1)];
    const note = `no room for ${hidden.join(', ')}`;
    return [
      ...(hidden.length > 0
        ? [this.#options.paint('faint', cut(note, this.#options.width, this.#glyphs.ellipsis))]
        : []),
      canvas.text(this.#options.paint),
    ];
  }

  line(line: LadderLine): string[] {
    const { paint } = this.#options;
    return this.#canvases(line).map((canvas) => canvas.text(paint));
  }

  #canvases(line: LadderLine): Canvas[] {
    const glyphs = this.#glyphs;
    switch (line.is) {
      case 'packet':
        return this.#packet(line);
      case 'note': {
        const canvas = this.#begun(line.time);
        const meaning = noteMeaning(line.type);
        this.#beside(canvas, line.column, noteTexts(line), meaning, glyphs.note);
        return [canvas];
      }
      case 'mark': {
        const canvas = new Canvas(this.#options.width);
        this.#time(canvas, line.time, 'fault');
        const start = this.#timeWidth + 2;
        canvas.write(start, glyphs.mark.repeat(canvas.width), 'fault');
        canvas.write(start + 3, ` ${fitting(markTexts(line), canvas.width - start - 8, glyphs.ellipsis)} `, 'fault');
        return [canvas];
      }
      case 'silence': {
        const canvas = this.#begun(undefined, glyphs.gap);
        this.#across(canvas, [silenceText(line.duration)], 'faint');
        return [canvas];
      }
      case 'folded': {
        const canvas = this.#begun(undefined, glyphs.gap);
        const sign = line.dropped ? glyphs.lost : glyphs.ellipsis;
        const texts = foldedTexts(line).map((text) => `${sign} ${text}`);
        this.#across(canvas, texts, line.dropped ? 'bad' : 'faint');
        return [canvas];
      }
    }
  }

  #packet(line: PacketLine): Canvas[] {
    const canvas = this.#begun(line.time);
    if (line.packet !== 0 && this.#options.width >= IDS_WIDTH_MIN)
      canvas.write(this.#timeWidth + 2, `#${line.packet}`, 'faint');
    for (const arrow of arrowsOf(line)) this.#arrow(canvas, arrow);
    const below: Canvas[] = [];
    for (const hop of line.hops) {
      const texts = rewriteTexts(hop);
      if (texts.length === 0) continue;
      const canvas = this.#begun(undefined);
      this.#beside(canvas, hop.from, texts, 'faint', this.#glyphs.line);
      below.push(canvas);
    }
    const lost = line.hops.at(-1);
    const why = lost && this.#whyLost(canvas, lost);
    return [canvas, ...(why ? [why] : []), ...below];
  }

  /** An arrow over one hop, or over several that look alike. */
  #arrow(canvas: Canvas, hops: readonly LadderHop[]): void {
    const [first, last] = [hops[0], hops[hops.length - 1]];
    const { placeOf } = this.#layout;
    const [from, end] = [placeOf(first.from), placeOf(last.to)];
    if (from === end) return;
    const isRight = end > from;
    const step = isRight ? 1 : -1;
    const { rail, cross, startRight, startLeft, headRight, headLeft, lost, unseen } = this.#glyphs;
    const tone = last.dropped ? 'bad' : tones[first.kind];
    const isInLink = last.dropped?.by === 'link';
    const tip = isInLink ? placeOf(last.from) + Math.trunc((end - placeOf(last.from)) / 2) : end - step;
    for (let x = from + step; x !== tip; x += step) canvas.write(x, rail, tone);
    for (const { to } of hops.slice(0, -1)) canvas.write(placeOf(to), cross, tone);
    canvas.write(from, isRight ? startRight : startLeft, tone);
    const head = isRight ? headRight : headLeft;
    canvas.write(tip, last.dropped ? lost : last.arrived === undefined ? unseen : head, tone);
    this.#label(canvas, Math.min(from, tip), Math.max(from, tip), hops, tone);
  }

  /** Puts a label on an arrow: between two columns, or, where the packet passes none, over them if it needs the room. */
  #label(canvas: Canvas, left: number, right: number, hops: readonly LadderHop[], tone: Tone): void {
    const { gap, first, placeOf } = this.#layout;
    const room = right - left - 3;
    const inGap = Math.min(room, gap - 5);
    const width = hops.length === 1 ? room : inGap;
    const texts = hopTexts(hops[0]);
    // A bit of rail on both sides, if any text leaves it.
    const text = texts.find(({ length }) => length <= width - 2) ?? fitting(texts, width, this.#glyphs.ellipsis);
    const label = ` ${text} `;
    if (width < 1 || text === '') return;
    let middle = (left + right) / 2;
    if (right - left > gap && label.length <= inGap + 2) {
      const gapsBefore = Math.ceil((middle - placeOf(first)) / gap - 0.1) - 1;
      middle = placeOf(first) + (gapsBefore + 0.5) * gap;
    }
    const start = Math.round(middle - label.length / 2);
    canvas.write(Math.max(left + 1, Math.min(start, right - label.length)), label, tone);
  }

  /** Says beside the end of an arrow why it ends there; if there is no room, on a line of its own, which is returned. */
  #whyLost(canvas: Canvas, hop: LadderHop): Canvas | undefined {
    const texts = dropTexts(hop, this.#names[hop.to]);
    if (texts.length === 0) return undefined;
    const { placeOf } = this.#layout;
    const at = hop.to > hop.from ? placeOf(hop.to) + 2 : 0;
    const text = texts.find((text) => at > 0 && canvas.isFree(at - 1, text.length + 2, this.#glyphs.line));
    if (text !== undefined) {
      canvas.write(at - 1, ` ${text} `, 'bad');
      return undefined;
    }
    const below = this.#begun(undefined);
    this.#beside(below, hop.to, texts, 'bad', this.#glyphs.line);
    return below;
  }

  /** A line with nothing on it but its time and the columns. */
  #begun(time: number | undefined, column = this.#glyphs.line): Canvas {
    const canvas = new Canvas(this.#options.width);
    if (time !== undefined) this.#time(canvas, time, 'faint');
    const { first, last, placeOf } = this.#layout;
    for (let i = first; i <= last; i++) canvas.write(placeOf(i), column, 'faint');
    return canvas;
  }

  #time(canvas: Canvas, time: number, tone: Tone): void {
    canvas.write(0, formatSeconds(time).padStart(this.#timeWidth), tone);
  }

  /** Writes to the right of a column, or to its left if there is more room for it. */
  #beside(canvas: Canvas, column: number, texts: readonly string[], tone: Tone, sign: string): void {
    const place = this.#layout.placeOf(column);
    canvas.write(place, sign, tone);
    const start = this.#timeWidth + 2;
    const [right, left] = [canvas.width - place - 2, place - start - 2];
    const text = texts.find(({ length }) => length <= Math.max(right, left));
    const shown = text ?? cut(texts[texts.length - 1], Math.max(right, left), this.#glyphs.ellipsis);
    const isRight = shown.length <= right;
    canvas.write(isRight ? place + 1 : place - shown.length - 2, ` ${shown} `, tone);
  }

  /** Writes in the middle of all columns. */
  #across(canvas: Canvas, texts: readonly string[], tone: Tone): void {
    const { first, last, placeOf, width } = this.#layout;
    const start = this.#timeWidth + 2;
    const text = ` ${fitting(texts, width - start - 2, this.#glyphs.ellipsis)} `;
    const middle = Math.round((placeOf(first) + placeOf(last) - text.length) / 2);
    canvas.write(Math.max(start, Math.min(middle, width - text.length)), text, tone);
  }
}
