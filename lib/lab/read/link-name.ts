import { quote, suggest } from '../../diagnostic.ts';
import type { Direction, LabLink } from '../scenario.ts';
import type { Value } from './document.ts';

/** What of a link it takes to find it. */
export type Joined = Pick<LabLink, 'name' | 'ends'>;

/** A link and whose frames on it are meant. */
export interface LinkDirection {
  readonly link: string;
  readonly direction: Direction;
}

/**
 * Reads the name of a link, or two of its ends: `spoke -> hub` is what spoke sends to hub's link, `spoke <-> hub` is
 * both ways. An end is a node, or, where that is not enough, `node:port`. Undefined, and reported, if it is neither.
 */
export function readDirection(value: Value, links: readonly Joined[]): LinkDirection | undefined {
  const text = value.text ?? '';
  const arrow = /^(\S+)\s*(<->|->)\s*(\S+)$/.exec(text);
  if (!arrow) {
    const names = links.map(({ name }) => name);
    if (names.includes(text)) return { link: text, direction: 'both' };
    value.wrong(`there is no link ${quote(text)}`, suggest(text, names));
    return undefined;
  }
  const [, sender, sign, receiver] = arrow;
  const known = isKnownEnd(value, sender, 0, links);
  if (!isKnownEnd(value, receiver, text.length - receiver.length, links) || !known) return undefined;

  const matches = links.flatMap(({ name, ends }) => {
    const [a, b] = [sender, receiver].map((end) => ends.findIndex(({ node, port }) => isEnd(end, node, port)));
    const direction: Direction = sign === '->' ? a : 'both';
    return a >= 0 && b >= 0 && a !== b ? [{ link: name, direction }] : [];
  });
  if (matches.length === 0) value.wrong(`no link joins ${sender} and ${receiver}`);
  if (matches.length > 1)
    value.wrong(
      `several links join ${sender} and ${receiver}: ${matches.map(({ link }) => link).join(', ')}`,
      "name the ports too: 'spoke:wan -> hub:wan'",
    );
  return matches.length === 1 ? matches[0] : undefined;
}

const isEnd = (text: string, node: string, port: string): boolean => text === node || text === `${node}:${port}`;

function isKnownEnd(value: Value, end: string, at: number, links: readonly Joined[]): boolean {
  const ends = links.flatMap((link) => link.ends);
  if (ends.some(({ node, port }) => isEnd(end, node, port))) return true;
  const names = new Set(ends.flatMap(({ node, port }) => (end.includes(':') ? [`${node}:${port}`] : [node])));
  value.file.report(value.within(at, at + end.length), `no link has an end ${quote(end)}`, suggest(end, names));
  return false;
}
