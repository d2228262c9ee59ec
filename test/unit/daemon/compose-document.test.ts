import { deepEqual, equal, match, ok, throws } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { composeDocument, type ComposeDocument, type ComposeOptions } from '../../../daemon/fabric/compose-document.ts';
import { linkNetworks } from '../../../daemon/fabric/compose-networks.ts';
import { formatAddress, formatPrefix, parsePrefix, type IpPrefix } from '../../../lib/address.ts';
import { LabError } from '../../../lib/lab/fabric.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { loadScenario } from '../../support/lab-files.ts';

const twoRouters = loadScenario('scenarios/session-recovery.yaml');
const withScanner = loadScenario('scenarios/port-scan.yaml');
const twoNodes = loadScenario('scenarios/ha-failover.yaml');

const byHand: ComposeOptions = {
  image: '${SVRLAB_IMAGE:-svrlab}',
  labPath: 'scenarios/session-recovery.yaml',
  run: { volume: 'run' },
  isWatched: true,
};

const documentOf = (scenario: Scenario, options: Partial<ComposeOptions> = {}): ComposeDocument =>
  composeDocument(scenario, linkNetworks(scenario), { ...byHand, ...options });

const prefix = (text: string): IpPrefix => {
  const read = parsePrefix(text);
  ok(read, text);
  return read;
};

const subnetsOf = (scenario: Scenario, inUse: readonly IpPrefix[] = []): string[] =>
  linkNetworks(scenario, inUse).map(
    ({ link, subnets }) => `${link.name} ${subnets.map(({ prefix }) => formatPrefix(prefix)).join(' ')}`,
  );

describe('the Compose file of a lab', () => {
  it('is, for the default lab, the one at the root of the project', () => {
    const root = parse(readFileSync('docker-compose.yml', 'utf8'), { merge: true }) as ComposeDocument;
    const { services, networks, volumes } = root;
    // How the image is built is of the file alone: a lab that svrlab brings up finds it built.
    const withoutBuild = Object.entries(services).map(([name, { build, ...service }]): [string, object] => {
      ok(build, name);
      return [name, service];
    });
    deepEqual({ services: Object.fromEntries(withoutBuild), networks, volumes }, documentOf(twoRouters));
  });

  it('gives every node the two capabilities that it needs, and no other', () => {
    for (const service of Object.values(documentOf(withScanner).services))
      deepEqual([service.cap_drop, service.cap_add], [['ALL'], ['NET_ADMIN', 'NET_RAW']]);
    const store = documentOf(twoNodes).services['-store'];
    deepEqual([store.cap_drop, store.cap_add], [['ALL'], undefined]);
  });

  it('tells each daemon which of its interfaces is which port', () => {
    const { services } = documentOf(twoRouters, { words: ['--seed', '7', '--record', '--wait'] });
    equal(
      services.hub.command,
      'router --lab scenarios/session-recovery.yaml --node hub --run /run/svrlab ' +
        '--take wan=172.16.0.2 --take lan=10.2.0.1 --seed 7 --record --wait',
    );
    match(services.client.command, /^host .* --take eth0=10\.1\.0\.10 /);
  });

  it('mounts a folder of this machine, names containers, and leaves health to the runner, if it is told to', () => {
    const { services, volumes } = documentOf(twoRouters, {
      run: { folder: '/run/svrlab/mine' },
      containerOf: (node) => `mine-${node}`,
      isWatched: false,
    });
    deepEqual(services.spoke.volumes, [{ type: 'bind', source: '/run/svrlab/mine', target: '/run/svrlab' }]);
    equal(services.spoke.container_name, 'mine-spoke');
    equal(services.spoke.healthcheck, undefined);
    equal(volumes, undefined);
  });

  it('puts all ends of a segment on one network', () => {
    const { services } = documentOf(withScanner);
    const onWan = Object.entries(services).filter(([, { networks = {} }]) => 'wan' in networks);
    deepEqual(
      onWan.map(([name, { networks }]) => [name, networks?.wan]),
      [
        ['spoke', { ipv4_address: '172.16.0.1' }],
        ['hub', { ipv4_address: '172.16.0.2' }],
        ['scanner', { ipv4_address: '172.16.0.66' }],
      ],
    );
  });

  it('has a Redis for routers of two nodes and for nobody else, on a socket and on no network', () => {
    const { services } = documentOf(twoNodes, { containerOf: (name) => `mine-${name}` });
    const { volumes, container_name, network_mode, networks, entrypoint, command } = services['-store'];
    deepEqual(
      { volumes, container_name, network_mode, networks, entrypoint, command },
      {
        volumes: ['run:/run/svrlab'],
        container_name: 'mine--store',
        network_mode: 'none',
        networks: undefined,
        entrypoint: 'redis-server',
        command:
          '--port 0 --unixsocket /run/svrlab/-redis.sock --unixsocketperm 777' +
          " --save '' --appendonly no --dir /run/svrlab",
      },
    );
    deepEqual(
      Object.entries(services).flatMap(([name, { command }]) =>
        command.includes('--store unix:/run/svrlab/-redis.sock') ? [name] : [],
      ),
      ['spoke.node0', 'spoke.node1'],
    );
    ok(!('-store' in documentOf(twoRouters).services));
  });

  it('is refused for a node that is on one link twice, or whose port is on none', () => {
    const [lan, wan, ...rest] = twoRouters.links;
    const loop = { ...wan, ends: [wan.ends[0], wan.ends[1], { node: 'hub', port: 'lan' }] };
    for (const links of [
      [lan, loop],
      [lan, ...rest],
    ])
      throws(
        () => documentOf({ ...twoRouters, links }),
        (error) => error instanceof LabError && error.status === 2,
      );
  });
});

