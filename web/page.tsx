import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { Report } from '../lib/report/report.ts';
import { Attacks } from './attacks.tsx';
import { CounterTable } from './counters.tsx';
import { Events } from './events.tsx';
import { counted } from './format.ts';
import { Headline } from './headline.tsx';
import type { PacketStore } from './packet-store.ts';
import { SessionPackets } from './session-packets.tsx';
import { Sessions } from './sessions.tsx';
import { Sheet } from './sheet.tsx';
import { Timeline } from './timeline.tsx';
import { TopologyDrawing } from './topology.tsx';
import { TrafficTable } from './traffic.tsx';
import { Verdicts } from './verdicts.tsx';

const subjects = [
  ['topology', 'Lab'],
  ['verdicts', 'Verdicts'],
  ['controls', 'What to do to it'],
  ['attacks', 'Attacks'],
  ['timeline', 'Timeline'],
  ['sessions', 'Sessions'],
  ['ladder', 'Ladder'],
  ['events', 'Events'],
  ['counters', 'Counters'],
] as const;

interface PageProps {
  readonly report: Report;
  /** Undefined as long as they are not there. */
  readonly packets: PacketStore | undefined;
  readonly hasCapture: boolean;
  /** What can be done to the lab, if it is up. */
  readonly controls?: VNode;
}

/** A moment that was chosen, with the packet that it is about. */
interface Chosen {
  readonly time: number;
  readonly packet?: number;
}

/** Everything about one run. */
export function Page({ report, packets, hasCapture, controls }: PageProps): VNode {
  const { topology, traffic, attacks, plots, faults, verdicts, events, counters, sessions, about } = report;
  const [cursor, setCursor] = useState<number | undefined>(undefined);
  const [chosen, setChosen] = useState<Chosen | undefined>(undefined);
  const [wanted, setSession] = useState<string | undefined>(undefined);
  const session = wanted ?? sessions[0]?.id;
  const choose = (time: number, packet?: number): void => {
    setCursor(time);
    setChosen(packet === undefined ? { time } : { time, packet });
    const owner = packet === undefined ? undefined : packets?.sessionOf(packet);
    if (owner !== undefined) setSession(owner);
  };
  return (
    <>
      <a class="skip" href="#timeline">
        To the timeline
      </a>
      <Headline report={report} />
      <nav aria-label="Subjects">
        <ul>
          {subjects
            .filter(([id]) => id !== (controls ? 'verdicts' : 'controls') && (id !== 'attacks' || attacks))
            .map(([id, title]) => (
              <li key={id}>
                <a href={`#${id}`}>{title}</a>
              </li>
            ))}
        </ul>
      </nav>
      <main class="sheets">
        <Sheet id="topology" title="Lab" width="wide">
          <TopologyDrawing topology={topology} />
          <TrafficTable traffic={traffic} />
        </Sheet>
        {controls ?? (
          <Sheet id="verdicts" title="Verdicts" width="narrow">
            <Verdicts verdicts={verdicts} onEvidence={({ time, packet }) => choose(time, packet)} />
          </Sheet>
        )}
        {attacks && (
          <Sheet id="attacks" title="Attacks">
            <Attacks {...attacks} />
          </Sheet>
        )}
        <Sheet
          id="timeline"
          title="Timeline"
          about="Faults are shaded. Arrow keys move the cursor, Page Up and Page Down go from fault to fault."
        >
          <Timeline
            begin={about.begin}
            duration={about.duration}
            plots={plots}
            faults={faults}
            cursor={cursor}
            onCursor={(time, isChosen) => (isChosen ? choose(time) : setCursor(time))}
          />
        </Sheet>
        <Sheet id="sessions" title="Sessions" about={counted(sessions.length, 'session')}>
          <Sessions sessions={sessions} chosen={session} onChoose={setSession} />
        </Sheet>
        {hasCapture && session !== undefined && (
          <Sheet id="ladder" title="Ladder" about={`every hop of session ${session}, time downwards`}>
            <SessionPackets
              packets={packets}
              session={session}
              events={events}
              packet={chosen?.packet}
              time={chosen?.time}
              onPacket={(packet, time) => choose(time, packet)}
            />
          </Sheet>
        )}
        <Sheet id="events" title="Events">
          <Events
            events={events}
            onChoose={({ time, packet, session: owner }) => {
              choose(time, packet);
              if (owner !== undefined) setSession(owner);
            }}
          />
        </Sheet>
        <Sheet id="counters" title="Counters that moved">
          <CounterTable counters={counters} />
        </Sheet>
      </main>
    </>
  );
}
