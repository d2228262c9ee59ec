import type { Dissection } from '../../lib/capture/dissection.ts';
import type { Field, Part } from '../../lib/capture/fields/field.ts';
import { formatValues, jsonValues } from '../../lib/capture/fields/format.ts';
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

/** Prints values with tabs between them, as `tshark -T fields` does. */
export function tabPrinter(fields: readonly Field[]): (packet: Dissection) => string {
  return (packet) => {
    let line = '';
    for (let i = 0; i < fields.length; i++) {
      const text = formatValues(fields[i], fields[i].read(packet));
      line += i === 0 ? text : `\t${text}`;
    }
    return line;
  };
}

/** Fields that follow each other and are within the same part of packets. */
interface Group {
  readonly within: Part;
  readonly fields: { readonly field: Field; readonly key: string }[];
}

/** Prints packets as JSON, each on one line: the fields that it has, among those given. */
export function jsonPrinter(fields: readonly Field[]): (packet: Dissection) => string {
  const groups: Group[] = [];
  for (const field of new Set(fields)) {
    if (groups.length === 0 || groups[groups.length - 1].within !== field.within)
      groups.push({ within: field.within, fields: [] });
    groups[groups.length - 1].fields.push({ field, key: `"${field.name}":` });
  }
  return (packet) => {
    let members = '';
    for (const { within, fields } of groups) {
      if (!within(packet)) continue;
      for (const { field, key } of fields) {
        const values = field.read(packet);
        if (values !== undefined) members += (members === '' ? key : `,${key}`) + jsonValues(field, values);
      }
    }
    return `{${members}}`;
  };
}
