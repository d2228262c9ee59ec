/** What may stand in a text or in an attribute. */
export const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Colours of the page about a run; a picture that stands alone has those of paper. */
export const colours = {
  text: 'var(--text, #1f2328)',
  quiet: 'var(--quiet, #59626c)',
  rule: 'var(--rule, #dedfd9)',
  sheet: 'var(--sheet, #ffffff)',
  accent: 'var(--accent, #0b5cad)',
  wash: 'color-mix(in srgb, var(--accent, #0b5cad) 30%, var(--sheet, #ffffff))',
  bad: 'var(--bad, #b3261e)',
} as const;
export type Colour = keyof typeof colours;

const FONT = "system-ui, 'Segoe UI', 'Helvetica Neue', 'Liberation Sans', Arial, sans-serif";

/** Pixels that a letter takes, about, at the size of the labels. */
export const LETTER = 6.4;

export interface TextStyle {
  readonly anchor?: 'start' | 'middle' | 'end';
  readonly colour?: Colour;
  readonly weight?: number;
}

export function text(x: number, y: number, words: string, style: TextStyle = {}): string {
  const { anchor = 'start', colour = 'text', weight = 400 } = style;
  const look = `fill:${colours[colour]};font-weight:${weight};text-anchor:${anchor}`;
  return `<text x="${at(x)}" y="${at(y)}" style="${look}">${escaped(words)}</text>`;
}

export function line(
  from: readonly [number, number],
  to: readonly [number, number],
  colour: Colour,
  width = 1,
): string {
  const place = `x1="${at(from[0])}" y1="${at(from[1])}" x2="${at(to[0])}" y2="${at(to[1])}"`;
  return `<line ${place} style="stroke:${colours[colour]};stroke-width:${width}"/>`;
}

export function polyline(points: readonly (readonly [number, number])[], colour: Colour): string {
  const places = points.map(([x, y]) => `${at(x)},${at(y)}`).join(' ');
  return `<polyline points="${places}" style="fill:none;stroke:${colours[colour]};stroke-width:1.5"/>`;
}

export const box = (x: number, y: number, width: number, height: number, colour: Colour): string =>
  `<rect x="${at(x)}" y="${at(y)}" width="${at(width)}" height="${at(height)}" style="fill:${colours[colour]}"/>`;

export const dot = (x: number, y: number, colour: Colour, title: string): string =>
  `<circle cx="${at(x)}" cy="${at(y)}" r="3.5" style="fill:${colours[colour]}"><title>${escaped(title)}</title></circle>`;

/** A picture that needs nothing but itself. */
export function picture(width: number, height: number, title: string, parts: readonly string[]): string {
  const [w, h] = [at(width), at(height)];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${w}" height="${h}" viewBox="0 0 ${w} ${h}" role="img" ` +
      `aria-label="${escaped(title)}" style="font:12px ${escaped(FONT)};max-width:100%;height:auto">`,
    `<title>${escaped(title)}</title>`,
    box(0, 0, width, height, 'sheet'),
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** Half pixels are enough. */
const at = (value: number): number => Math.round(value * 2) / 2;

/** Round numbers from 0, or from near `least`, to at least `greatest`; about `count` of them. */
export function ticks(least: number, greatest: number, count: number): number[] {
  const span = greatest > least ? greatest - least : 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = power * ([1, 2, 5, 10].find((digit) => power * digit * count >= span) ?? 10);
  const first = Math.floor(least / step);
  const last = Math.max(first + 1, Math.ceil(greatest / step - 1e-9));
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)));
}
