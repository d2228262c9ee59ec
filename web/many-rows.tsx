import type { ComponentChildren, VNode } from 'preact';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';

interface ManyRowsProps {
  readonly label: string;
  readonly count: number;
  readonly rowHeight: number;
  readonly height: number;
  /** The chosen row; -1 for none. It is brought into view when it changes. */
  readonly chosen: number;
  readonly onChoose: (index: number) => void;
  readonly row: (index: number) => ComponentChildren;
  readonly classOf?: (index: number) => string;
}

/** Rows beyond what is in view that are made, so that none is missing while one scrolls. */
const SPARE = 12;

/** A list of any length, of which only what is in view exists. Arrow keys choose the next row, as in any list. */
export function ManyRows({ label, count, rowHeight, height, chosen, onChoose, row, classOf }: ManyRowsProps): VNode {
  const ref = useRef<HTMLDivElement>(null);
  const [top, setTop] = useState(0);
  const visible = Math.ceil(height / rowHeight);
  useEffect(() => {
    const list = ref.current;
    if (!list || chosen < 0) return;
    const at = chosen * rowHeight;
    if (at < list.scrollTop || at + rowHeight > list.scrollTop + height) list.scrollTop = Math.max(0, at - height / 3);
  }, [chosen, count]);
  useLayoutEffect(() => {
    if (ref.current) setTop(ref.current.scrollTop);
  }, [count]);
  const first = Math.max(0, Math.floor(top / rowHeight) - SPARE);
  const last = Math.min(count, first + visible + 2 * SPARE);
  const id = (index: number): string => `${label.replaceAll(/\W+/g, '-')}-${index}`;
  return (
    <div
      class="many"
      style={{ height: `${height}px` }}
      ref={ref}
      role="listbox"
      aria-label={label}
      tabIndex={0}
      {...(chosen >= first && chosen < last && { 'aria-activedescendant': id(chosen) })}
      onScroll={({ currentTarget }) => setTop(currentTarget.scrollTop)}
      onKeyDown={(event) => {
        const next = indexByKey(event.key, chosen, count, visible);
        if (next === undefined) return;
        event.preventDefault();
        onChoose(next);
      }}
    >
      <div style={{ height: `${count * rowHeight}px` }} role="presentation">
        {Array.from({ length: Math.max(0, last - first) }, (_, i) => first + i).map((index) => (
          <div
            class={`row ${index === chosen ? 'chosen' : ''} ${classOf?.(index) ?? ''}`}
            style={{ top: `${index * rowHeight}px`, height: `${rowHeight}px` }}
            role="option"
            id={id(index)}
            aria-selected={index === chosen}
            aria-posinset={index + 1}
            aria-setsize={count}
            onClick={() => onChoose(index)}
            key={index}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
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
