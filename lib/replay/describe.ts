import type { AnswerRecord, OutputRecord } from './records.ts';
import type { Difference } from './replay.ts';

/** What a device did otherwise, in words; `ports` are the names of its ports. */
export function describeDifference({ input, recorded, replayed }: Difference, ports: readonly string[]): string {
  const told = (what: Difference['recorded'] | Difference['replayed']): string =>
    what === undefined ? 'nothing more' : typeof what === 'string' ? `a draw by '${what}'` : describe(what, ports);
  const place = differenceIn(recorded, replayed);
  return `at input ${input}: ${told(replayed)} instead of ${told(recorded)}${place}`;
}

function describe(what: OutputRecord | AnswerRecord, ports: readonly string[]): string {
  switch (what.kind) {
    case 'transmit':
      return `a frame of ${what.bytes.length} bytes at ${ports[what.port]}`;
    case 'put':
      return `'${what.key}' put into the store, ${what.value.length} bytes`;
    case 'delete':
      return `'${what.key}' deleted from the store`;
    case 'restart':
    case 'complete':
      return `'${what.kind}' told to the store`;
    case 'change':
      return `'${what.change}' heard from the store`;
    case 'store':
      return 'a look at the store';
    case 'unit':
    case 'below':
    case 'fill':
      return `a draw by '${what.kind}'`;
  }
}

/** Where two frames of one port begin to differ. */
function differenceIn(recorded: Difference['recorded'], replayed: Difference['replayed']): string {
  if (recorded?.kind !== 'transmit' || typeof replayed !== 'object' || replayed.kind !== 'transmit') return '';
  const at = replayed.bytes.findIndex((byte, i) => byte !== recorded.bytes[i]);
  if (at < 0 || recorded.port !== replayed.port) return '';
  const hex = (byte: number | undefined): string =>
    byte === undefined ? 'the end' : `0x${byte.toString(16).padStart(2, '0')}`;
  return `; byte ${at} is ${hex(replayed.bytes[at])} instead of ${hex(recorded.bytes[at])}`;
}
