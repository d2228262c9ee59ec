import type { VNode } from 'preact';
import type { FaultWindow, Plot, Series } from '../lib/report/report.ts';
import { formatTick, formatTime, formatValue } from './format.ts';
import { indexAt, roundUp, ticks } from './scale.ts';
import { useWidth } from './use-width.ts';

const LEFT = 176;
const RIGHT = 14;
const PLOT_HEIGHT = 66;
const PLOT_GAP = 20;
const FLAG_HEIGHT = 15;
const AXIS_HEIGHT = 20;

interface TimelineProps {
  /** Where the axis of time begins and ends. */
  readonly begin: number;
  readonly duration: number;
  readonly plots: readonly Plot[];
  readonly faults: readonly FaultWindow[];
  readonly cursor: number | undefined;
  readonly onCursor: (time: number, isChosen: boolean) => void;
}

/** What was measured over the time of the run, with the faults shaded over it. The cursor moves by pointer or by arrow keys. */
export function Timeline({ begin, duration, plots, faults, cursor, onCursor }: TimelineProps): VNode {
  const [ref, width] = useWidth<HTMLDivElement>();
  const shown = plots.filter(({ series }) => series.length > 0);
  const x = (time: number): number =>
    LEFT + ((Math.max(begin, time) - begin) / (duration - begin)) * (width - LEFT - RIGHT);
  const flags = placeFlags(faults, x, width);
  const lanes = Math.max(0, ...flags.map(({ lane }) => lane + 1));
  const top = lanes * FLAG_HEIGHT + 8;
  const bottom = top + shown.length * (PLOT_HEIGHT + PLOT_GAP) - PLOT_GAP;
  const step = ticks(duration - begin, Math.max(4, Math.floor(width / 110)))[1] ?? duration;
  const marks = ticks(duration, duration / step).filter((time) => time >= begin);
  const timeAt = ({ clientX, currentTarget }: { clientX: number; currentTarget: Element }): number => {
    const at = clientX - currentTarget.getBoundingClientRect().left;
    const share = (at - LEFT) / (width - LEFT - RIGHT);
    return Math.min(duration, Math.max(begin, begin + share * (duration - begin)));
  };
  return (
    <div
      class="timeline"
      ref={ref}
      role="slider"
      tabIndex={0}
      aria-label="Time of the run"
      aria-valuemin={begin}
      aria-valuemax={duration}
      aria-valuenow={cursor ?? begin}
      aria-valuetext={inWords(cursor ?? begin, shown, faults)}
      onPointerMove={(event) => onCursor(timeAt(event), false)}
      onClick={(event) => onCursor(timeAt(event), true)}
      onKeyDown={(event) => {
        const next = timeByKey(event.key, cursor ?? begin, [begin, duration], faults);
        if (next === undefined) return;
        event.preventDefault();
        onCursor(next, true);
      }}
    >
      <svg viewBox={`0 0 ${width} ${bottom + AXIS_HEIGHT}`} height={bottom + AXIS_HEIGHT} aria-hidden="true">
        {marks.map((time) => (
          <g key={time}>
            <line class="grid" x1={x(time)} x2={x(time)} y1={top} y2={bottom} />
            <text x={x(time)} y={bottom + 15} text-anchor="middle">
              {formatTick(time, step)}
            </text>
          </g>
        ))}
        {faults.map(({ start, end, what }) => (
          <g key={`${start} ${what}`}>
            <title>{what}</title>
            <rect
              class="window"
              x={x(start)}
              y={top - 4}
              width={Math.max(0, x(end) - x(start))}
              height={bottom - top + 4}
            />
            <line class="edge" x1={x(start)} x2={x(start)} y1={top - 4} y2={bottom} />
          </g>
        ))}
        {flags.map(({ fault, at, lane, anchor }) => (
          <text
            class="flag"
            x={at}
            y={(lane + 1) * FLAG_HEIGHT - 3}
            text-anchor={anchor}
            key={`${fault.start} ${fault.what}`}
          >
            {fault.what}
          </text>
        ))}
        {shown.map((plot, i) => (
          <PlotRow
            plot={plot}
            x={x}
            top={top + i * (PLOT_HEIGHT + PLOT_GAP)}
            right={width - RIGHT}
            cursor={cursor}
            key={plot.name}
          />
        ))}
        {cursor !== undefined && <line class="cursor" x1={x(cursor)} x2={x(cursor)} y1={top - 4} y2={bottom} />}
      </svg>
    </div>
  );
}

interface Flag {
  readonly fault: FaultWindow;
  readonly at: number;
  readonly lane: number;
  readonly anchor: 'start' | 'end';
}

/** Words of the faults above their windows, in as many lanes as it takes for none to cover another. */
function placeFlags(faults: readonly FaultWindow[], x: (time: number) => number, width: number): Flag[] {
  const ends: number[] = [];
  return faults.map((fault) => {
    const length = fault.what.length * 6.4 + 12;
    const at = x(fault.start);
    const anchor = at + length > width ? 'end' : 'start';
    const [from, to] = anchor === 'start' ? [at, at + length] : [at - length, at];
    let lane = ends.findIndex((end) => end <= from);
    if (lane < 0) lane = ends.length;
    ends[lane] = to;
    return { fault, at, lane, anchor };
  });
}

interface PlotRowProps {
  readonly plot: Plot;
  readonly x: (time: number) => number;
  readonly top: number;
  readonly right: number;
  readonly cursor: number | undefined;
}

