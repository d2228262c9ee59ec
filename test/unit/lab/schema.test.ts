import { equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { scenarioSchema } from '../../../lib/lab/schema.ts';

const validate = new Ajv2020({ allowUnionTypes: true, strict: true, strictRequired: false }).compile(scenarioSchema());

const scenario = (step: string): unknown =>
  parse(`{ name: a, about: b, lab: labs/two-routers.yaml, duration: 5s, timeline: [${step}] }`);

describe('the JSON Schema of scenario files', () => {
  for (const file of readdirSync('scenarios').filter((name) => name.endsWith('.yaml')))
    it(`takes ${file}`, () => {
      ok(validate(parse(readFileSync(`scenarios/${file}`, 'utf8'))), JSON.stringify(validate.errors?.slice(0, 3)));
    });

  for (const step of [
    '{ at: 1s, cut: wan, for: 2s, every: 3s, times: 2 }',
    "{ after: 'session-created at hub, the 2nd time', wait: 200ms, flap: wan, down: 200ms, up: 300ms, for: 1s }",
    "{ at: 1s, drop: hub -> spoke, frames: 'svr.control.type == 7', from-nth: 2, count: 1 }",
    '{ at: 1s, impair: wan, delay: 50ms, loss: 2% }',
  ])
    it(`takes ${step}`, () => ok(validate(scenario(step)), JSON.stringify(validate.errors)));

  for (const [what, step] of [
    ['a step that does nothing', '{ at: 1s }'],
    ['an action that there is none of', '{ at: 1s, cutt: wan }'],
    ['a step that never begins', '{ cut: wan }'],
    ['a time without a unit', '{ at: 5, cut: wan }'],
    ['a field that belongs to another action', '{ at: 1s, cut: wan, down-for: 2s }'],
    ['an action without what it needs', '{ at: 1s, restart: hub }'],
    ["a 'for' of what is not undone", '{ at: 1s, forget-sessions: hub, for: 1s }'],
  ] as const)
    it(`refuses ${what}`, () => equal(validate(scenario(step)), false));

  it('refuses a key that a scenario has not', () =>
    equal(validate(parse('{ name: a, about: b, lab: c, duration: 5s, traffics: {} }')), false));
});
