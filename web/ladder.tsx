import type { VNode } from 'preact';
import { useCallback, useEffect, useMemo, useState } from 'preact/hooks';
import { linesOf, type LadderLine, type PacketLine } from '../lib/capture/ladder/lines.ts';
import type { Ladder } from '../lib/capture/ladder/model.ts';
import { noteMeaning, noteText } from '../lib/capture/ladder/note-words.ts';
import { counted, formatTime, formatValue, grouped } from './format.ts';
import { LadderPicture, columnX, type Drawing } from './ladder-picture.tsx';
import { ManyRows } from './many-rows.tsx';
import { indexAt } from './scale.ts';
import { useWidth } from './use-width.ts';

const ROW_HEIGHT = 24;
const HEIGHT = 560;
const TIME_WIDTH = 108;
const GAP = 10;
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
  const drawing: Drawing = { columns, width: Math.max(240, room) };
  const row = useCallback(
    (index: number) => ({
      class: classOf(lines[index], packet),
      content: <Line line={lines[index]} columns={ladder.columns} width={drawing.width} />,
    }),
    [lines, packet, drawing.width],
  );
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
        row={row}
        picture={(from, to) => (
          <LadderPicture
            lines={lines.slice(from, to)}
            drawing={drawing}
            rowHeight={ROW_HEIGHT}
            left={TIME_WIDTH + 2 * GAP}
          />
        )}
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

interface LineProps {
  readonly line: LadderLine;
  readonly columns: readonly string[];
  /** Of the drawing, which lies over the rows. */
  readonly width: number;
}

function Line({ line, columns, width }: LineProps): VNode {
  return (
    <>
      <time class="quiet" style={{ width: `${TIME_WIDTH}px` }}>
        {formatTime(line.time)}
      </time>
      <span class="rest" style={{ marginLeft: `${width + GAP}px` }}>
        {wordsOf(line, columns)}
      </span>
    </>
  );
}

function wordsOf(line: LadderLine, columns: readonly string[]): VNode {
  switch (line.is) {
    case 'packet':
      return packetWords(line, columns);
    case 'note':
      return (
        <span class={`tone-${noteMeaning(line.type)}`}>
          {columns[line.column]}: {noteText(line)}
        </span>
      );
    case 'mark':
      return <strong class="tone-fault">{line.what}</strong>;
    case 'silence':
      return <span class="quiet">silence for {formatValue(line.duration, 'us')}</span>;
    case 'folded':
      return (
        <span class="quiet">
          {counted(line.forward + line.reverse, 'packet')} like those before, until {formatTime(line.until)}
          {line.dropped && <span class="fails"> dropped ({line.dropped.reason})</span>}
        </span>
      );
  }
}

function packetWords({ hops, packet }: PacketLine, columns: readonly string[]): VNode {
  const named = hops.find(({ label }) => label !== '') ?? hops[0];
  const lost = hops.find(({ dropped }) => dropped);
  const way = [hops[0].from, ...hops.map(({ to }) => to)].map((column) => columns[column]).join(' to ');
  return (
    <>
      <span class="unseen">{`${way}: `}</span>
      {named.label !== '' && <strong class={`words-${named.kind}`}>{`${named.label} `}</strong>}
      {lost?.dropped && <span class="fails">{`lost: ${lost.dropped.reason} `}</span>}
      <span class="quiet">{packet === 0 ? named.content : `${named.content} #${packet}`}</span>
    </>
  );
}
