import type { Field } from '../../lib/capture/fields/field.ts';
import { fieldTable } from '../../lib/capture/fields/table.ts';
import { code, markdownTable } from './markdown.ts';

const owners: Readonly<Record<Field['of'], string>> = {
  wireshark: "Wireshark's",
  svr: "SVR's",
  svrlab: "svrlab's",
};

/** Every field of packets, in the order of the table. */
export function fieldsTable(): string {
  return markdownTable(
    ['Field', 'Type', 'Whose', 'Says'],
    fieldTable.map(({ name, type, of, help, codes }) => [code(name), type, owners[of], help + wordsOf(codes)]),
  );
}

const wordsOf = (codes: Field['codes']): string =>
  codes
    ? `: ${Object.entries(codes)
        .map(([word, number]) => `${number} ${word}`)
        .join(', ')}`
    : '';