describe('the networks of a lab of containers', () => {
  it('have the subnets and addresses of the lab, and a gateway that is nobody else', () => {
    deepEqual(subnetsOf(twoRouters), [
      'spoke-lan 10.1.0.0/24 fd00:1::/64',
      'wan 172.16.0.0/24',
      'hub-lan 10.2.0.0/24 fd00:2::/64',
    ]);
    const [{ subnets }] = linkNetworks(twoRouters);
    deepEqual(
      subnets.map(({ gateway, addresses }) => [formatAddress(gateway), ...addresses.map(formatAddress)]),
      [
        ['10.1.0.254', '10.1.0.10', '10.1.0.1'],
        ['fd00:1::ffff:ffff:ffff:fffe', 'fd00:1::10', 'fd00:1::1'],
      ],
    );
  });

  it('have both nodes of a router, of which the engine calls one by another address', () => {
    const [lan, wan] = linkNetworks(twoNodes).map(({ subnets: [{ addresses }] }) => addresses.map(formatAddress));
    deepEqual(lan, ['10.1.0.10', '10.1.0.1', '10.1.0.253']);
    deepEqual(wan, ['172.16.0.1', '172.16.0.253', '172.16.0.2']);
  });

  it('are others where the engine has that subnet already, so that two labs are up at once', () => {
    const first = linkNetworks(twoRouters).flatMap(({ subnets }) => subnets.map(({ prefix }) => prefix));
    deepEqual(subnetsOf(twoRouters, first), [
      'spoke-lan 198.18.0.0/24 2001:2::/64',
      'wan 198.18.1.0/24',
      'hub-lan 198.18.2.0/24 2001:2:0:1::/64',
    ]);
    deepEqual(subnetsOf(twoRouters, [prefix('198.18.0.0/16'), prefix('10.0.0.0/8')]).slice(0, 2), [
      'spoke-lan 198.19.0.0/24 fd00:1::/64',
      'wan 172.16.0.0/24',
    ]);
  });

  it('are others where links of the lab overlap, where one has no IPv4, and where one is too small', () => {
    const withHost = (addresses: readonly string[]): Scenario => ({
      ...twoRouters,
      nodes: twoRouters.nodes.map((node) =>
        node.name === 'server' && node.kind === 'host' ? { ...node, addresses: addresses.map(own) } : node,
      ),
      links: twoRouters.links.map((link) =>
        link.name === 'hub-lan' ? { ...link, ends: link.ends.filter(({ node }) => node === 'server') } : link,
      ),
    });
    // As a host has it, with the bits behind the length.
    const own = (text: string): IpPrefix => ({ ...prefix(text.split('/')[0]), length: Number(text.split('/')[1]) });
    equal(subnetsOf(withHost(['10.1.0.77/25']))[2], 'hub-lan 198.18.0.0/24');
    equal(subnetsOf(withHost(['fd00:9::1/64']))[2], 'hub-lan 198.18.0.0/24 fd00:9::/64');
    equal(subnetsOf(withHost(['10.9.0.2/31']))[2], 'hub-lan 198.18.0.0/24');
  });

  it('run out at last', () => {
    throws(
      () => linkNetworks(twoRouters, [prefix('0.0.0.0/0')]),
      (error) => error instanceof LabError && error.status === 3,
    );
  });
});
