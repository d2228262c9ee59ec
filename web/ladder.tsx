import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import { linesOf, type LadderLine, type PacketLine } from '../lib/capture/ladder/lines.ts';
import type { Ladder, LadderHop } from '../lib/capture/ladder/model.ts';
import { noteMeaning, noteText } from '../lib/capture/ladder/note-words.ts';
import { counted, formatTime, formatValue, grouped } from './format.ts';
import { ManyRows } from './many-rows.tsx';
import { indexAt } from './scale.ts';
import { useWidth } from './use-width.ts';

const ROW_HEIGHT = 24;
const HEIGHT = 560;
const TIME_WIDTH = 108;
const WORDS_WIDTH = 300;
const COLUMN_WIDTH_MAX = 130;

interface LadderViewProps {
  readonly ladder: Ladder;
  readonly packet: number | undefined;
  /** Where the cursor of the timeline was set. */
  readonly time: number | undefined;
  readonly onPacket: (packet: number, time: number) => void;
}

/** One session on its way through the lab, time downwards. */
export function LadderView({ ladder, packet, time, onPacket }: LadderViewProps): VNode {
  const [all, setAll] = useState(false);
  const [chosen, setChosen] = useState(-1);
  const [ref, width] = useWidth<HTMLDivElement>();
  const lines = useMemo(() => linesOf(ladder, { all }), [ladder, all]);
  const times = useMemo(() => lines.map((line) => line.time), [lines]);
  const columns = ladder.columns.length;
  const room = Math.min(columns * COLUMN_WIDTH_MAX, width - TIME_WIDTH - WORDS_WIDTH - 60);
  const drawing = { columns, width: Math.max(240, room) };
  useEffect(() => {
    if (time !== undefined) setChosen(Math.max(0, nearest(lines, times, time, packet)));
  }, [time, packet, lines]);
  return (
    <div ref={ref}>
      <div class="bar-of-controls ladder-controls">
        <label>
          <input type="checkbox" checked={all} onChange={({ currentTarget }) => setAll(currentTarget.checked)} /> every
          packet, also those that are like others before them
        </label>
        <span class="quiet" role="status">
          {counted(lines.length, 'line')}
          {ladder.omitted > 0 && `, ${grouped(ladder.omitted)} left out`}
        </span>
      </div>
      <div class="ladder-head" aria-hidden="true">
        <span style={{ width: `${TIME_WIDTH}px` }} />
        <svg width={drawing.width} height={22}>
          {ladder.columns.map((name, column) => (
            <text x={columnX(column, drawing)} y={15} text-anchor="middle" key={name}>
              {name}
            </text>
          ))}
        </svg>
      </div>
      <ManyRows
        label="Ladder of the session"
        count={lines.length}
        rowHeight={ROW_HEIGHT}
        height={Math.min(HEIGHT, lines.length * ROW_HEIGHT + 2)}
        chosen={chosen}
        onChoose={(index) => {
          setChosen(index);
          const line = lines[index];
          if (line.is === 'packet' && line.packet !== 0) onPacket(line.packet, line.time);
        }}
        classOf={(index) => classOf(lines[index], packet)}
        row={(index) => <Line line={lines[index]} ladder={ladder} drawing={drawing} />}
      />
    </div>
  );
}

/** The line of that packet at about that time, or the last one before that time. */
function nearest(
  lines: readonly LadderLine[],
  times: readonly number[],
  time: number,
  packet: number | undefined,
): number {
  const before = indexAt(times, time);
  const isOf = (index: number): boolean => {
    const line = lines.at(index);
    return line?.is === 'packet' && line.packet === packet;
  };
  for (let far = 0; packet !== undefined && far < 500; far++) {
    if (before - far >= 0 && isOf(before - far)) return before - far;
    if (isOf(before + far)) return before + far;
  }
  return before;
}

function classOf(line: LadderLine, packet: number | undefined): string {
  if (line.is === 'packet') return packet !== undefined && line.packet === packet ? 'same' : '';
  return `is-${line.is}`;
}

