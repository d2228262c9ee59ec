import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import protobuf from 'protobufjs';
import { attributeList, controlReasons, findAttribute, healthChecks } from '../../../lib/metadata/attributes.ts';
import type { Section } from '../../../lib/metadata/attributes.ts';

const { root } = protobuf.parse(readFileSync('proto/svr/v1/metadata.proto', 'utf8'));

const upperSnake = (name: string): string => name.replace(/[A-Z]/g, '_$&').toUpperCase();

/** An enumeration of the .proto file, as pairs of name and number. */
const enumValues = (name: string): [string, number][] => Object.entries(root.lookupEnum(`svr.v1.${name}`).values);

describe('the table of metadata attributes', () => {
  const messages: [Section, string][] = [
    ['header', 'svr.v1.HeaderAttributes'],
    ['payload', 'svr.v1.PayloadAttributes'],
  ];
  for (const [section, message] of messages) {
    it(`has exactly the fields of ${message}, each with its number and scalar`, () => {
      const fields = root.lookupType(message).fieldsArray.map((field) => {
        field.resolve();
        ok(field.options?.proto3_optional, `${field.name} must be optional: absent is not zero`);
        ok(!field.repeated);
        return [field.name, field.id, field.resolvedType instanceof protobuf.Enum ? 'enum' : field.type];
      });
      const table = attributeList.filter((attribute) => attribute.section === section);
      deepEqual(
        fields,
        table.map(({ name, type, layout }) => [name, type, layout.proto]),
      );
    });
  }

  it('names fields as the .proto file spells them', () => {
    const source = readFileSync('proto/svr/v1/metadata.proto', 'utf8');
    for (const { proto, type } of attributeList) ok(source.includes(` ${proto} = ${type};`), proto);
  });

  it('gives control reasons and health checks the numbers of the .proto file', () => {
    const controls = Object.entries(controlReasons).map(([name, code]) => [
      `CONTROL_MESSAGE_${upperSnake(name)}`,
      code,
    ]);
    deepEqual(enumValues('ControlMessage'), controls);
    const checks = Object.entries(healthChecks).map(([name, code]) => [
      `SESSION_HEALTH_CHECK_${upperSnake(name)}`,
      code,
    ]);
    deepEqual(enumValues('SessionHealthCheck'), [['SESSION_HEALTH_CHECK_UNSPECIFIED', 0], ...checks]);
  });

  it('is in the order of types, and uses no type twice but 46', () => {
    const types = attributeList.map((attribute) => attribute.type);
    deepEqual(
      types,
      [...types].sort((a, b) => a - b),
    );
    deepEqual(
      types.filter((type, i) => types.indexOf(type) !== i),
      [46],
    );
  });

  it('tells the two attributes of type 46 apart by their length', () => {
    const nameOf = (length: number): unknown => {
      const found = findAttribute(46, length);
      return typeof found === 'object' ? found.name : found;
    };
    deepEqual([0, 1, 2, 32].map(nameOf), [
      'attribute-length',
      'sessionHealthCheck',
      'securityEncryptionKey',
      'securityEncryptionKey',
    ]);
  });

  it('knows none of the numbers that the public table leaves out', () => {
    for (const type of [0, 9, 22, 23, 27, 29, 34, 36, 41, 43, 45, 47, 49, 52, 99, 0x8001, 0xffff]) {
      equal(findAttribute(type, 4), undefined, String(type));
    }
  });
});
