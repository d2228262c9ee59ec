import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { formatAddress } from '../../../lib/address.ts';
import {
  formatConfiguration,
  onNode,
  parseConfiguration,
  peerPaths,
  redundancyOf,
  type Authority,
} from '../../../lib/config/index.ts';

const text = readFileSync('scenarios/labs/two-nodes.conf', 'utf8');

function read(configuration: string): Authority {
  const { authority } = parseConfiguration(configuration, 'lab.conf');
  ok(authority);
  return authority;
}

const mistakes = (configuration: string): string[] =>
  (parseConfiguration(configuration, 'lab.conf').diagnostics ?? []).map(({ message }) => message);

/** Replaces the `nth` occurrence, counted from 0. */
function replaced(pattern: string, by: string, nth = 0): string {
  const parts = text.split(pattern);
  ok(parts.length > nth + 1, `'${pattern}' is not there`);
  return parts.slice(0, nth + 1).join(pattern) + by + parts.slice(nth + 1).join(pattern);
}

describe('the configuration of a router of two nodes', () => {
  const authority = read(text);
  const [spoke, hub] = authority.routers;

  it('says of each node what it shares, and how much it is preferred', () => {
    deepEqual(redundancyOf(spoke, 'node1'), {
      place: 1,
      twin: 'node0',
      priority: 50,
      deviceInterfaces: new Set(['lan', 'wan']),
    });
    deepEqual([redundancyOf(spoke, 'nobody'), redundancyOf(hub, 'hub')], [undefined, undefined]);
  });

  it('is printed as it is read', () => {
    deepEqual(read(formatConfiguration(authority)), authority);
  });

  it('is one peer to others, and the same from either node', () => {
    const seen = peerPaths(authority, hub).map(({ remoteAddress }) => formatAddress(remoteAddress));
    deepEqual(seen, ['172.16.0.1']);
    for (const node of ['node0', 'node1']) {
      const [path, ...rest] = peerPaths(authority, onNode(spoke, node));
      deepEqual([path.node.name, formatAddress(path.localAddress), rest.length], [node, '172.16.0.1', 0]);
    }
  });

  it('leaves each node its own next hops', () => {
    const { routers } = read(
      text.replace(
        'router  spoke',
        'router spoke\nservice-route x\nservice-name web\nnext-hop node0 lan\nexit\nnext-hop node1 wan\nexit\nexit',
      ),
    );
    const nextHops = (node: string): string[] =>
      onNode(routers[0], node).serviceRoutes.flatMap((route) =>
        route.nextHops.map((hop) => `${hop.nodeName} ${hop.interface}`),
      );
    deepEqual([nextHops('node0'), nextHops('node1')], [['node0 lan'], ['node1 wan']]);
  });
});

describe('mistakes in the configuration of a router of two nodes', () => {
  const cases: [what: string, configuration: string, messages: string[]][] = [
    [
      'a port without a global-id',
      replaced('global-id            1', ''),
      [
        "device-interface 'lan' of node 'node0' is in a redundancy group: it needs a global-id",
        "no member of a redundancy group on node 'node0' has the global-id 1",
      ],
    ],
    [
      'a port without a MAC address to share',
      replaced('shared-phys-address  02:5e:00:00:00:01', ''),
      [
        "device-interface 'lan' of node 'node0' is in a redundancy group: it needs a shared-phys-address",
        "device-interface 'lan' of node 'node1' and 'lan' of 'node0' share a global-id, but not the shared-phys-address",
      ],
    ],
    [
      'other addresses at the other node',
      replaced('address  10.1.0.1', 'address  10.1.0.3', 1),
      ['node0', 'node1'].map(
        (node) =>
          `device-interface 'lan' of node '${node}' and 'lan' of '${node === 'node0' ? 'node1' : 'node0'}' ` +
          'share a global-id, but not their networks: VLANs, addresses and gateways',
      ),
    ],
    [
      'a member that is no port',
      replaced('node0 lan', 'node0 lam'),
      [
        "node 'node0' has no device-interface 'lam'",
        "no member of a redundancy group on node 'node0' has the global-id 1",
      ],
    ],
    [
      'a member that is on the other node',
      replaced('node0 wan', 'node1 lan'),
      [
        "'lan' of 'node1' is in a group already",
        "the members of a group share their fate: they are all on one node, 'node0'",
        "no member of a redundancy group on node 'node0' has the global-id 2",
      ],
    ],
    [
      'a global-id that is there twice',
      replaced('global-id            2', 'global-id            1'),
      [
        "'lan' of node 'node0' already has this global-id",
        "no member of a redundancy group on node 'node0' has the global-id 2",
      ],
    ],
    [
      'a priority that is none',
      replaced('priority  50', 'priority  101'),
      ["priority must be a whole number from 0 to 100, not '101'"],
    ],
  ];

  for (const [what, configuration, messages] of cases)
    it(`${what} is told`, () => {
      const found = mistakes(configuration);
      for (const message of messages) ok(found.includes(message), `${message}\nis not in\n${found.join('\n')}`);
    });

  it('a group without a second node is told', () => {
    const hub = text.indexOf('router  hub');
    const group = 'redundancy-group g\nmember hub lan\nexit\nexit\npeer spoke';
    const one = text.slice(0, hub) + text.slice(hub).replace('peer  spoke', group);
    equal(mistakes(one)[0], "a redundancy group needs two nodes; router 'hub' has 1");
  });
});