function PlotRow({ plot, x, top, right, cursor }: PlotRowProps): VNode {
  const { series, unit, title } = plot;
  const most = roundUp(highest(plot));
  const y = (value: number): number => top + PLOT_HEIGHT - (value / most) * PLOT_HEIGHT;
  return (
    <g>
      <line class="grid" x1={LEFT} x2={right} y1={y(0)} y2={y(0)} />
      <text x={LEFT - 8} y={y(0) + 2} text-anchor="end">
        0
      </text>
      <text x={LEFT - 8} y={top + 8} text-anchor="end">
        {formatValue(most, unit)}
      </text>
      <text class="title" x={0} y={top + 9}>
        {title}
      </text>
      {series.slice(0, 4).map((one, i) => (
        <g class={`series-${i}`} key={one.name}>
          <Shape plot={plot} series={one} stacked={series.slice(0, i)} x={x} y={y} />
          <text class="legend" x={0} y={top + 25 + i * 14}>
            {one.name}
            {cursor !== undefined && `: ${valueAt(one, plot, cursor)}`}
          </text>
        </g>
      ))}
    </g>
  );
}

interface ShapeProps {
  readonly plot: Plot;
  readonly series: Series;
  readonly stacked: readonly Series[];
  readonly x: (time: number) => number;
  readonly y: (value: number) => number;
}

/** The highest point of a plot; bars stand on each other. */
function highest({ series, shape }: Plot): number {
  const tops =
    shape === 'bars' ? [series[0].values.map((_, i) => sumAt(series, i))] : series.map(({ values }) => values);
  return Math.max(...tops.map((values) => values.reduce((a, b) => Math.max(a, b), 0)));
}

const sumAt = (series: readonly Series[], i: number): number => series.reduce((sum, { values }) => sum + values[i], 0);

/** Steps of nodes that have as many sessions would hide each other. */
const STEP_SHIFT = 1.6;

function Shape({ plot, series: { times, values }, stacked, x, y }: ShapeProps): VNode {
  const px = (value: number): string => value.toFixed(1);
  const bucket = times.length > 2 ? times[2] - times[1] : (times[1] ?? 0) - (times[0] ?? 0);
  switch (plot.shape) {
    case 'points':
      return (
        <path
          class="line"
          stroke-linecap="round"
          style={{ strokeWidth: 3.4 }}
          d={times.map((t, i) => `M${px(x(t))} ${px(y(values[i]))}h0`).join('')}
        />
      );
    case 'bars': {
      const w = Math.max(2, x((times[0] ?? 0) + bucket) - x(times[0] ?? 0) - 1);
      return (
        <path
          class="bar"
          d={times
            .map((t, i) =>
              values[i] > 0 ? barAt(x(t), w, y(sumAt(stacked, i)), y(sumAt(stacked, i) + values[i])) : '',
            )
            .join('')}
        />
      );
    }
    case 'steps':
      return (
        <path
          class="line"
          transform={`translate(0 ${-stacked.length * STEP_SHIFT})`}
          d={times
            .map((t, i) => (i === 0 ? `M${px(x(t))} ${px(y(values[i]))}` : `H${px(x(t))}V${px(y(values[i]))}`))
            .join('')}
        />
      );
    case 'line':
      return (
        <path
          class="line"
          d={times.map((t, i) => `${i === 0 ? 'M' : 'L'}${px(x(t + bucket / 2))} ${px(y(values[i]))}`).join('')}
        />
      );
  }
}

const barAt = (left: number, width: number, foot: number, top: number): string =>
  `M${left.toFixed(1)} ${foot.toFixed(1)}V${top.toFixed(1)}h${width.toFixed(1)}V${foot.toFixed(1)}z`;

function valueAt({ times, values }: Series, { unit, shape }: Plot, time: number): string {
  const at = indexAt(times, time);
  if (at < 0 || (shape === 'points' && time - times[at] > 500_000)) return '--';
  return formatValue(values[at], unit);
}

const standing = (time: number, faults: readonly FaultWindow[]): string[] =>
  faults.filter(({ start, end }) => start <= time && time <= end).map(({ what }) => what);

function inWords(time: number, plots: readonly Plot[], faults: readonly FaultWindow[]): string {
  const measured = plots.flatMap((plot) =>
    plot.series.map((series) => `${plot.title} ${series.name} ${valueAt(series, plot, time)}`),
  );
  return [formatTime(time), ...standing(time, faults), ...measured].join(', ');
}

/** Arrows go on by a hundredth of the run, page keys from fault to fault. */
function timeByKey(
  key: string,
  time: number,
  [begin, duration]: [number, number],
  faults: readonly FaultWindow[],
): number | undefined {
  const step = (duration - begin) / 100;
  const edges = faults.map(({ start }) => start).toSorted((a, b) => a - b);
  switch (key) {
    case 'ArrowRight':
    case 'ArrowUp':
      return Math.min(duration, time + step);
    case 'ArrowLeft':
    case 'ArrowDown':
      return Math.max(begin, time - step);
    case 'PageDown':
      return edges.find((edge) => edge > time) ?? duration;
    case 'PageUp':
      return edges.findLast((edge) => edge < time) ?? begin;
    case 'Home':
      return begin;
    case 'End':
      return duration;
    default:
      return undefined;
  }
}
