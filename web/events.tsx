import type { VNode } from 'preact';
import { useCallback, useMemo, useState } from 'preact/hooks';
import type { ReportEvent } from '../lib/report/report.ts';
import { counted, formatTime } from './format.ts';
import { ManyRows } from './many-rows.tsx';

interface EventsProps {
  readonly events: readonly ReportEvent[];
  readonly onChoose: (event: ReportEvent) => void;
}

/** What routers, middleboxes and the lab have told, with a search over all of it. */
export function Events({ events, onChoose }: EventsProps): VNode {
  const [wanted, setWanted] = useState('');
  const [chosen, setChosen] = useState(-1);
  const shown = useMemo(() => {
    const words = wanted.toLowerCase().split(/\s+/);
    return events.filter((event) => words.every((word) => searched(event).includes(word)));
  }, [events, wanted]);
  const row = useCallback((index: number) => ({ content: <EventRow event={shown[index]} /> }), [shown]);
  return (
    <>
      <div class="bar-of-controls" style={{ marginBottom: '8px' }}>
        <label>
          <span class="quiet">Find </span>
          <input
            type="search"
            value={wanted}
            placeholder="spoke health-check"
            onInput={({ currentTarget }) => {
              setWanted(currentTarget.value);
              setChosen(-1);
            }}
          />
        </label>
        <span class="quiet" role="status">
          {counted(shown.length, 'event')}
        </span>
      </div>
      <ManyRows
        label="Events"
        count={shown.length}
        rowHeight={24}
        height={Math.min(384, Math.max(48, shown.length * 24 + 2))}
        chosen={chosen}
        onChoose={(index) => {
          setChosen(index);
          onChoose(shown[index]);
        }}
        row={row}
      />
    </>
  );
}

const searched = ({ node, type, text, packet, session }: ReportEvent): string =>
  `${node} ${type} ${text} ${packet ?? ''} ${session ?? ''}`.toLowerCase();

function EventRow({ event: { time, node, type, text, tone, packet } }: { event: ReportEvent }): VNode {
  return (
    <>
      <time class="quiet">{formatTime(time)}</time>
      <span class="node">{node}</span>
      <span class="mono quiet" style={{ minWidth: '160px' }}>
        {type}
      </span>
      <span class={`rest tone-${tone}`}>
        {text}
        {packet !== undefined && <span class="quiet"> packet {packet}</span>}
      </span>
    </>
  );
}
