import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { parse } from 'yaml';
import { counterPathsOf } from '../../../lib/stats/counters.ts';
import { scenarioSchema } from '../../../lib/lab/schema.ts';

const validate = new Ajv2020({ allowUnionTypes: true, strict: true, strictRequired: false }).compile(scenarioSchema());

const read = (file: string): Record<string, unknown> => parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
const filesIn = (folder: string): string[] =>
  readdirSync(folder).flatMap((name) => (name.endsWith('.yaml') ? `${folder}/${name}` : []));

const scenario = (step: string): unknown =>
  parse(`{ name: a, about: b, lab: labs/two-routers.yaml, duration: 5s, timeline: [${step}] }`);

describe('the JSON Schema of scenario files', () => {
  for (const file of [...filesIn('scenarios'), ...filesIn('test/sim/found-by-swarm')])
    it(`takes ${file}`, () => ok(validate(read(file)), JSON.stringify(validate.errors?.slice(0, 3))));

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

  const minimal = { name: 'a', about: 'b', lab: 'labs/two-routers.yaml', duration: '5s' };

  for (const file of filesIn('scenarios/labs'))
    it(`takes ${file} in the place of its name, and none of its keys misspelt`, () => {
      const lab = read(file);
      ok(validate({ ...minimal, lab }), JSON.stringify(validate.errors?.slice(0, 3)));
      deepEqual(
        misspelt(lab, ['nodes', 'links', 'directions']).filter((wrong) => validate({ ...minimal, lab: wrong })),
        [],
      );
    });

  for (const file of filesIn('scenarios').filter((name) => 'attacks' in read(name)))
    it(`takes none of the keys of the attacks of ${file} misspelt, no other kind, and none without what it needs`, () => {
      for (const [name, attack] of Object.entries(read(file).attacks as Record<string, Record<string, unknown>>)) {
        const isTaken = (other: unknown): boolean => validate({ ...minimal, attacks: { [name]: other } });
        ok(isTaken(attack));
        const unpaced = Object.fromEntries(Object.entries(attack).filter(([key]) => key !== 'every'));
        const wrong = [...misspelt(attack), { ...attack, kind: 'nonsense' }, unpaced, { ...attack, hmac: 'right' }];
        deepEqual(wrong.filter(isTaken), []);
      }
    });

  const names = new Set(['questions', 'download', 'scan', 'hub', 'spoke', 'wan', 'yes']);
  for (const sentence of [
    'lost of questions at most 1',
    'p99 round-trip of questions at most 60ms',
    'recovery of questions since 4s at most 3 round trips',
    'checksum-equal of download is yes',
    'answers of scan is 0',
    'sessions of strangers is 0',
    'always sessions at hub is 1 since 2s',
    'sometimes paths up at spoke is 0',
    'critical peer alarms at hub at least 1',
    "never packet 'svr.control == 2' at hub:wan",
    "packets 'svr.control == 2' at hub since 2s at most 3",
    'eventually within 2s of cut at wan event session-moved at hub',
    'events session-recreated at hub is 2 within 1',
    'hmac replayed at spoke + emulator hmac replayed at hub is 0',
    'bfd by-peer-path echo sent success at spoke since 3s is 0',
  ])
    it(`takes '${sentence}', and none of its words misspelt`, () => {
      const isTaken = (text: string): boolean => validate({ ...minimal, expect: [text] });
      ok(isTaken(sentence));
      const words = [...sentence.replace(/'.*'/, (filter) => filter.replaceAll(/\w/g, '0')).matchAll(/[a-z][a-z-]+/g)];
      const wrong = words
        .filter(([word]) => !names.has(word))
        .map(({ 0: word, index }) => `${sentence.slice(0, index)}${word}q${sentence.slice(index + word.length)}`);
      ok(wrong.length > 2);
      deepEqual(wrong.filter(isTaken), []);
    });

  it('knows every counter by its path, and by the last words of it', () => {
    for (const path of (['router', 'nat', 'firewall', 'attacker'] as const).flatMap(counterPathsOf)) {
      const words = path.split(' ');
      for (const [i] of words.entries())
        ok(validate({ ...minimal, expect: [`${words.slice(i).join(' ')} at hub is 0`] }), path);
      equal(validate({ ...minimal, expect: [`other ${path} at hub is 0`] }), false);
    }
  });
});

/** A document with each key of each of its maps misspelt in turn; keys of the maps in `namesIn` are names. */
function misspelt(value: unknown, namesIn: readonly string[] = [], isOfNames = false): unknown[] {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return [];
  return Object.entries(value).flatMap(([key, inner]) => [
    ...(isOfNames ? [] : [Object.fromEntries(Object.entries(value).map(([k, v]) => [k === key ? `${k}q` : k, v]))]),
    ...misspelt(inner, namesIn, namesIn.includes(key)).map((changed) => ({ ...value, [key]: changed })),
  ]);
}
