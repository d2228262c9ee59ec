import type { Dissection } from './dissection.ts';
import type { Field } from './fields/field.ts';
import { formatValues } from './fields/format.ts';
import { fieldTable } from './fields/table.ts';
import { summarize, type Summary } from './summary.ts';

/** A field that is another than where the packet was seen before; empty where it is not there. */
export interface FieldChange {
  readonly name: string;
  readonly before: string;
  readonly after: string;
}

/** One place where a packet was seen. */
export interface Sighting {
  readonly secondsSinceFirst: number;
  /** Interface, 'spoke:wan'. */
  readonly at: string;
  readonly node: string;
  readonly direction: 'in' | 'out' | undefined;
  readonly summary: Summary;
  readonly comments: readonly string[];
  /** Session that it belongs to, and which way it goes. */
  readonly session: string | undefined;
  readonly service: string | undefined;
  readonly sessionDirection: string | undefined;
  /** All fields that it has; text, by name. */
  readonly fields: ReadonlyMap<string, string>;
  /** Against the sighting before: what was changed since, by the node if it is the same, else on the way. */
  readonly changes: readonly FieldChange[];
}

/** Sightings of one packet that are kept: far more than there are hops in any lab. */
const SIGHTINGS_MAX = 1_000;

/** What says where a packet was seen, not what it is; what each hop has of its own; and fields that only repeat others. */
const isOfThePlace = ({ name }: Field): boolean => /^(frame|lab|eth)(\.|$)|\.(addr|port)$/.test(name);

const followed: readonly Field[] = fieldTable.filter((field) => !isOfThePlace(field));

/** The way of one packet through a lab, place by place. */
export class Journey {
  readonly #sightings: Sighting[] = [];

  get sightings(): readonly Sighting[] {
    return this.#sightings;
  }

  /** Takes note of the packet at one more place. Places come in order of time. */
  see(packet: Dissection): void {
    if (this.#sightings.length === SIGHTINGS_MAX) return;
    const { frame, session } = packet;
    const fields = fieldTexts(packet);
    const before = this.#sightings.at(-1)?.fields;
    this.#sightings.push({
      secondsSinceFirst: packet.secondsSinceFirst,
      at: frame.at.name,
      node: frame.at.node,
      direction: frame.direction,
      summary: summarize(packet),
      comments: frame.comments(),
      session: session?.uuid,
      service: session?.service,
      sessionDirection: packet.direction,
      fields,
      changes: before ? changesBetween(before, fields) : [],
    });
  }
}

function fieldTexts(packet: Dissection): Map<string, string> {
  const texts = new Map<string, string>();
  for (const field of followed) {
    const values = field.read(packet);
    if (values !== undefined && values !== false) texts.set(field.name, formatValues(field, values));
  }
  return texts;
}

function changesBetween(before: ReadonlyMap<string, string>, after: ReadonlyMap<string, string>): FieldChange[] {
  return followed.flatMap(({ name }) => {
    const [old, now] = [before.get(name) ?? '', after.get(name) ?? ''];
    const isSame = old === now && before.has(name) === after.has(name);
    return isSame ? [] : [{ name, before: old, after: now }];
  });
}
