import type { VNode } from 'preact';
import { useMemo } from 'preact/hooks';
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
  const ladder = useMemo(() => packets?.ladder(session, events), [packets, count, session, events]);
  const sightings = useMemo(
    () => (packet === undefined ? undefined : packets?.journey(packet)),
    [packets, count, packet],
  );
  if (!packets) return <p role="status">Packets are being unpacked.</p>;
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
