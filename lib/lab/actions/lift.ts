import type { LabLink } from '../scenario.ts';
import type { Action } from './action.ts';
import { actionTable, liftingKinds } from './table.ts';

/** The action that undoes another one; undefined if nothing does. */
export function liftOf(action: Action, part: object = action): Action | undefined {
  const { liftedBy, target } = actionTable[action.kind];
  if (liftedBy === undefined) return undefined;
  const told = Object.entries(part).filter(([name]) => name in target.json || name in actionTable[liftedBy].fields);
  return { kind: liftedBy, ...Object.fromEntries(told) } as Action;
}

interface Standing {
  readonly by: Action;
  readonly part: object;
}

/** What has been done to a lab and has not been undone. A cut of a link stands in each of its directions by itself. */
export class StandingActions {
  readonly #links: readonly LabLink[];
  readonly #standing = new Map<string, Standing>();

  constructor(links: readonly LabLink[]) {
    this.#links = links;
  }

  /** Notes that something is done, or undone. */
  note(action: Action): void {
    for (const [key, part] of this.#partsOf(action)) {
      if (liftingKinds.has(action.kind)) for (const known of this.#meant(key)) this.#standing.delete(known);
      else this.#standing.set(key, { by: action, part });
    }
  }

  /** Whether everything that the action touches, or would undo, stands; some of it; or nothing. */
  covers(action: Action): 'all' | 'some' | 'none' {
    const keys = [...this.#partsOf(action).keys()];
    const standing = keys.filter((key) => this.#meant(key).length > 0).length;
    return standing === 0 ? 'none' : standing === keys.length ? 'all' : 'some';
  }

  /** The actions that undo all of it, those of the last first. */
  lifts(): Action[] {
    const sources = new Set(Array.from(this.#standing.values(), ({ by }) => by));
    return [...sources].reverse().flatMap((by) => {
      const parts = [...this.#standing.values()].filter((standing) => standing.by === by);
      const isWhole = parts.length === this.#partsOf(by).size;
      return (isWhole ? [by] : parts.map(({ part }) => part)).flatMap((part) => liftOf(by, part) ?? []);
    });
  }

  /** What stands of that name. */
  #meant(key: string): string[] {
    const isMeant = key.endsWith('*')
      ? (known: string): boolean => known.startsWith(key.slice(0, -1))
      : (known: string): boolean => known === key;
    return [...this.#standing.keys()].filter(isMeant);
  }

  /** By names that an action shares with the one that undoes it. */
  #partsOf(action: Action): ReadonlyMap<string, object> {
    const { target, liftedBy } = actionTable[action.kind];
    const family = liftedBy ?? (liftingKinds.has(action.kind) ? action.kind : undefined);
    if (family === undefined) return new Map();
    return new Map(Array.from(target.parts(action, this.#links), ([name, part]) => [`${family} ${name}`, part]));
  }
}
