import type { Unit } from '../lab/scenario.ts';
import { describeMeasured } from './describe.ts';
import { tellingMeasures, type CampaignResult, type CellResult, type MeasureResult } from './result.ts';
import { box, dot, LETTER, line, picture, polyline, text, ticks } from './svg.ts';

export interface CampaignPlot {
  /** For a file: letters, digits and dashes. */
  readonly name: string;
  readonly title: string;
  readonly svg: string;
}

/** More plots than these nobody looks at. */
const PLOTS_MAX = 24;

/** Panels of a plot; of more cells, those beyond have their rows in the tables. */
const PANELS_MAX = 36;

const PANEL = { width: 230, height: 170, gap: 18, columns: 4 } as const;
const MARGIN = { left: 70, right: 16, top: 54, bottom: 46 } as const;

/** A plot for each measure that did not come out the same everywhere: recoveries first, then losses, then the rest. */
export function campaignPlots(result: CampaignResult): CampaignPlot[] {
  const rank = (name: string): number => ['recovery of', 'lost of'].findIndex((word) => name.startsWith(word)) >>> 0;
  const names = tellingMeasures(result).toSorted((a, b) => rank(a) - rank(b));
  const draw = result.vary.length === 0 ? drawCurve : drawPanels;
  return names.slice(0, PLOTS_MAX).map((title, i) => ({
    name: `${String(i + 1).padStart(2, '0')}-${title.replaceAll(/[^A-Za-z0-9]+/g, '-').slice(0, 60)}`,
    title,
    svg: draw(title, result),
  }));
}

const measureOf = ({ measures }: CellResult, name: string): MeasureResult | undefined =>
  measures.find(({ what }) => what === name);

/** Where values stand on an axis of pixels; what never came to be stands at its end. */
interface Scale {
  readonly marks: readonly number[];
  readonly unit: Unit;
  readonly at: (value: number | null) => number;
}

function scaleOf(measures: readonly MeasureResult[], from: number, to: number, fromZero: boolean): Scale {
  const values = measures.flatMap(({ curve }) => curve.flatMap((value) => value ?? []));
  const marks = ticks(fromZero ? 0 : Math.min(...values, Infinity), Math.max(...values, 0), 4);
  const [least, greatest] = [marks[0], marks[marks.length - 1]];
  const at = (value: number | null): number =>
    value === null ? to : from + ((to - from) * (value - least)) / (greatest - least);
  return { marks, unit: measures[0]?.unit ?? 'count', at };
}

const describeMark = (mark: number, { unit }: Scale): string => (mark === 0 ? '0' : describeMeasured(mark, unit));

/** Without anything varied: which share of runs stayed at or below each value. */
function drawCurve(title: string, { cells }: CampaignResult): string {
  const measure = measureOf(cells[0], title);
  if (!measure) return picture(0, 0, title, []);
  const [width, height] = [560, 220];
  const right = MARGIN.left + width;
  const bottom = MARGIN.top + height;
  const scale = scaleOf([measure], MARGIN.left, right - 20, false);
  const share = (percent: number): number => bottom - (height * percent) / 100;
  const parts = [
    text(MARGIN.left, 20, title, { weight: 650 }),
    text(MARGIN.left, 38, `share of ${measure.runs} runs that stay at or below`, { colour: 'quiet' }),
    ...[0, 25, 50, 75, 100].flatMap((percent) => [
      line([MARGIN.left, share(percent)], [right, share(percent)], 'rule'),
      text(MARGIN.left - 8, share(percent) + 4, `${percent}%`, { anchor: 'end', colour: 'quiet' }),
    ]),
    ...scale.marks.map((mark) =>
      text(scale.at(mark), bottom + 18, describeMark(mark, scale), { anchor: 'middle', colour: 'quiet' }),
    ),
    polyline(
      measure.curve.map((value, i) => [scale.at(value), share(5 * i)]),
      'accent',
    ),
    ...measure.curve.map((value, i) =>
      dot(
        scale.at(value),
        share(5 * i),
        value === null ? 'bad' : 'accent',
        `${5 * i}%: ${describeMeasured(value, scale.unit)}`,
      ),
    ),
  ];
  return picture(right + MARGIN.right, bottom + MARGIN.bottom, title, parts);
}

/** Cells that differ in nothing but the first key: one panel of small multiples. */
interface Panel {
  readonly label: string;
  readonly cells: readonly CellResult[];
}

