import type { AttackKind } from '../../attacker/attack.ts';
import type { JsonSchema } from '../../json-schema.ts';
import { attackKinds, type AttackKey } from '../read/attack-kinds.ts';
import { lookedUp, paceForms } from '../read/attacks.ts';
import { mapOf, schemaOf, schemasOf, someOf } from './parts.ts';

/** One schema for each kind of attack. */
export const attackSchema = (): JsonSchema => ({ anyOf: (Object.keys(attackKinds) as AttackKind[]).map(attack) });

function attack(kind: AttackKind): JsonSchema {
  const { does, keys } = attackKinds[kind];
  const own = Object.entries<AttackKey<unknown>>(keys);
  const others = lookedUp(kind);
  const name: JsonSchema = { type: 'string' };
  const properties = {
    kind: { const: kind },
    by: { ...name, description: 'the attacker' },
    ...schemasOf(paceForms),
    ...Object.fromEntries(others.map((key) => [key, name])),
    ...Object.fromEntries(own.map(([key, row]) => [key, { ...keySchema(row), description: row.help }])),
  };
  const needed = own.filter(([, { absent }]) => !absent).map(([key]) => key);
  return {
    ...mapOf(properties, ['kind', 'by', 'every', 'count', ...others, ...needed]),
    ...{ title: kind, description: does },
  };
}

const keySchema = ({ form, isList }: AttackKey<unknown>): JsonSchema =>
  isList ? someOf(schemaOf(form)) : schemaOf(form);
