import type { HopKind } from './hop-kinds.ts';
import type { Ladder, LadderHop, LadderMark, LadderNote } from './model.ts';

/** One line of a ladder that is drawn. */
export type LadderLine = PacketLine | LadderNote | LadderMark | Silence | Folded;

/** Hops of one packet that follow each other, on one line. */
export interface PacketLine {
  readonly is: 'packet';
  readonly time: number;
  readonly packet: number;
  readonly hops: readonly LadderHop[];
}

/** Nothing was seen of the session for so long, in microseconds. */
export interface Silence {
  readonly is: 'silence';
  readonly time: number;
  readonly duration: number;
}

/** Packets that are like others before them, and are left out. */
export interface Folded {
  readonly is: 'folded';
  readonly time: number;
  /** When the last of them left. */
  readonly until: number;
  /** How many they are, those that come in fragments counted once. */
  readonly forward: number;
  readonly reverse: number;
  /** What became of all of them, if they did not arrive. */
  readonly dropped?: LadderHop['dropped'];
}

/** Shorter pauses are no silence. */
const SILENCE_MIN = 500_000;

/** Fewer packets than this are drawn rather than folded: that takes no more lines. */
const FOLD_MIN = 3;

/** The lines of a ladder; with `all`, no packet is left out. */
export function linesOf(ladder: Ladder, { all }: { readonly all: boolean }): LadderLine[] {
  const lines = withSilences(joined(ladder));
  return all ? lines : folded(lines);
}

/** Puts the hops of a packet on one line as long as each goes on from where the one before came, and nothing was done meanwhile. */
function joined({ rows }: Ladder): (PacketLine | LadderNote | LadderMark)[] {
  const lines: (PacketLine | LadderNote | LadderMark)[] = [];
  let open = new Map<number, LadderHop[]>();
  for (const row of rows) {
    if (row.is === 'mark') open = new Map();
    if (row.is !== 'hop') {
      lines.push(row);
      continue;
    }
    const hops = row.packet === 0 ? undefined : open.get(row.packet);
    if (hops && goesOn(hops[hops.length - 1], row)) {
      hops.push(row);
      continue;
    }
    const begun = [row];
    open.set(row.packet, begun);
    lines.push({ is: 'packet', time: row.time, packet: row.packet, hops: begun });
  }
  return lines;
}

/** Backwards on the same line would be drawn over what is there. */
const goesOn = (before: LadderHop, next: LadderHop): boolean =>
  before.to === next.from &&
  before.arrived !== undefined &&
  before.arrived <= next.time &&
  !before.dropped &&
  Math.sign(before.to - before.from) === Math.sign(next.to - next.from);

/** Hops next to each other on a line between which nothing is to be seen: they can be one arrow. */
export function arrowsOf({ hops }: PacketLine): (readonly LadderHop[])[] {
  const arrows: LadderHop[][] = [];
  for (const hop of hops) {
    const last = arrows.at(-1);
    if (last && isSame(last[0], hop)) last.push(hop);
    else arrows.push([hop]);
  }
  return arrows;
}

/** Lengths do not count: they differ by the trailer, where nothing tells that there is one. */
const isSame = (one: LadderHop, other: LadderHop): boolean =>
  one.kind === other.kind && one.label === other.label && withoutLength(one.content) === withoutLength(other.content);

const withoutLength = (content: string): string => content.replace(/ ?\d+ B/, '');

function withSilences(lines: readonly (PacketLine | LadderNote | LadderMark)[]): LadderLine[] {
  const shown: LadderLine[] = [];
  let quietSince: number | undefined;
  for (const line of lines) {
    if (quietSince !== undefined && line.time - quietSince >= SILENCE_MIN)
      shown.push({ is: 'silence', time: quietSince, duration: line.time - quietSince });
    quietSince = endOf(line);
    shown.push(line);
  }
  return shown;
}

function endOf(line: PacketLine | LadderNote | LadderMark): number {
  if (line.is !== 'packet') return line.time;
  let end = line.time;
  for (const { time, arrived } of line.hops) end = Math.max(end, arrived ?? time);
  return end;
}

/**
 * Of packets that are alike, only the first is left until something happens. What was dropped is never left out among what
 * was not: only what follows it and was dropped like it.
 */
function folded(lines: readonly LadderLine[]): LadderLine[] {
  const shown: LadderLine[] = [];
  let known = new Set<string>();
  let lastDropped: string | undefined;
  let alike: PacketLine[] = [];
  const unfold = (): void => {
    if (alike.length < FOLD_MIN) shown.push(...alike);
    else shown.push(foldOf(alike));
    alike = [];
  };
  for (const line of lines) {
    const likeness = line.is === 'packet' ? likenessOf(line) : undefined;
    const isDropped = line.is === 'packet' && isLost(line);
    if (isDropped !== (alike.length > 0 && isLost(alike[0]))) unfold();
    const isLikeBefore = likeness !== undefined && (isDropped ? likeness === lastDropped : known.has(likeness));
    lastDropped = isDropped ? likeness : undefined;
    if (line.is === 'packet' && isLikeBefore) {
      alike.push(line);
      continue;
    }
    unfold();
    shown.push(line);
    if (line.is !== 'packet' || !(isDropped || isPlain(line))) known = new Set();
    if (likeness !== undefined && !isDropped) known.add(likeness);
  }
  unfold();
  return shown;
}

const isLost = ({ hops }: PacketLine): boolean => hops.some(({ dropped }) => dropped);

/** What packets have in common that need not be shown twice; undefined for one that is always shown. */
function likenessOf({ hops }: PacketLine): string | undefined {
  if (hops.some(({ rewritten }) => rewritten)) return undefined;
  return hops
    .map(({ direction, from, fromPort, to, label, kind, dropped }) =>
      [direction, from, fromPort, to, kind, label, dropped?.by, dropped?.reason].join(' '),
    )
    .join();
}

const plainKinds: ReadonlySet<HopKind> = new Set<HopKind>(['data', 'fragment']);

const isPlain = ({ hops }: PacketLine): boolean => hops.every(({ kind }) => plainKinds.has(kind));

function foldOf(lines: readonly PacketLine[]): Folded {
  const [{ time, hops }] = lines;
  const ids = { forward: new Set<number>(), reverse: new Set<number>() };
  let nameless = 0;
  for (const line of lines) ids[line.hops[0].direction].add(line.packet === 0 ? -++nameless : line.packet);
  const dropped = hops.at(-1)?.dropped;
  return {
    is: 'folded',
    time,
    until: lines[lines.length - 1].time,
    forward: ids.forward.size,
    reverse: ids.reverse.size,
    ...(dropped && { dropped }),
  };
}
