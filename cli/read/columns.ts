import type { Dissection } from '../../lib/capture/dissection.ts';
import type { Field } from '../../lib/capture/fields/field.ts';
import { formatValues, plainValues } from '../../lib/capture/fields/format.ts';
import { fieldTable, findField } from '../../lib/capture/fields/table.ts';
import { suggest } from '../../lib/diagnostic.ts';
import { InputError } from '../exit.ts';

/** The fields that a person names, with commas between them. */
export function fieldsNamed(list: string): readonly Field[] {
  const names = list.split(',').map((name) => name.trim().toLowerCase());
  return names.map((name) => {
    const field = findField(name);
    if (field) return field;
    const hint =
      suggest(
        name,
        fieldTable.map((known) => known.name),
      ) ?? 'docs/read.md lists them';
    throw new InputError(`there is no field '${name}'; ${hint}`);
  });
}

/** Values with tabs between them, as `tshark -T fields` prints them. */
export function tabbed(fields: readonly Field[], packet: Dissection): string {
  let line = '';
  for (let i = 0; i < fields.length; i++) {
    const text = formatValues(fields[i], fields[i].read(packet));
    line += i === 0 ? text : `\t${text}`;
  }
  return line;
}

/** One packet as JSON on one line: the fields that it has, among those given. */
export function json(fields: readonly Field[], packet: Dissection): string {
  const object: Record<string, unknown> = {};
  for (const field of fields) {
    const values = field.read(packet);
    if (values !== undefined) object[field.name] = plainValues(field, values);
  }
  return JSON.stringify(object);
}
