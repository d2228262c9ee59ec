import type { Action, LabLink, TimelineEntry } from './scenario.ts';

/** What undoes the faults that still stand when a timeline is over, those of the last first. */
export function liftsOf(timeline: readonly TimelineEntry[], links: readonly LabLink[]): Action[] {
  const standing = new Map<string, readonly Action[]>();
  for (const { action } of timeline) {
    const lifts = undoing(action, links);
    if (lifts) standing.set(placeOf(action), lifts);
    else standing.delete(placeOf(action));
  }
  return [...standing.values()].toReversed().flat();
}

const placeOf = (action: Action): string =>
  [...('link' in action ? [action.link] : []), ...('node' in action ? [action.node] : [])].join(' ');

/** Undefined for what needs nothing to be undone. */
function undoing(action: Action, links: readonly LabLink[]): Action[] | undefined {
  switch (action.kind) {
    case 'kill':
      return [{ kind: 'start', node: action.node }];
    case 'cut':
      return [{ kind: 'heal', link: action.link, direction: 'both' }];
    case 'interface-down':
      return [{ ...action, kind: 'interface-up' }];
    case 'impair':
      return links
        .filter(({ name }) => name === action.link)
        .flatMap(({ name, impairments }) =>
          impairments.map((impairment, direction) => ({ kind: 'impair', link: name, direction, impairment }) as const),
        );
    default:
      return undefined;
  }
}
