import { quote, suggest } from '../../diagnostic.ts';
import { frameEventTypes, isFrameEvent } from '../../link/fate.ts';
import { traceTypes } from '../../trace.ts';
import { actionKinds, actionTable, placeOf } from '../actions/table.ts';
import type { Action, EventChoice, LabLink, LabNode, TimelineEntry } from '../scenario.ts';
import type { Phrase } from './phrase.ts';

/** What events come from. */
export interface LabOfEvents {
  readonly nodes: readonly LabNode[];
  readonly links: readonly LabLink[];
  /** Absent while it is being read: then anything may be done to anybody. */
  readonly timeline?: readonly TimelineEntry[];
}

const isAction = (type: string): type is Action['kind'] => Object.hasOwn(actionTable, type);

/** Every type of event: what the timeline does, what nodes tell, and what the lab tells of them. */
export const eventTypes: readonly string[] = [
  ...actionKinds,
  ...Object.keys(traceTypes),
  ...frameEventTypes,
  'node-started',
];

/** `TYPE [at NODE]`; a place of what is done to a link is the link. What nothing in the lab can cause is refused. */
export function readEventChoice(phrase: Phrase, lab: LabOfEvents): EventChoice | undefined {
  const match = /^(\S+)(?: at (\S+))?$/d.exec(phrase.text);
  const type = match && phrase.group(match, 1);
  if (!match || !type) return phrase.wrong(`${quote(phrase.text)} is no event`, "such as 'session-recreated at hub'");
  if (!eventTypes.includes(type.text))
    return type.wrong(`there is no event ${quote(type.text)}`, suggest(type.text, eventTypes));
  const place = phrase.group(match, 2);
  const places = placesOf(type.text, lab);
  if (places.length === 0) return type.wrong(`nothing here can cause ${quote(type.text)}`, whatWould(type.text));
  if (!place) return { type: type.text };
  if (places.includes(place.text)) return { type: type.text, node: place.text };
  const known = [...lab.nodes, ...lab.links].some(({ name }) => name === place.text);
  const message = known
    ? `nothing can cause ${quote(type.text)} there`
    : `there is no node or link ${quote(place.text)}`;
  return place.wrong(message, suggest(place.text, places));
}

/** Where such an event may come from. */
function placesOf(type: string, { nodes, links, timeline }: LabOfEvents): string[] {
  if (isAction(type) || type === 'node-started') {
    if (!timeline) return [...nodes, ...links].map(({ name }) => name);
    const kinds: readonly string[] = isAction(type)
      ? [type, ...actionKinds.filter((kind) => actionTable[kind].liftedBy === type)]
      : ['restart', 'kill', 'start'];
    return [
      ...new Set(timeline.filter(({ action }) => kinds.includes(action.kind)).map(({ action }) => placeOf(action))),
    ];
  }
  return nodes.filter((node) => tells(type, node)).map(({ name }) => name);
}

function tells(type: string, node: LabNode): boolean {
  if (isFrameEvent(type)) return true;
  if (type.startsWith('mapping-')) return node.kind === 'nat';
  if (type.startsWith('state-')) return node.kind === 'firewall';
  if (['session-synced', 'role-changed', 'store-changed'].includes(type))
    return node.kind === 'router' && node.node !== undefined;
  return node.kind === 'router' || (node.kind !== 'host' && /^(packet-|icmp-error-)/.test(type));
}

function whatWould(type: string): string {
  if (isAction(type)) return `no step of the timeline is ${quote(type)}`;
  if (type === 'node-started') return 'no step of the timeline restarts or starts a node';
  if (type.startsWith('mapping-')) return 'there is no nat in this lab';
  if (type.startsWith('state-')) return 'there is no firewall in this lab';
  return 'there is no router with two nodes in this lab';
}
