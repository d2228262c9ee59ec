import type { Report } from '../../diagnostic.ts';
import type { Origins } from '../draft.ts';

/** Reports a mistake at a leaf of an item if the leaf was written, else at the item itself. */
export type Fault = (item: object, leaf: string | undefined, message: string, hint?: string) => void;

export function faultsAt(origins: Origins, report: Report): Fault {
  return (item, leaf, message, hint) => {
    const draft = origins.get(item);
    if (!draft) throw new Error('an item of a configuration comes from no draft');
    report((leaf !== undefined && draft.leaves.get(leaf)?.at) || draft.at, message, hint);
  };
}

/** Calls `clash` for each item that has the same key as one before it. */
export function findClashes<T>(
  items: Iterable<T>,
  key: (item: T) => string,
  clash: (item: T, earlier: T) => void,
): void {
  const seen = new Map<string, T>();
  for (const item of items) {
    const earlier = seen.get(key(item));
    if (earlier === undefined) seen.set(key(item), item);
    else clash(item, earlier);
  }
}
