import type { VNode } from 'preact';
import type { HopKind } from '../lib/capture/ladder/hop-kinds.ts';
import type { LadderLine } from '../lib/capture/ladder/lines.ts';
import type { LadderHop } from '../lib/capture/ladder/model.ts';
import { noteMeaning } from '../lib/capture/ladder/note-words.ts';

export interface Drawing {
  readonly columns: number;
  readonly width: number;
}

export const columnX = (column: number, { columns, width }: Drawing): number => ((column + 0.5) * width) / columns;

/** Outlines in the language of SVG's paths, of all that looks alike. */
interface Outlines {
  readonly shafts: Map<HopKind, string>;
  readonly heads: Map<HopKind, string>;
  readonly notes: Map<string, string>;
  lost: string;
  rewrites: string;
}

interface LadderPictureProps {
  readonly lines: readonly LadderLine[];
  readonly drawing: Drawing;
  readonly rowHeight: number;
  /** Where its left edge is in a row. */
  readonly left: number;
}

/** The lanes of some lines of a ladder and what goes between them. What looks alike is one outline: there are few to draw. */
export function LadderPicture({ lines, drawing, rowHeight, left }: LadderPictureProps): VNode {
  const outlines: Outlines = { shafts: new Map(), heads: new Map(), notes: new Map(), lost: '', rewrites: '' };
  lines.forEach((line, i) => {
    const y = (i + 0.5) * rowHeight;
    if (line.is === 'packet') for (const hop of line.hops) addHop(outlines, hop, y, drawing);
    if (line.is === 'note') add(outlines.notes, noteMeaning(line.type), dot(columnX(line.column, drawing), y));
  });
  const height = lines.length * rowHeight;
  const lanes = Array.from({ length: drawing.columns }, (_, column) => `M${columnX(column, drawing)} 0v${height}`);
  return (
    <svg width={drawing.width} height={height} style={{ marginLeft: `${left}px` }}>
      <path class="lane" d={lanes.join('')} />
      {[...outlines.shafts].map(([kind, d]) => (
        <path class={`shaft kind-${kind}`} d={d} key={`shaft ${kind}`} />
      ))}
      {[...outlines.heads].map(([kind, d]) => (
        <path class={`head kind-${kind}`} d={d} key={`head ${kind}`} />
      ))}
      {[...outlines.notes].map(([meaning, d]) => (
        <path class={`note ${meaning}`} d={d} key={`note ${meaning}`} />
      ))}
      <path class="lost" d={outlines.lost} />
      <path class="rewrite" d={outlines.rewrites} />
    </svg>
  );
}

function addHop(outlines: Outlines, hop: LadderHop, y: number, drawing: Drawing): void {
  const from = columnX(hop.from, drawing);
  const end = columnX(hop.to, drawing);
  const side = Math.sign(end - from);
  const to = hop.dropped?.by === 'link' ? from + (end - from) * 0.55 : end - side * 2;
  add(outlines.shafts, hop.kind, `M${from} ${y}H${to}`);
  if (hop.rewritten) outlines.rewrites += `M${from - 5.6} ${y}l5.6 -5.6l5.6 5.6l-5.6 5.6z`;
  if (hop.dropped) outlines.lost += `M${to - 5} ${y - 5}l10 10m0 -10l-10 10`;
  else add(outlines.heads, hop.kind, `M${to} ${y}l${-side * 8} -4v8z`);
}

function add<Key>(outlines: Map<Key, string>, key: Key, outline: string): void {
  outlines.set(key, (outlines.get(key) ?? '') + outline);
}

const dot = (x: number, y: number): string => `M${x - 4} ${y}a4 4 0 1 0 8 0a4 4 0 1 0 -8 0`;
