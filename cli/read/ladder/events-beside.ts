import { createReadStream, existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { CLOCK_EVENTS_MAX, isTold, type LadderEvent } from '../../../lib/capture/ladder/run-clock.ts';
import { outputNames } from '../../outputs.ts';

/** Events that are kept; a run has far fewer that a ladder tells of. */
const EVENTS_MAX = 100_000;

/**
 * The events of the run that a capture was left by: those that a ladder tells of, and the first about packets, by which
 * their times are found. None if they do not lie beside the capture.
 */
export async function eventsBeside(capture: string): Promise<readonly LadderEvent[]> {
  const path = join(dirname(capture), outputNames.events);
  if (capture === '-' || !existsSync(path)) return [];
  const events: LadderEvent[] = [];
  let aboutPackets = 0;
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  for await (const line of lines) {
    const event = parseEvent(line);
    if (event && (isTold(event) || (event.packet !== undefined && aboutPackets++ < CLOCK_EVENTS_MAX)))
      events.push(event);
    if (events.length === EVENTS_MAX) break;
  }
  return events;
}

/** Undefined for a line that is no event: the last one, of a run that was killed. */
function parseEvent(line: string): LadderEvent | undefined {
  try {
    const event = JSON.parse(line) as Partial<LadderEvent> | null;
    const { time, node, type } = event ?? {};
    const isEvent = typeof time === 'number' && typeof node === 'string' && typeof type === 'string';
    return isEvent ? (event as LadderEvent) : undefined;
  } catch {
    return undefined;
  }
}