function panelsOf({ cells, vary }: CampaignResult): Panel[] {
  const panels = new Map<string, CellResult[]>();
  for (const cell of cells) {
    const label = vary
      .slice(1)
      .map(({ key }, i) => `${lastWord(key)} ${cell.values[i + 1]}`)
      .join(', ');
    const panel = panels.get(label);
    if (panel) panel.push(cell);
    else panels.set(label, [cell]);
  }
  return Array.from(panels, ([label, cells]) => ({ label, cells })).slice(0, PANELS_MAX);
}

const lastWord = (key: string): string => key.split(' ').at(-1) ?? key;

/** Small multiples on one scale: the first key to the right, a panel for each choice of the others. */
function drawPanels(title: string, result: CampaignResult): string {
  const panels = panelsOf(result);
  const columns = Math.min(panels.length, result.vary[1]?.values.length ?? 1, PANEL.columns);
  const rows = Math.ceil(panels.length / columns);
  const measures = result.cells.flatMap((cell) => measureOf(cell, title) ?? []);
  const scale = scaleOf(measures, PANEL.height - 12, 26, true);
  const pitch = { x: PANEL.width + PANEL.gap, y: PANEL.height + 34 };
  const inner = panels.flatMap((panel, i) => {
    const left = MARGIN.left + (i % columns) * pitch.x;
    const top = MARGIN.top + Math.floor(i / columns) * pitch.y;
    return drawPanel(panel, title, scale, left, top, i % columns === 0);
  });
  const width = Math.max(
    MARGIN.left + columns * pitch.x - PANEL.gap + MARGIN.right,
    480,
    LETTER * 1.1 * title.length + 90,
  );
  const height = MARGIN.top + rows * pitch.y + 20;
  return picture(width, height, title, [
    text(MARGIN.left, 20, title, { weight: 650 }),
    text(MARGIN.left, 38, 'dot: median; bar: up to p90; cross line: p99; thin line: least to greatest', {
      colour: 'quiet',
    }),
    ...inner,
    text(MARGIN.left, height - 10, `to the right: ${result.vary[0].key}`, { colour: 'quiet' }),
  ]);
}

function drawPanel(
  { label, cells }: Panel,
  title: string,
  scale: Scale,
  left: number,
  top: number,
  isFirst: boolean,
): string[] {
  const x = (i: number): number => left + (PANEL.width * (i + 0.5)) / cells.length;
  const y = (value: number | null): number => top + scale.at(value);
  const found = cells.map((cell) => measureOf(cell, title));
  const medians = found.flatMap((measure, i): [number, number][] =>
    measure && measure.percentiles.p50 !== null ? [[x(i), y(measure.percentiles.p50)]] : [],
  );
  return [
    text(left, top + 8, label, { weight: 600 }),
    ...scale.marks.flatMap((mark) => [
      line([left, y(mark)], [left + PANEL.width, y(mark)], 'rule'),
      ...(isFirst ? [text(left - 8, y(mark) + 4, describeMark(mark, scale), { anchor: 'end', colour: 'quiet' })] : []),
    ]),
    ...found.flatMap((measure, i) => (measure ? drawWhisker(measure, x(i), y, scale.unit) : [])),
    polyline(medians, 'accent'),
    ...cells.map(({ values }, i) =>
      text(x(i), top + PANEL.height + 6, values[0], { anchor: 'middle', colour: 'quiet' }),
    ),
  ];
}

function drawWhisker(
  { percentiles, runs }: MeasureResult,
  x: number,
  y: (value: number | null) => number,
  unit: Unit,
): string[] {
  const { p0, p50, p90, p99, max } = percentiles;
  const words = (value: number | null): string => describeMeasured(value, unit);
  const story = `median ${words(p50)}, p90 ${words(p90)}, p99 ${words(p99)}, ${words(p0)} to ${words(max)} in ${runs} runs`;
  return [
    line([x, y(p0)], [x, y(max)], 'quiet'),
    box(x - 5, y(p90), 10, Math.max(0, y(p50) - y(p90)), 'wash'),
    line([x - 6, y(p99)], [x + 6, y(p99)], 'quiet', 1.5),
    ...(max === null ? [text(x, y(null) - 4, 'never', { anchor: 'middle', colour: 'bad' })] : []),
    dot(x, y(p50), p50 === null ? 'bad' : 'accent', story),
  ];
}
