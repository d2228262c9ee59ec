import { deepEqual, equal, ok } from 'node:assert/strict';
import { StandingActions } from '../../../lib/lab/actions/lift.ts';
import { describeAction, describeEntry } from '../../../lib/lab/actions/table.ts';
import { Schedule } from '../../../lib/lab/schedule.ts';
import type { Action, Scenario } from '../../../lib/lab/scenario.ts';
import type { Duration } from '../../../lib/time.ts';
import { parseScenario } from '../../../lib/lab/parse.ts';
import { resolveFile, scenarioOf } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';

/** Two routers with pings between their hosts, and this timeline. */
function labWith(timeline: string): Scenario {
  const text = `
name: steps
about: steps of a timeline
lab: labs/two-routers.yaml
duration: 8s
traffic:
  pings: { kind: ping, from: client, to: server, start: 1s, every: 100ms, count: 60 }
timeline:
${timeline}
`;
  return scenarioOf(parseScenario(text, 'scenarios/steps.yaml', resolveFile));
}

const described = ({ timeline, links }: Scenario): string[] => timeline.map((entry) => describeEntry(entry, links));

/** What is done while the lab runs, with the time in milliseconds. */
async function doneIn(timeline: string): Promise<string[]> {
  const { events } = await recordRun(labWith(timeline), 1);
  return events.flatMap(({ time, what }) => (typeof what === 'string' ? [`${time / 1_000} ${what}`] : []));
}

describe('a step of a timeline', () => {
  it('is undone after the time that it is done for', () =>
    deepEqual(described(labWith('  - { at: 2s, cut: hub -> spoke, for: 500ms }')), [
      "at 2s, 'cut hub -> spoke'",
      "at 2.5s, 'heal hub -> spoke'",
    ]));

  it('is repeated, and undone each time', () =>
    deepEqual(described(labWith('  - { at: 2s, kill: hub, for: 500ms, every: 1s, times: 2 }')), [
      "at 2s, 'kill hub'",
      "at 2.5s, 'start hub'",
      "at 3s, 'kill hub'",
      "at 3.5s, 'start hub'",
    ]));

  it('leaves a link as the lab has it when an impairment is undone, in each direction', async () => {
    const { events } = await recordRun(labWith('  - { at: 2s, impair: wan, loss: 100%, for: 1s }'), 1);
    const lost = events.filter(({ type }) => type === 'frame-lost').map(({ time }) => time / 1e6);
    ok(lost.length >= 10 && lost.every((time) => time >= 2 && time < 3), lost.join());
  });

  it('begins with an event, or so much later', async () => {
    const done = await doneIn(`
  - { after: session-created at hub, wait: 250ms, cut: wan, for: 1s }
  - { after: heal at wan, forget-sessions: hub }`);
    equal(done.length, 3);
    const [cut, heal, forget] = done.map((line) => ({ time: parseFloat(line), what: line.replace(/^\S+ /, '') }));
    deepEqual([cut.what, heal.what, forget.what], ['cut wan', 'heal wan', 'forget-sessions hub']);
    ok(cut.time > 1_250 && cut.time < 1_400, `cut at ${cut.time}`);
    equal(Math.round(heal.time - cut.time), 1_000);
    equal(forget.time, heal.time);
  });

  it('begins with the very event that it names, in virtual time', async () => {
    const { events } = await recordRun(labWith('  - { after: session-created at hub, forget-sessions: hub }'), 1);
    const timeOf = (wanted: string): number | undefined =>
      events.find(({ type, node }) => type === wanted && node === 'hub')?.time;
    equal(timeOf('forget-sessions'), timeOf('session-created'));
  });

  it('can wait for the third event of its kind', async () => {
    const done = await doneIn(`
  - { at: 2s, forget-sessions: spoke, every: 1s, times: 4 }
  - { after: 'forget-sessions at spoke, the 3rd time', cut: wan }`);
    ok(done.includes('4000 cut wan'), done.join());
  });

  it('begins when a condition holds, and only once', async () => {
    const done = await doneIn('  - { when: sessions at hub at least 1, wait: 1s, forget-sessions: hub }');
    equal(done.length, 1);
    const at = parseFloat(done[0]);
    ok(at > 2_020 && at < 2_040, `${at}`);
  });

  it('begins when as many packets as it says have passed', async () => {
    const done = await doneIn("  - { when: packets 'icmp' at client is 10, cut: wan, for: 100ms }");
    deepEqual(
      done.map((line) => line.replace(/^\S+ /, '')),
      ['cut wan', 'heal wan'],
    );
  });

  it('that waits in vain is told of', async () => {
    const { result } = await recordRun(labWith('  - { after: peer-path-down at hub, forget-sessions: spoke }'), 1);
    deepEqual(result.neverCame, ['peer-path-down at hub']);
  });
});

