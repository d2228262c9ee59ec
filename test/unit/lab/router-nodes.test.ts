import { deepEqual, equal, ok } from 'node:assert/strict';
import { parseScenario } from '../../../lib/lab/parse.ts';
import { formatMac } from '../../../lib/address.ts';
import { macOf } from '../../../daemon/node-macs.ts';
import { describeMistakes, resolveFile, scenarioOf } from '../../support/lab-files.ts';

const lab = `
name: pair
about: a router of two nodes
duration: 5s
lab: labs/two-nodes.yaml
`;

const mistakes = (text: string): string => describeMistakes(parseScenario(text, 'scenarios/pair.yaml', resolveFile));

describe('a router of two nodes in a lab', () => {
  it('is two machines with the ports and the MAC addresses of their nodes', () => {
    const scenario = scenarioOf(parseScenario(lab, 'scenarios/pair.yaml', resolveFile));
    const routers = scenario.nodes.filter((node) => node.kind === 'router');
    deepEqual(
      routers.map(({ name, router, node, ports }) => ({ name, router, node, ports })),
      [
        { name: 'spoke.node0', router: 'spoke', node: 'node0', ports: ['lan', 'wan'] },
        { name: 'spoke.node1', router: 'spoke', node: 'node1', ports: ['lan', 'wan'] },
        { name: 'hub', router: 'hub', node: undefined, ports: ['lan', 'wan'] },
      ],
    );
    deepEqual(
      ['spoke.node0', 'spoke.node1'].map((node) => formatMac(macOf(scenario, node, 'wan'))),
      ['02:5e:00:00:00:02', '02:5e:00:00:00:02'],
    );
  });

  it('is killed and started node by node, each in its turn', () => {
    equal(mistakes(`${lab}timeline:\n  - { at: 1s, kill: spoke.node0 }\n  - { at: 2s, start: spoke.node0 }\n`), '');
    const twice = mistakes(`${lab}timeline:\n  - { at: 1s, kill: spoke.node0 }\n  - { at: 2s, kill: spoke.node0 }\n`);
    ok(twice.includes('spoke.node0 is still down'), twice);
    const alive = mistakes(`${lab}timeline:\n  - { at: 1s, start: spoke.node0 }\n`);
    ok(alive.includes('spoke.node0 has not been killed'), alive);
    const whole = mistakes(`${lab}timeline:\n  - { at: 1s, kill: spoke }\n`);
    ok(whole.includes("there is no router 'spoke' in this lab"), whole);
  });

  it('must have all its nodes in the lab, each once', () => {
    const nodes = (list: string): string => {
      const resolve = (path: string, from: string): ReturnType<typeof resolveFile> => {
        const found = resolveFile(path, from);
        return found && { ...found, text: found.text.replace('{ kind: router, nodes: [node0, node1] }', list) };
      };
      return describeMistakes(parseScenario(lab, 'scenarios/pair.yaml', resolve));
    };
    ok(nodes('{ kind: router }').includes("router 'spoke' has redundancy groups: its nodes are machines of their own"));
    ok(nodes('{ kind: router, nodes: [node0] }').includes('all nodes of the router are in the lab: node0, node1'));
    ok(nodes('{ kind: router, nodes: [node0, node0] }').includes('each node is named once'));
    ok(nodes('{ kind: router, nodes: [node0, node2] }').includes("router 'spoke' has no node 'node2'"));
    ok(nodes('{ kind: host, addresses: [10.1.0.1/24], nodes: [a] }').includes("a host has no 'nodes'"));
  });
});
