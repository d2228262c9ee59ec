import type { JsonSchema } from '../../json-schema.ts';
import { impairmentFields, linkKeys } from '../../link/impairment.ts';
import { labFields } from '../parse.ts';
import { formOf } from '../read/impairment.ts';
import { firewallForms, natForms, timeoutForms } from '../read/middlebox.ts';
import { nodeForms } from '../read/topology.ts';
import type { NodeKind } from '../scenario.ts';
import { mapOf, named, schemaOf, schemasOf, someOf, told } from './parts.ts';

/** What a file of a lab holds, or a scenario in its place. */
export function labSchema(): JsonSchema {
  const properties: Record<(typeof labFields)[number], JsonSchema> = {
    nodes: { ...named({ anyOf: nodes() }), description: 'who is in the lab, by name' },
    links: { ...named(link()), description: 'the wires between ports, by name' },
    configuration: { type: 'string', description: 'the file of a configuration, or its text' },
  };
  return { ...mapOf(properties, labFields), title: 'svrlab lab' };
}

function nodes(): JsonSchema[] {
  const timeouts = mapOf(schemasOf(timeoutForms), []);
  const several = (table: Parameters<typeof schemasOf>[0]): Record<string, JsonSchema> =>
    Object.fromEntries(Object.entries(table).map(([name, form]) => [name, someOf(schemaOf(form))]));
  const firewall = {
    ...schemasOf(firewallForms),
    ...several({ 'allowed-payloads': firewallForms['allowed-payloads'] }),
  };
  const kinds: Record<NodeKind, [properties: Record<string, JsonSchema>, required: readonly string[]]> = {
    host: [several(nodeForms.host), ['addresses']],
    router: [several(nodeForms.router), []],
    attacker: [several(nodeForms.attacker), []],
    nat: [{ ...schemasOf(natForms), timeouts }, ['inside', 'outside']],
    firewall: [{ ...firewall, timeouts }, []],
  };
  return Object.entries(kinds).map(([kind, [properties, required]]) => ({
    ...mapOf({ kind: { const: kind }, ...properties }, ['kind', ...required]),
    title: kind,
  }));
}

function link(): JsonSchema {
  const impairments = Object.fromEntries(
    impairmentFields.map((field) => {
      const { key, says } = linkKeys[field];
      return [key, told(formOf(field), says)];
    }),
  );
  const ends = { type: 'array', items: { type: 'string' }, minItems: 2, description: 'NODE, or NODE:PORT' } as const;
  const directions = { ...named(mapOf(impairments, [])), description: "by direction: 'spoke -> hub'" };
  return mapOf({ ends, directions, ...impairments }, ['ends']);
}
