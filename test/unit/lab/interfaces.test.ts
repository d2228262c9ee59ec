import { deepEqual, equal } from 'node:assert/strict';
import { parseScenario } from '../../../lib/lab/parse.ts';
import type { LabEvent } from '../../../lib/lab/fabric.ts';
import { loadScenario, resolveFile, scenarioOf } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';

/** Two paths, and what the timeline does to their interfaces. */
async function eventsOf(timeline: string): Promise<readonly LabEvent[]> {
  const text = `
name: interfaces
about: interfaces go down and come up
lab: labs/two-paths.yaml
duration: 6s
traffic: { asked: { kind: udp-request, from: client, to: server, port: 7000, start: 1800ms, every: 5ms, count: 80 } }
timeline: [${timeline}]
`;
  const scenario = scenarioOf(parseScenario(text, 'scenarios/interfaces.yaml', resolveFile));
  return (await recordRun(scenario, 1)).events;
}

const lost = (events: readonly LabEvent[], node: string): string[] =>
  events
    .filter((event) => event.type === 'peer-path-down' && event.node === node)
    .map(({ time, reason }) => `${time / 1e6} s ${String(reason)}`);

describe('an interface that goes down', () => {
  it('takes the carrier from both ends of a wire at once, and gives it back to both', async () => {
    const events = await eventsOf("{ at: 2s, interface-down: 'spoke:cable', for: 1s }");
    deepEqual([lost(events, 'spoke'), lost(events, 'hub')], [['2 s interface-down'], ['2 s interface-down']]);
    const back = events.filter(({ type, time }) => type === 'peer-path-up' && time > 3e6).map(({ node }) => node);
    deepEqual(back.toSorted(), ['hub', 'spoke']);
  });

  it('loses what is on its way to it, and what is sent to it', async () => {
    const events = await eventsOf("{ at: 2s, interface-down: 'spoke:cable' }");
    const ofAsked = events.filter(({ type, time }) => type === 'frame-lost' && time >= 2e6);
    deepEqual(
      new Set(ofAsked.map(({ node, reason }) => `${node} ${String(reason)}`)),
      new Set(['hub no-carrier', 'spoke no-carrier']),
    );
  });

  it('is still down for a router that is restarted', async () => {
    const events = await eventsOf(
      "{ at: 2s, interface-down: 'spoke:cable' }, { at: 3s, restart: spoke, down-for: 500ms }",
    );
    deepEqual(lost(events, 'spoke').at(-1), '3.5 s interface-down');
  });

  it('on a segment leaves the others their carrier', async () => {
    const { links, ...scenario } = loadScenario('scenarios/ha-failover.yaml');
    equal(links.find(({ name }) => name === 'wan')?.ends.length, 3);
    const action = { kind: 'interface-down', node: 'hub', port: 'wan' } as const;
    const timeline = [{ at: 2_000_000 as never, action }];
    const { events } = await recordRun({ ...scenario, links, timeline }, 1);
    deepEqual(lost(events, 'hub'), ['2 s interface-down']);
    deepEqual(
      lost(events, 'spoke.node0').filter((text) => text.includes('interface-down')),
      [],
    );
  });
});