interface Drawing {
  readonly columns: number;
  readonly width: number;
}

const columnX = (column: number, { columns, width }: Drawing): number => ((column + 0.5) * width) / columns;

function Line({ line, ladder, drawing }: { line: LadderLine; ladder: Ladder; drawing: Drawing }): VNode {
  const parts = (picture: ComponentChildren, words: ComponentChildren): VNode => (
    <>
      <time style={{ width: `${TIME_WIDTH}px` }} class="quiet">
        {formatTime(line.time)}
      </time>
      <svg class="lanes" width={drawing.width} height={ROW_HEIGHT} aria-hidden="true">
        {ladder.columns.map((name, column) => (
          <line
            class="lane"
            x1={columnX(column, drawing)}
            x2={columnX(column, drawing)}
            y1={0}
            y2={ROW_HEIGHT}
            key={name}
          />
        ))}
        {picture}
      </svg>
      <span class="rest">{words}</span>
    </>
  );
  switch (line.is) {
    case 'packet':
      return parts(<Arrows hops={line.hops} drawing={drawing} />, <PacketWords line={line} columns={ladder.columns} />);
    case 'note':
      return parts(
        <circle
          class={`note ${noteMeaning(line.type)}`}
          cx={columnX(line.column, drawing)}
          cy={ROW_HEIGHT / 2}
          r={4}
        />,
        <span class={`tone-${noteMeaning(line.type)}`}>
          {ladder.columns[line.column]}: {noteText(line)}
        </span>,
      );
    case 'mark':
      return parts(null, <strong class="tone-fault">{line.what}</strong>);
    case 'silence':
      return parts(null, <span class="quiet">silence for {formatValue(line.duration, 'us')}</span>);
    case 'folded':
      return parts(
        null,
        <span class="quiet">
          {counted(line.forward + line.reverse, 'packet')} like those before, until {formatTime(line.until)}
          {line.dropped && <span class="fails"> dropped ({line.dropped.reason})</span>}
        </span>,
      );
  }
}

function Arrows({ hops, drawing }: { hops: readonly LadderHop[]; drawing: Drawing }): VNode {
  const y = ROW_HEIGHT / 2;
  return (
    <>
      {hops.map((hop, i) => {
        const from = columnX(hop.from, drawing);
        const end = columnX(hop.to, drawing);
        const side = Math.sign(end - from);
        const to = hop.dropped?.by === 'link' ? from + (end - from) * 0.55 : end - side * 2;
        return (
          <g class={`hop kind-${hop.kind}`} key={i}>
            {hop.rewritten && (
              <rect class="rewrite" x={from - 4} y={y - 4} width={8} height={8} transform={`rotate(45 ${from} ${y})`} />
            )}
            <path class="shaft" d={`M${from} ${y}H${to}`} />
            {hop.dropped ? (
              <path class="lost" d={`M${to - 5} ${y - 5}l10 10m0 -10l-10 10`} />
            ) : (
              <path class="head" d={`M${to} ${y}l${-side * 8} -4v8z`} />
            )}
          </g>
        );
      })}
    </>
  );
}

function PacketWords({ line: { hops, packet }, columns }: { line: PacketLine; columns: readonly string[] }): VNode {
  const named = hops.find(({ label }) => label !== '') ?? hops[0];
  const lost = hops.find(({ dropped }) => dropped);
  const way = [hops[0].from, ...hops.map(({ to }) => to)].map((column) => columns[column]).join(' to ');
  return (
    <>
      <span class="unseen">{way}: </span>
      {named.label !== '' && <strong class={`words-${named.kind}`}>{named.label} </strong>}
      <span class="quiet">{named.content}</span>
      {lost?.dropped && <span class="fails"> lost: {lost.dropped.reason}</span>}
      {packet !== 0 && <span class="quiet"> #{packet}</span>}
    </>
  );
}
