import type { VNode } from 'preact';
import { useEffect, useMemo, useState } from 'preact/hooks';
import type { Ladder } from '../lib/capture/ladder/model.ts';
import type { ReportEvent } from '../lib/report/report.ts';
import { LadderView } from './ladder.tsx';
import type { PacketStore } from './packet-store.ts';
import { PacketView } from './packet.tsx';

interface SessionPacketsProps {
  readonly packets: PacketStore | undefined;
  readonly session: string;
  readonly events: readonly ReportEvent[];
  readonly packet: number | undefined;
  readonly time: number | undefined;
  readonly onPacket: (packet: number, time: number) => void;
}

/** The ladder of a session, and beside it the packet that was chosen. */
export function SessionPackets({ packets, session, events, packet, time, onPacket }: SessionPacketsProps): VNode {
  const count = packets?.count;
  const ladder = useLadder(packets, session, events);
  const sightings = useMemo(
    () => (packet === undefined ? undefined : packets?.journey(packet)),
    [packets, count, packet],
  );
  if (!packets || ladder === 'not yet') return <p role="status">Packets are being unpacked.</p>;
  if (!ladder) return <p class="quiet">No packet of this session was captured.</p>;
  return (
    <div class="ladder">
      <LadderView ladder={ladder} packet={packet} time={time} onPacket={onPacket} key={session} />
      {packet === undefined || !sightings ? (
        <p class="quiet hint">
          A packet that is chosen shows here what it is at every place where it was seen, and who changed what.
        </p>
      ) : (
        <PacketView id={packet} sightings={sightings} offset={packets.offset} />
      )}
    </div>
  );
}

/** The ladder of a session; the one before stays until a newer one of the same session is there. */
function useLadder(
  packets: PacketStore | undefined,
  session: string,
  events: readonly ReportEvent[],
): Ladder | undefined | 'not yet' {
  const [drawn, setDrawn] = useState<{ readonly of: string; readonly ladder: Ladder | undefined }>();
  useEffect(() => {
    let isWanted = true;
    void packets?.ladder(session, events).then((ladder) => {
      if (isWanted) setDrawn({ of: session, ladder });
    });
    return () => {
      isWanted = false;
    };
  }, [packets, packets?.count, session, events]);
  return drawn?.of === session ? drawn.ladder : 'not yet';
}
