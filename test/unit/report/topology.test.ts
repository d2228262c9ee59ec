import { deepEqual } from 'node:assert/strict';
import { loadScenario } from '../../../cli/load-scenario.ts';
import type { PeerRow } from '../../../lib/peering/rows.ts';
import { drawTopology } from '../../../lib/report/topology.ts';

const drawn = (scenario: string, peers: Record<string, Partial<PeerRow>[]> = {}): ReturnType<typeof drawTopology> =>
  drawTopology(loadScenario(scenario).scenario, peers as Record<string, PeerRow[]>);

describe('the drawing of a lab', () => {
  it('goes from where traffic begins to where it ends, through whatever stands between', () => {
    const { nodes, columns } = drawn('nat-rebind');
    deepEqual(
      nodes.map(({ name, column }) => `${column} ${name}`),
      ['0 client', '1 spoke', '2 nat', '3 hub', '4 server'],
    );
    deepEqual(columns, 5);
  });

  it('sets the nodes of one router below each other', () => {
    const { nodes, rows } = drawn('ha-failover');
    const standing = nodes.filter(({ name }) => name.startsWith('spoke'));
    deepEqual(
      standing.map(({ name, column, row }) => `${name} ${column} ${row}`),
      ['spoke.node0 1 0', 'spoke.node1 1 1'],
    );
    deepEqual(rows, 2);
  });

  it('gives links between the same nodes a lane each', () => {
    const lanes = drawn('path-failover').links.map(({ name, lane, lanes }) => `${name} ${lane} of ${lanes}`);
    deepEqual(lanes, ['spoke-lan 0 of 1', 'cable 0 of 2', 'lte 1 of 2', 'hub-lan 0 of 1']);
  });

  it('leads the path between two peers through a NAT, and tells what both ends say of it', () => {
    const told = { networkInterface: 'wan', status: 'up', reason: 'bfd-up' } as const;
    const { paths } = drawn('nat-rebind', {
      spoke: [{ ...told, peer: 'hub', destination: '172.16.0.2' }],
      hub: [{ ...told, peer: 'spoke', destination: '172.16.0.9', status: 'down', reason: 'timer-expiry' }],
    });
    deepEqual(paths, [
      {
        routers: ['hub', 'spoke'],
        links: ['wan', 'spoke-wan'],
        ends: [
          { node: 'spoke', text: 'spoke: wan to 172.16.0.2 is up (bfd-up)', status: 'up' },
          { node: 'hub', text: 'hub: wan to 172.16.0.9 is down (timer-expiry)', status: 'down' },
        ],
      },
    ]);
  });
});
