import type { JsonSchema } from '../json-schema.ts';
import type { Field } from './actions/row.ts';
import { actionTable } from './actions/table.ts';
import { scenarioFields } from './parse.ts';
import type { Form } from './read/forms.ts';
import * as forms from './read/forms.ts';
import { beginnings, flapFields, stepFields } from './read/step.ts';
import { commonFields, kindFields } from './read/traffic.ts';
import { attackSchema } from './schema/attacks.ts';
import { labSchema } from './schema/lab.ts';
import { listed, named, scalar, told } from './schema/parts.ts';
import { sentenceSchema } from './schema/sentences.ts';

/** What a scenario file may hold, for editors: names of the lab are not known to it, and are checked when it is read. */
export function scenarioSchema(): JsonSchema {
  const properties: Record<(typeof scenarioFields)[number], JsonSchema> = {
    name: told(forms.name, 'name of the scenario, and of the folder of its runs'),
    about: told(forms.line, 'one line for people'),
    lab: {
      anyOf: [{ type: 'string' }, { $ref: '#/$defs/lab' }],
      description: 'the path of a lab file, or the lab itself',
    },
    configure: listed({ type: 'string' }, 'lines of configuration that lie over that of the lab'),
    seed: told(forms.wholeNumber(0, 0xffff_ffff), 'chance of a run that is given no seed'),
    duration: told(forms.span, 'how long the run lasts'),
    traffic: { ...named(trafficSchema()), description: 'entries by name' },
    attacks: { ...named(attackSchema()), description: 'attacks by name' },
    timeline: listed({ $ref: '#/$defs/step' }, 'what is done to the lab, and when'),
    expect: listed({ $ref: '#/$defs/sentence' }, 'sentences that must hold'),
    'converge-within': { type: 'string', description: 'how soon the lab works again when the run is over' },
  };
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'svrlab scenario',
    type: 'object',
    properties,
    required: ['name', 'about', 'lab', 'duration'],
    additionalProperties: false,
    $defs: { step: { anyOf: steps() }, lab: labSchema(), sentence: sentenceSchema(), ...commonDefs },
  };
}

function trafficSchema(): JsonSchema {
  const kinds = Object.entries(kindFields).map(([kind, own]): JsonSchema => {
    const names = [...commonFields, ...own].filter((name) => name !== 'kind');
    const properties = Object.fromEntries(names.map((name) => [name, name === 'silences' ? {} : scalar]));
    return {
      type: 'object',
      properties: { kind: { const: kind }, ...properties },
      required: ['kind', 'from', 'to'],
      additionalProperties: false,
    };
  });
  return { anyOf: kinds };
}

/** One schema for each kind of step. */
function steps(): JsonSchema[] {
  const actions = Object.entries(actionTable).map(([kind, { fields, help, liftedBy }]) =>
    step(kind, fields, help, liftedBy !== undefined ? ['for', 'every', 'times'] : ['every', 'times']),
  );
  return [...actions, step('flap', flapFields, 'the link is cut and healed, over and over', ['for'], ['for'])];
}

function step(
  kind: string,
  fields: Readonly<Record<string, Field>>,
  help: string,
  besides: readonly string[],
  needed: readonly string[] = [],
): JsonSchema {
  const own = Object.entries(fields).map(([name, { form, help }]) => [name, told(form ?? anything, help)] as const);
  const common = stepFields.filter((name) => besides.includes(name) || !repeating.has(name));
  return {
    title: kind,
    type: 'object',
    properties: {
      ...Object.fromEntries(common.map((name) => [name, { $ref: `#/$defs/${name}` }])),
      ...Object.fromEntries(own),
      [kind]: kind === 'configure' ? listed({ type: 'string' }, help) : { type: 'string', description: help },
    },
    required: [kind, ...needed, ...Object.entries(fields).flatMap(([name, { isNeeded }]) => (isNeeded ? [name] : []))],
    anyOf: beginnings.map((name) => ({ required: [name] })),
    additionalProperties: false,
  };
}

const anything: Form<unknown> = { describes: 'a word or a number', neutral: undefined, read: (text) => text };

const repeating = new Set(['for', 'every', 'times']);

/** What may stand in any step. */
const commonDefs: Readonly<Record<string, JsonSchema>> = {
  at: told(forms.duration, 'the time of the run at which it is done'),
  after: { type: 'string', description: "the event after which it is done: 'session-created at hub, the 2nd time'" },
  when: { type: 'string', description: "a condition: it is done once that holds, as in 'sessions at hub at least 3'" },
  wait: told(forms.duration, 'how long after that'),
  for: told(forms.span, 'how long it stands before it is undone'),
  every: told(forms.span, 'how long it takes until it is done again'),
  times: told(forms.wholeNumber(2, 10_000), 'how often it is done'),
};
