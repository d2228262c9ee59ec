import type { CapturedFrame } from '../lib/capture/captured-frame.ts';
import { Dissection } from '../lib/capture/dissection.ts';
import { compileFilter, isFault, type Filter } from '../lib/capture/filter/compile.ts';
import { Sessions } from '../lib/capture/sessions.ts';
import { formatDiagnostic, Lines } from '../lib/diagnostic.ts';
import { InputError } from './exit.ts';

/** Reads a filter that somebody has typed. What makes no sense is pointed at. */
export function filterOf(text: string): Filter {
  const filter = compileFilter(text);
  if (!isFault(filter)) return filter;
  const { start, end, message, hint } = filter;
  const place = { file: 'filter', ...new Lines(text).span(start, end) };
  throw new InputError(formatDiagnostic({ ...place, message, ...(hint !== undefined && { hint }) }, text));
}

/** Asks a filter about packets as they come. It must be shown every packet, so that it can tell whose they are. */
export function selection(filter: Filter): (frame: CapturedFrame) => boolean {
  const packet = new Dissection({});
  const sessions = filter.needsSession ? new Sessions() : undefined;
  return (frame) => {
    packet.load(frame);
    sessions?.see(packet);
    return filter.test(packet);
  };
}
