import { actionTable, describeAction } from '../lab/actions/table.ts';
import type { LabEvent } from '../lab/fabric.ts';
import type { LabLink } from '../lab/scenario.ts';
import type { FaultWindow } from './report.ts';

/** What begins a window, by the kind of event that ends it. An impairment takes the place of the one before it. */
const undoneBy = new Map<string, Set<string>>([
  ['node-started', new Set(['restart'])],
  ['impair', new Set(['impair'])],
]);
for (const [kind, { liftedBy }] of Object.entries(actionTable)) {
  if (liftedBy !== undefined) undoneBy.set(liftedBy, new Set([kind, ...(undoneBy.get(liftedBy) ?? [])]));
}

const lasting = new Set([...undoneBy.values()].flatMap((kinds) => [...kinds]));

/** What breaks something and is not undone. */
const moments = new Set(
  Object.entries(actionTable)
    .filter(([kind, { tone }]) => tone === 'fault' && !lasting.has(kind) && !undoneBy.has(kind))
    .map(([kind]) => kind),
);

interface OpenWindow extends FaultWindow {
  readonly kind: string;
  readonly object: string;
  end: number;
}

/** What was done to a lab, out of its events, as windows of time; what is not undone by `end` lasts until then. */
export function faultWindows(events: readonly LabEvent[], links: readonly LabLink[], end: number): FaultWindow[] {
  const windows: OpenWindow[] = [];
  const open = new Set<OpenWindow>();
  for (const event of events) {
    const what = typeof event.what === 'string' ? event.what : event.type;
    const object = objectOf(event, what);
    for (const window of open) {
      if (undoneBy.get(event.type)?.has(window.kind) !== true) continue;
      if (window.target !== event.node || !undoes(object, window.object, event)) continue;
      window.end = event.time;
      open.delete(window);
    }
    const lasts = lasting.has(event.type);
    if (!lasts && !moments.has(event.type)) continue;
    if (isAsBefore(event, what, links)) continue;
    const window = {
      kind: event.type,
      start: event.time,
      end: lasts ? end : event.time,
      what,
      target: event.node,
      object,
    };
    windows.push(window);
    if (lasts) open.add(window);
  }
  return windows.map(({ start, end, what, target }) => ({ start, end, what, target }));
}

/** What of its target an event is about: a port, or the direction of a link. */
const objectOf = (event: LabEvent, what: string): string =>
  typeof event.port === 'string' ? event.port : what.replace(/^\S+ /, '').replace(/:.*/, '');

/** Healing a whole link heals each of its directions. */
const undoes = (object: string, window: string, { node, type }: LabEvent): boolean =>
  object === window || object === node || type === 'node-started' || type === 'start';

/** A link is made again what it was in the beginning. */
function isAsBefore({ type, node }: LabEvent, what: string, links: readonly LabLink[]): boolean {
  const link = links.find(({ name }) => name === node);
  if (type !== 'impair' || !link) return false;
  const whole = { kind: 'impair', link: node, direction: 'both', impairment: link.impairments[0] } as const;
  const each = link.impairments.map((impairment, direction) => ({ ...whole, direction, impairment }));
  return [whole, ...each].some((action) => describeAction(action, links) === what);
}
