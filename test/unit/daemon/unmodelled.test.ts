import { doesNotThrow, throws } from 'node:assert/strict';
import { refuseUnmodelled } from '../../../daemon/fabric/unmodelled.ts';
import { LabError } from '../../../lib/lab/fabric.ts';
import type { HostNode, LabLink, Scenario } from '../../../lib/lab/scenario.ts';
import { NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { loadScenario } from '../../support/lab-files.ts';

const twoRouters = loadScenario('scenarios/session-recovery.yaml');
const slow: Impairment = { ...NO_IMPAIRMENT, delay: milliseconds(5) };

const host = (name: string): HostNode => ({ kind: 'host', name, ports: ['eth0'], addresses: [], gateways: [] });

/** The default lab, with two more hosts that a link joins. */
function withHosts(impairment: Impairment, more: Partial<Scenario> = {}): Scenario {
  const ends = ['left', 'right'].map((node) => ({ node, port: 'eth0' }));
  const link: LabLink = { name: 'aside', ends, impairments: [NO_IMPAIRMENT, impairment] };
  const nodes = [...twoRouters.nodes, host('left'), host('right')];
  return { ...twoRouters, nodes, links: [...twoRouters.links, link], ...more };
}

const refusesWith = (message: RegExp, scenario: Scenario): void =>
  throws(
    () => refuseUnmodelled(scenario, 'netns'),
    (error) => error instanceof LabError && error.status === 2 && message.test(error.message),
  );

describe('what nobody can do to the frames between two hosts of a lab of real processes', () => {
  it('is nothing that a lab asks for which leaves them alone', () => {
    for (const lab of [twoRouters, loadScenario('scenarios/port-scan.yaml')])
      doesNotThrow(() => refuseUnmodelled(lab, 'netns'));
    doesNotThrow(() => refuseUnmodelled(withHosts(NO_IMPAIRMENT), 'compose'));
  });

  it('is refused as a property of their link, with the name of the link', () =>
    refusesWith(/^link 'aside' has delay 5ms: fabric netns has nobody .*; sim has$/, withHosts(slow)));

  it('is refused as a step of the timeline, with its time', () =>
    refusesWith(
      /^timeline, at 2s, 'cut aside': fabric netns has nobody/,
      withHosts(NO_IMPAIRMENT, {
        timeline: [{ at: seconds(2), action: { kind: 'cut', link: 'aside', direction: 'both' } }],
      }),
    ));

  it('is refused on a segment with a router too, if two hosts on it have traffic with each other', () => {
    const [lan, ...rest] = twoRouters.links;
    const crowded: LabLink = {
      ...lan,
      ends: [...lan.ends, { node: 'left', port: 'eth0' }],
      impairments: [...lan.impairments, slow],
    };
    const [traffic] = twoRouters.traffic;
    const lab = { ...twoRouters, nodes: [...twoRouters.nodes, host('left')], links: [crowded, ...rest] };
    doesNotThrow(() => refuseUnmodelled(lab, 'netns'));
    refusesWith(/^link 'spoke-lan' has/, { ...lab, traffic: [{ ...traffic, to: 'left' }] });
  });
});
