import { deepEqual, equal, ok } from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { formatAddress } from '../../../lib/address.ts';
import { parseScenario } from '../../../lib/lab/parse.ts';
import type { Expectation } from '../../../lib/lab/scenario.ts';
import { NO_IMPAIRMENT } from '../../../lib/link/impairment.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { describeMistakes, loadScenario, resolveFile, scenarioOf } from '../../support/lab-files.ts';

const folder = 'test/unit/lab/errors';
const small = loadScenario(`${folder}/../small.yaml`);

describe('a scenario file', () => {
  it('names its nodes, links and configuration in a lab that it shares with others', () => {
    deepEqual(
      small.nodes.map(({ kind, name, ports }) => `${kind} ${name} ${ports.join()}`),
      ['host client eth0', 'router spoke lan,wan', 'router hub lan,wan', 'host server eth0'],
    );
    deepEqual(
      small.links.map(({ name, ends }) => `${name}: ${ends.map(({ node, port }) => `${node}:${port}`).join(' ')}`),
      ['west: client:eth0 spoke:lan', 'wan: spoke:wan hub:wan', 'east: hub:lan server:eth0'],
    );
  });

  it('impairs each direction of a link as the link says, unless the direction says otherwise', () => {
    const common = { ...NO_IMPAIRMENT, delay: milliseconds(20) };
    deepEqual(small.links[1].impairments, [common, { ...common, loss: 0.01 }]);
  });

  it('adds its own lines to the configuration of the lab', () => {
    equal(small.authority.sessionRecoveryDetection.mode, 'inactivity-based');
  });

  it('sends traffic to the first address of its destination, or to the one that it names', () => {
    deepEqual(
      small.traffic.map(({ destination }) => formatAddress(destination)),
      ['10.2.0.10', 'fd00:2::10', '172.16.0.2'],
    );
  });

  it('keeps silences in order of time', () => {
    const [questions] = small.traffic;
    ok('silences' in questions);
    deepEqual(questions.silences, [
      { start: seconds(2), end: seconds(3) },
      { start: seconds(4), end: seconds(4.5) },
    ]);
  });

  it('has a timeline in order of time', () => {
    deepEqual(small.timeline, [
      { at: seconds(1), action: { kind: 'cut', link: 'wan', direction: 1 } },
      { at: seconds(1.5), action: { kind: 'heal', link: 'wan', direction: 'both' } },
      { at: seconds(5), action: { kind: 'restart', node: 'hub', downFor: milliseconds(500) } },
    ]);
  });

  it('understands every form of expectation', () => {
    const sentences: readonly Expectation[] = small.expectations;
    const what = sentences.map(({ measure, unit, atLeast, atMost, since }) => {
      const of =
        measure.of === 'counter' ? measure.terms.map(({ node, path }) => `${node} ${path}`).join(' + ') : measure;
      return { of, unit, atLeast, atMost, since };
    });
    const counter = 'packet-processing action success metadata added-session-health-check';
    deepEqual(what, [
      {
        of: { of: 'traffic', traffic: 'questions', what: 'lost' },
        unit: 'count',
        atLeast: undefined,
        atMost: 1,
        since: undefined,
      },
      {
        of: { of: 'traffic', traffic: 'questions', what: 'recovery' },
        unit: 'round-trips',
        atLeast: undefined,
        atMost: 2.5,
        since: seconds(5),
      },
      {
        of: { of: 'traffic', traffic: 'questions', what: 'recovery' },
        unit: 'microseconds',
        atLeast: milliseconds(10),
        atMost: undefined,
        since: undefined,
      },
      { of: `spoke ${counter} + hub ${counter}`, unit: 'count', atLeast: 2, atMost: 2, since: seconds(1) },
      { of: { of: 'sessions', node: 'hub' }, unit: 'count', atLeast: 0, atMost: 0, since: undefined },
    ]);
  });

  it('may hold its lab in itself', () => {
    const text = `
name: in-place
about: two hosts on one wire
duration: 1s
lab:
  nodes:
    a: { kind: host, addresses: [10.0.0.1/24] }
    b: { kind: host, addresses: [10.0.0.2/24] }
  links:
    wire: { ends: [a, b] }
  configuration: |
    authority
    exit
`;
    equal(scenarioOf(parseScenario(text, 'in-place.yaml', () => undefined)).nodes.length, 2);
  });
});

describe('mistakes in scenario files', () => {
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.yaml'))) {
    it(`are all told for ${file}`, () => {
      const parsed = parseScenario(readFileSync(`${folder}/${file}`, 'utf8'), file, (path) =>
        resolveFile(path, `${folder}/${file}`),
      );
      equal(`${describeMistakes(parsed)}\n`, readFileSync(`${folder}/${file}.txt`, 'utf8'));
    });
  }
});
