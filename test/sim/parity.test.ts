import { deepEqual, equal } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { counterPathsOf } from '../../lib/stats/counters.ts';
import { loadScenario } from '../support/lab-files.ts';
import { comparedInLess, ruleOf, rules } from '../support/parity-rules.ts';
import { differences, type Course } from '../support/parity.ts';
import { recordRun } from '../support/recorded-run.ts';

const added = 'packet-processing action success metadata added';
const created = 'emulator sessions created';

describe('the comparison of two runs', function () {
  this.timeout(60_000);
  const scenario = loadScenario('scenarios/session-recovery.yaml');
  let [one, other]: Course[] = [];

  before(async () => {
    [one, other] = [await recordRun(scenario, 1), await recordRun(scenario, 2)];
  });

  const counting = (router: string, path: string, change: number): Course => {
    const { counters } = other.result;
    const count = (counters[router][path] ?? 0) + change;
    return {
      ...other,
      result: { ...other.result, counters: { ...counters, [router]: { ...counters[router], [path]: count } } },
    };
  };
  const telling = (change: (events: readonly LabEvent[]) => LabEvent[]): Course => ({
    ...other,
    events: change(other.events),
  });
  const compare = (course: Course): string[] => differences(scenario, one, course);

  it('finds none where only ids, ports and times differ', () => {
    deepEqual(compare(other), []);
  });

  it('finds a counter of the protocol that is one more', () => {
    deepEqual(compare(counting('hub', created, 1)), [`hub: ${created}: 1 in sim, 2 on netns`]);
  });

  it('finds a counter that only one of them has', () => {
    const path = 'packet-processing action failure hmac digest-compare';
    deepEqual(compare(counting('spoke', path, 1)), [`spoke: ${path}: 0 in sim, 1 on netns`]);
  });

  it('bears with metadata that was repeated, and not with metadata that never ends', () => {
    deepEqual(compare(counting('spoke', added, 3)), []);
    deepEqual(compare(counting('spoke', added, 40)), [`spoke: ${added}: 2 in sim, 42 on netns`]);
  });

  it('does not look at counters of time', () => {
    deepEqual(compare(counting('spoke', 'bfd by-peer-path async sent success', 50)), []);
  });

  it('finds an event that is missing', () => {
    const withoutCheck = telling((events) => events.filter(({ type }) => type !== 'health-check-added'));
    const [found, ...more] = compare(withoutCheck);
    equal(more.length, 0);
    equal(found.startsWith('spoke: exchanges of a session: [session-created, metadata-added '), true);
  });

  it('finds events in another order', () => {
    const swapped = telling((events) => {
      const last = events.findLastIndex(({ node, type }) => node === 'spoke' && type === 'metadata-received');
      const before = events.findLastIndex(
        ({ node, type }, i) => node === 'spoke' && type === 'metadata-added' && i < last,
      );
      return events.with(before, events[last]).with(last, events[before]);
    });
    equal(compare(swapped).length, 1);
  });

  it('finds metadata with an attribute more', () => {
    const more = telling((events) =>
      events.map((event) =>
        event.node === 'hub' && event.type === 'metadata-added'
          ? { ...event, attributes: [...(event.attributes ?? []), 'tcpSyn'] }
          : event,
      ),
    );
    equal(compare(more).length, 1);
  });

  it('tells an event once that is said again before the answer', () => {
    const again = telling((events) =>
      events.flatMap((event) => (event.type === 'metadata-added' ? [event, event] : [event])),
    );
    deepEqual(compare(again), []);
  });

  it('finds a session of another service', () => {
    const { sessions } = other.result;
    const hub = sessions.hub.map((row) => (row.direction === 'fwd' ? { ...row, service: 'web' } : row));
    deepEqual(compare({ ...other, result: { ...other.result, sessions: { ...sessions, hub } } }), [
      'hub: fwd questions of corp, udp by wan from 172.16.0.1 port * to 172.16.0.2 port *: there in sim, not there on netns',
      'hub: fwd web of corp, udp by wan from 172.16.0.1 port * to 172.16.0.2 port *: not there in sim, there on netns',
    ]);
  });

  it('spares what it is told to spare', () => {
    const sparing = { spared: ['counters'], reason: 'a test' } as const;
    const more = counting('hub', created, 1);
    deepEqual(differences(scenario, one, more, sparing), []);
    deepEqual(differences(scenario, one, more, { ...sparing, at: ['hub'] }), []);
    equal(differences(scenario, one, more, { ...sparing, at: ['spoke'] }).length, 1);
  });
});

describe('the rules of the comparison', () => {
  const paths = counterPathsOf('router');

  it('decide on every counter of a router', () => {
    deepEqual(
      paths.filter((path) => ruleOf(path) === undefined),
      [],
    );
  });

  it('name no counter that is not there, and none twice', () => {
    const words = rules.flatMap(({ counters }) => counters);
    deepEqual(
      words.filter((named) => !paths.some((path) => path === named || path.startsWith(`${named} `))),
      [],
    );
    equal(new Set(words).size, words.length);
  });

  it('spare only scenarios that there are', () => {
    const files = new Set(readdirSync('scenarios'));
    deepEqual(
      Object.keys(comparedInLess).filter((name) => !files.has(`${name}.yaml`)),
      [],
    );
  });
});
