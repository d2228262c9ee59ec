import { existsSync, readFileSync } from 'node:fs';
import { mergeCaptures } from '../../lib/capture/capture-file.ts';
import { CaptureReader } from '../../lib/capture/capture-reader.ts';
import { PacketIds } from '../../lib/capture/packet-ids.ts';
import type { CaptureSink, EventSink, LabEvent } from '../../lib/lab/fabric.ts';
import type { LabLink } from '../../lib/lab/scenario.ts';
import type { Instant } from '../../lib/time.ts';
import { FileSource } from '../file-source.ts';

/** Packets whose ids go from node to node; of a longer run the first have ids of their own at each. */
const PACKETS_MAX = 1_000_000;

export interface Recordings {
  /** Files of one recording each; those that are missing are left out. */
  readonly paths: readonly { readonly events: string; readonly capture: string }[];
  /** What the fabric did itself. */
  readonly ownEvents: readonly LabEvent[];
  readonly links: readonly LabLink[];
  readonly epoch: Instant;
}

/** Joins what the nodes recorded, in order of time, with ids that follow a packet from node to node. Returns these. */
export function mergeRecordings(recordings: Recordings, events: EventSink, capture: CaptureSink): PacketIds {
  const ids = new PacketIds(recordings.links, PACKETS_MAX);
  readCaptures(recordings, { packet: (packet) => ids.see(packet) });
  readCaptures(recordings, { packet: (packet) => capture.packet({ ...packet, id: ids.idOf(packet.node, packet.id) }) });
  const told = recordings.paths.flatMap(({ events }) => readEvents(events));
  for (const event of [...told, ...recordings.ownEvents].sort((a, b) => a.time - b.time)) {
    events.event(event.packet === undefined ? event : { ...event, packet: ids.idOf(event.node, event.packet) });
  }
  return ids;
}

function readCaptures({ paths, epoch }: Recordings, sink: CaptureSink): void {
  const sources = paths.filter(({ capture }) => existsSync(capture)).map(({ capture }) => new FileSource(capture));
  try {
    const readers = sources.map((source) => new CaptureReader(source));
    mergeCaptures(readers, epoch, sink);
  } finally {
    for (const source of sources) source.close();
  }
}

/** The last line of a process that was killed may be cut short. */
function readEvents(path: string): LabEvent[] {
  if (!existsSync(path)) return [];
  return readFileSync(path, 'utf8')
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as LabEvent);
}
