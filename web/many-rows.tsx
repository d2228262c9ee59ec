import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';

interface ManyRowsProps {
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  readonly height: number;
  /** The chosen row; -1 for none. It is brought into view when it changes. */
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  /** What stands in a row. As long as this function is the same one, so is what it says. */
  readonly row: (index: number) => RowContent;
  /** A drawing over the rows from one to before another, which begins at the upper edge of the first. */
  readonly picture?: (from: number, to: number) => VNode;
}

export interface RowContent {
  readonly class?: string;
  readonly content: ComponentChildren;
}

/** Rows beyond what is in view that are made, so that none is missing while one scrolls; they come and go by so many. */
const SPARE = 12;
const STEP = 4;

/** A list of any length, of which only what is in view exists. Arrow keys choose the next row, as in any list. */
export function ManyRows(props: ManyRowsProps): VNode {
  const { label, count, rowHeight, height, chosen, onChoose, row, picture } = props;
  const ref = useRef<HTMLDivElement>(null);
  const [topmost, setTopmost] = useState(0);
  const visible = Math.ceil(height / rowHeight);
  const scrolled = ({ scrollTop }: HTMLElement): void => {
    // Nothing is drawn anew before rows are about to be missing.
    setTopmost(Math.floor(scrollTop / rowHeight / STEP) * STEP);
  };
  useEffect(() => {
    const list = ref.current;
    if (!list || chosen < 0) return;
    const at = chosen * rowHeight;
    if (at < list.scrollTop || at + rowHeight > list.scrollTop + height) list.scrollTop = Math.max(0, at - height / 3);
  }, [chosen, count]);
  useLayoutEffect(() => {
    if (ref.current) scrolled(ref.current);
  }, [count]);
  const slots = visible + 2 * SPARE + STEP;
  const first = Math.max(0, topmost - SPARE);
  const last = Math.min(count, first + slots);
  const chosenId = `${label.replaceAll(/\W+/g, '-')}-chosen`;
  // A row that was drawn is the same as long as what is in it is: the browser and Preact have nothing to do for it.
  const drawn = useMemo(() => new Map<number, VNode>(), [row, chosen, count]);
  const rows: VNode[] = [];
  for (let index = first; index < last; index++) {
    const known = drawn.get(index) ?? rowAt(index);
    drawn.set(index, known);
    rows.push(known);
  }
  for (const index of drawn.keys()) if (index < first || index >= last) drawn.delete(index);
  return (
    <div
      class="many"
      style={{ height: `${height}px` }}
      ref={ref}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      {...(chosen >= first && chosen < last && { 'aria-activedescendant': chosenId })}
      onScroll={({ currentTarget }) => scrolled(currentTarget)}
      onClick={({ target }) => {
        const index = (target as Element).closest<HTMLElement>('.row')?.dataset.index;
        if (index !== undefined) onChoose(Number(index));
      }}
      onKeyDown={(event) => {
        const next = indexByKey(event.key, chosen, count, visible);
        if (next === undefined) return;
        event.preventDefault();
        onChoose(next);
      }}
    >
      <div style={{ height: `${count * rowHeight}px` }} role="presentation">
        {rows}
        {picture && (
          <div class="picture" style={{ top: `${first * rowHeight}px` }} aria-hidden="true">
            {picture(first, last)}
          </div>
        )}
      </div>
    </div>
  );

  function rowAt(index: number): VNode {
    const { class: name = '', content } = row(index);
    return (
      // What scrolls out of view at one end comes in at the other as another row.
      <div
        class={index === chosen ? `row chosen ${name}` : `row ${name}`}
        style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
        role="option"
        id={index === chosen ? chosenId : undefined}
        aria-selected={index === chosen}
        aria-posinset={index + 1}
        aria-setsize={count}
        data-index={index}
        key={index % slots}
      >
        {content}
      </div>
    );
  }
}

function indexByKey(key: string, chosen: number, count: number, page: number): number | undefined {
  if (count === 0) return undefined;
  const within = (index: number): number => Math.min(count - 1, Math.max(0, index));
  switch (key) {
    case 'ArrowDown':
      return within(chosen + 1);
    case 'ArrowUp':
      return within(chosen - 1);
    case 'PageDown':
      return within(chosen + page);
    case 'PageUp':
      return within(chosen - page);
    case 'Home':
      return 0;
    case 'End':
      return count - 1;
    default:
      return undefined;
  }
}
