import { deepEqual, equal, ok } from 'node:assert/strict';
import { attributeFields } from '../../../lib/capture/fields/attributes.ts';
import { fieldTable, findField } from '../../../lib/capture/fields/table.ts';
import { attributeList } from '../../../lib/metadata/attributes.ts';

describe('the table of fields', () => {
  it('has each name once', () => {
    equal(new Set(fieldTable.map(({ name }) => name)).size, fieldTable.length);
  });

  it('has a field for every attribute of metadata, found by its name', () => {
    const covered = new Set(attributeFields.map(({ attribute }) => attribute));
    deepEqual(
      attributeList.map(({ name }) => name).filter((name) => !covered.has(name)),
      [],
    );
    for (const { name } of attributeFields) ok(findField(name), name);
  });

  it('gives every attribute a value or parts: none is just there unless that is all it says', () => {
    const hollow = attributeFields.filter(
      ({ type, attribute, part }) =>
        type === 'flag' &&
        part === undefined &&
        !attributeFields.some((other) => other.attribute === attribute && other.part !== undefined),
    );
    const flags = attributeList.filter(({ layout }) => layout.kind === 'flag').map(({ name }) => name);
    deepEqual(hollow.map(({ attribute }) => attribute).sort(), [...flags].sort());
  });

  it('spells names in lower case, with dots and underscores, and explains each', () => {
    for (const { name, help } of fieldTable) {
      ok(/^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$/.test(name), name);
      ok(help.length > 3 && !help.endsWith('.'), `${name}: ${help}`);
    }
  });
});