describe('another address of an interface', () => {
  const refused = (step: string): string | undefined => {
    const text = `{ name: a, about: b, lab: labs/two-routers.yaml, duration: 5s, timeline: [${step}] }`;
    const [first] = parseScenario(text, 'scenarios/a.yaml', resolveFile).diagnostics ?? [];
    return first && [first.message, first.hint].filter((part) => part !== undefined).join('; ');
  };
  const at = (port: string, address: string): string => `{ at: 1s, address-change: '${port}', address: '${address}' }`;

  it('is one of the same subnet that nobody has, of IPv6 too', () => {
    equal(refused(at('spoke:wan', '172.16.0.77')), undefined);
    equal(refused(at('spoke:lan', 'fd00:1::77')), undefined);
    equal(refused(at('spoke:wan', '172.16.1.77')), "this is in no subnet of 'spoke:wan'; it has 172.16.0.1/24");
    equal(refused(at('spoke:wan', '172.16.0.1')), "'spoke:wan' has this address");
    equal(refused(at('spoke:wan', '172.16.0.2')), 'somebody else on this link has this address');
  });

  it('is that of a router', () => {
    equal(
      refused(at('client', '10.1.0.77')),
      "'client' is a host: only the interfaces of a router get other addresses",
    );
    ok(
      refused(at('spoke:wam', '172.16.0.77'))?.includes("did you mean 'wan'"),
      refused(at('spoke:wam', '172.16.0.77')),
    );
  });

  it('is an address', () => ok(refused(at('spoke:wan', '172.16.0.777'))?.includes('is not an IPv4 or IPv6 address')));
});

describe('what has been done to a lab and not undone', () => {
  const { links } = labWith('');
  const wan = (kind: 'cut' | 'heal', direction: 'both' | number): Action => ({ kind, link: 'wan', direction });
  const liftsOf = (...actions: Action[]): string[] => {
    const standing = new StandingActions(links);
    for (const action of actions) standing.note(action);
    return standing.lifts().map((action) => describeAction(action, links));
  };

  it('is undone in reverse order', () =>
    deepEqual(liftsOf(wan('cut', 'both'), { kind: 'kill', node: 'hub' }), ['start hub', 'heal wan']));

  it('is the other direction of a link that was healed in one', () =>
    deepEqual(liftsOf(wan('cut', 'both'), wan('heal', 0)), ['heal hub -> spoke']));

  it('is nothing when all of it was undone', () =>
    deepEqual(
      liftsOf(wan('cut', 1), wan('cut', 0), wan('heal', 'both'), { kind: 'forget-sessions', node: 'hub' }),
      [],
    ));

  it('is known by the schedule of a run', () => {
    const schedule = new Schedule(labWith('  - { at: 1s, cut: wan }'));
    ok(schedule.next);
    schedule.note(schedule.next);
    deepEqual(schedule.lifts(), [{ kind: 'heal', link: 'wan', direction: 'both' }]);
    equal(schedule.next, undefined);
    schedule.note({ at: 2 as Duration, action: schedule.lifts()[0] });
    deepEqual(schedule.lifts(), []);
  });
});
