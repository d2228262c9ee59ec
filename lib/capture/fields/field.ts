import type { Dissection } from '../dissection.ts';

/**
 * What the values of a field are:
 *
 * - `flag`: true or absent; false too, where a header has a bit for it. Also the name of a protocol, for packets that have it
 * - `number`; `time` is a number of seconds
 * - `enum`: a word of `codes`, or the number itself if no word stands for it
 * - `text`
 * - `address`: 4 or 16 bytes; `mac`: 6; `bytes`: any number
 */
export type FieldType = 'flag' | 'number' | 'time' | 'enum' | 'text' | 'address' | 'mac' | 'bytes';

/** One value of a field, by its type. Bytes are valid until the next packet. */
export type FieldValue = boolean | number | string | Uint8Array;

/** A field has one value in a packet, or several, or it is absent. */
export type FieldValues = FieldValue | readonly FieldValue[] | undefined;

/** Something that packets have, by a name in Wireshark's manner. Filters, columns, JSON and documents know these and no others. */
export interface Field {
  readonly name: string;
  readonly type: FieldType;
  readonly help: string;
  /** Of an enumeration: the number that stands for each word. */
  readonly codes?: Readonly<Record<string, number>>;
  /**
   * Whose field it is: Wireshark's own, under this very name; SVR's, which a dissector of SVR can read from the packets;
   * or svrlab's, which stands in its captures or comes of following sessions.
   */
  readonly of: 'wireshark' | 'svr' | 'svrlab';
  /** The value is known only if sessions are followed. */
  readonly needsSession?: true;
  /** The part of packets that the field is in. */
  readonly within: Part;
  readonly read: (packet: Dissection) => FieldValues;
}

/** Whether a packet has some part. If not, it has no field in there, and whoever wants many need not ask for each. */
export type Part = (packet: Dissection) => boolean;

export const everyPacket: Part = () => true;

export type FieldSpec = Omit<Field, 'name' | 'of' | 'within'>;

/** Makes fields of what is written down by name. */
export function fieldsOf(of: Field['of'], within: Part, specs: Readonly<Record<string, FieldSpec>>): Field[] {
  return Object.entries(specs).map(([name, spec]) => ({ name, of, within, ...spec }));
}
