import type { Journey, Sighting } from '../../lib/capture/journey.ts';
import { formatHeading } from '../table.ts';
import type { Paint } from '../terminal.ts';
import { formatTime, shortSession } from './listing.ts';

/** Everything about one packet: where it was seen, what it was there, who had changed what since, and why. */
export function formatJourney(id: number, { sightings }: Journey, paint: Paint): string {
  const texts = sightings.map((sighting, i) => formatSighting(sighting, sightings[i - 1], paint));
  return `${formatHeading(`Packet #${id}, seen ${sightings.length} times`)}\n${texts.join('\n')}`;
}

function formatSighting(sighting: Sighting, before: Sighting | undefined, paint: Paint): string {
  const { at, direction, summary, session, service, sessionDirection, comments, changes, fields } = sighting;
  const whose =
    session === undefined ? '' : `, ${sessionDirection} of ${service ?? 'session'}/${shortSession(session)}`;
  const lines = [
    paint('heading', `${formatTime(sighting.secondsSinceFirst).padStart(11)}  ${at} ${direction ?? ''}`.trimEnd()),
    `             ${summary.from} > ${summary.to}  ${summary.what}${whose}`,
    ...(summary.info === '' ? [] : [`             ${summary.info}`]),
    ...comments.map((comment) => paint(isEnd(comment) ? 'bad' : 'good', `             why: ${comment}`)),
  ];
  if (before === undefined) {
    lines.push(...aligned([...fields].map(([name, value]) => [name, value])));
  } else {
    const who =
      before.node === sighting.node && sighting.node !== '' ? `${sighting.node} changed` : 'changed on the way';
    lines.push(`             ${changes.length === 0 ? 'nothing was changed' : `${who}:`}`);
    lines.push(...aligned(changes.map(({ name, before, after }) => [name, changeText(before, after)])));
  }
  return `${lines.join('\n')}\n`;
}

const isEnd = (comment: string): boolean => /^(packet-dropped|lost)/.test(comment);

function changeText(before: string, after: string): string {
  if (before === '') return `+ ${after}`;
  return after === '' ? `- ${before}` : `${before} -> ${after}`;
}

function aligned(rows: readonly (readonly [name: string, text: string])[]): string[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, text]) => `               ${name.padEnd(width)}  ${text}`.trimEnd());
}
