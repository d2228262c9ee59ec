import { hopKinds } from '../../../lib/capture/ladder/hop-kinds.ts';
import type { Ladder, LadderHop, LadderMark, LadderNote } from '../../../lib/capture/ladder/model.ts';
import { noteText, noteWords } from '../../../lib/capture/ladder/note-words.ts';
import type { Folded } from '../../../lib/capture/ladder/lines.ts';
import { phraseOf } from '../../../lib/report/phrases.ts';
import { formatDuration, formatSeconds } from '../../units.ts';

/** What stands in a ladder in words. Several texts that say the same go from long to short. */

const shortLabels: Readonly<Record<string, string>> = {
  metadata: 'meta',
  'health check': 'check',
  'health check again': 'check again',
  'enable-metadata': 'enable',
  'disable-metadata': 'disable',
  acknowledgement: 'ack',
  fragment: 'frag',
};

export function hopTexts({ label, content }: LadderHop): readonly string[] {
  if (label === '') return [content, content.replace(/^TCP /, '')];
  return [...(content === '' ? [] : [`${label}, ${content}`]), label, shortLabels[label] ?? label];
}

export function rewriteTexts({ source, destination, rewritten }: LadderHop): readonly string[] {
  if (!rewritten) return [];
  const now = `${source} > ${destination}`;
  const isOneEnd = rewritten.source === source || rewritten.destination === destination;
  const [before, after] =
    rewritten.source === source ? [rewritten.destination, destination] : [rewritten.source, source];
  const what = rewritten.source === source ? 'destination' : 'source';
  return isOneEnd
    ? [
        `puts ${what} ${after} in the place of ${before}`,
        `${what} ${before} becomes ${after}`,
        `${what} is ${after}`,
        after,
      ]
    : [`${rewritten.source} > ${rewritten.destination} becomes ${now}`, `becomes ${now}`, now];
}

export const noteTexts = (note: LadderNote): readonly string[] => [noteText(note), noteWords[note.type].words];

export function markTexts(mark: LadderMark): readonly string[] {
  const phrase = phraseOf({ ...mark }, {});
  return [...(phrase ? [`${mark.node} ${phrase.text}`] : []), mark.what];
}

export function dropTexts({ dropped }: Pick<LadderHop, 'dropped'>, node: string): readonly string[] {
  if (!dropped) return [];
  const { by, reason } = dropped;
  return by === 'link'
    ? [`lost: ${reason}`]
    : [`${node} drops it: ${reason}`, reason, reason.split(' ').slice(1).join(' ') || reason];
}

export const silenceText = (duration: number): string => `nothing for ${formatDuration(duration)}`;

export function foldedTexts({ forward, reverse, until, dropped }: Folded): readonly string[] {
  const count = forward + reverse;
  const packets = `${count} ${dropped ? 'more ' : ''}${count === 1 ? 'packet' : 'packets'}`;
  const isBoth = forward > 0 && reverse > 0;
  const like = dropped ? 'lost like this' : `like ${isBoth ? 'these' : 'this'}`;
  const ways = isBoth ? `, ${forward} forward and ${reverse} back` : forward > 0 ? ', forward' : ', back';
  const last = `until ${formatSeconds(until)}`;
  return [`${packets} ${like}${ways}, ${last}`, `${packets} ${like}, ${last}`, `${packets} ${like}`, packets];
}

/** Everything about one hop, line by line. */
export function titleOf({ columns }: Ladder, hop: LadderHop): string {
  const { packet, kind, from, fromPort, to, toPort, time, arrived, source, destination, detail, dropped } = hop;
  const place = (column: number, port: string): string =>
    port === '' ? columns[column] : `${columns[column]}:${port}`;
  const when = arrived === undefined ? '' : `, came ${formatSeconds(arrived)}`;
  return [
    `${packet === 0 ? '' : `#${packet} `}${place(from, fromPort)} to ${place(to, toPort)}: ${hopTexts(hop)[0]} (${hopKinds[kind]})`,
    `${source} > ${destination}`,
    ...(detail === undefined ? [] : [detail]),
    ...(dropped ? [dropTexts(hop, columns[to])[0]] : []),
    `left ${formatSeconds(time)}${when}`,
  ].join('\n');
}
