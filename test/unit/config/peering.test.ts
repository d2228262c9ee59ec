import { deepEqual, equal, ok } from 'node:assert/strict';
import { formatAddress } from '../../../lib/address.ts';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { peerPaths } from '../../../lib/config/peering.ts';
import type { PeerPath } from '../../../lib/config/peering.ts';
import { formatDiagnostics } from '../../../lib/diagnostic.ts';

interface Side {
  /** What stands in the network interface `wan`. */
  readonly wan: string;
  readonly device?: string;
  readonly peer?: string;
}

const router = (name: string, other: string, { wan, device = '', peer = '' }: Side): string => `
  router ${name}
    peer ${other}
      router-name ${other}
      ${peer}
    exit
    node n
      device-interface d
        ${device}
        network-interface wan
          ${wan}
        exit
      exit
    exit
  exit`;

/** Routers a and b, each the other's peer; the paths of a. */
function paths(a: Side, b: Side): readonly PeerPath[] {
  const source = `authority
    security s1
      encrypt false
      hmac-key 0011223344556677
    exit
    security s2
      encrypt false
      hmac-key 7766554433221100
    exit
    ${router('a', 'b', a)}
    ${router('b', 'a', b)}
  exit`.replace('0011223344556677', '0011223344556677'.repeat(2));
  const text = source.replace('7766554433221100', '7766554433221100'.repeat(2));
  const { authority, diagnostics } = parseConfiguration(text, 'pair.conf');
  ok(authority, diagnostics && formatDiagnostics(diagnostics, text));
  return peerPaths(authority, authority.routers[0]);
}

const neighborhood = (topology: string, more = ''): string => `neighborhood net\ntopology ${topology}\n${more}\nexit`;
const address = (ip: string, length: number, gateway?: string): string =>
  `address ${ip}\nprefix-length ${length}\n${gateway ? `gateway ${gateway}` : ''}\nexit`;

describe('peer paths', () => {
  const here = address('192.0.2.1', 24);
  const there = address('192.0.2.2', 24);

  for (const [mine, theirs] of [
    ['mesh', 'mesh'],
    ['hub', 'spoke'],
    ['spoke', 'hub'],
    ['spoke', 'mesh'],
    ['mesh', 'hub'],
  ]) {
    it(`join a ${mine} and a ${theirs} of one neighborhood`, () => {
      const [path, ...rest] = paths(
        { wan: neighborhood(mine) + '\n' + here },
        { wan: neighborhood(theirs) + '\n' + there },
      );
      deepEqual(rest, []);
      equal(path.peer.name, 'b');
      equal(path.networkInterface.name, 'wan');
      equal(path.neighborhood, 'net');
      deepEqual([path.localAddress, path.remoteAddress].map(formatAddress), ['192.0.2.1', '192.0.2.2']);
      equal(path.gateway, undefined);
      equal(path.metadataEncoding, 'protobuf');
    });
  }

  it('go through the gateway when the peer is not on the link', () => {
    const [path] = paths(
      { wan: neighborhood('mesh') + '\n' + address('198.51.100.1', 30, '198.51.100.2') },
      { wan: neighborhood('mesh') + '\n' + address('192.0.2.2', 24, '192.0.2.254') },
    );
    equal(path.gateway && formatAddress(path.gateway), '198.51.100.2');
  });

  it('join the addresses of each family', () => {
    const both = (n: number): string =>
      `${neighborhood('mesh')}\n${address(`192.0.2.${n}`, 24)}\n${address(`2001:db8::${n}`, 64)}`;
    const found = paths({ wan: both(1) }, { wan: both(2) });
    deepEqual(
      found.map(({ localAddress, remoteAddress }) => [localAddress, remoteAddress].map(formatAddress)),
      [
        ['192.0.2.1', '192.0.2.2'],
        ['2001:db8::1', '2001:db8::2'],
      ],
    );
  });

  it("are sealed with the policy of the peer's interface, and opened with that of the own one", () => {
    const [path] = paths(
      { wan: `inter-router-security s1\n${neighborhood('mesh')}\n${here}` },
      { wan: `inter-router-security s2\n${neighborhood('mesh')}\n${there}` },
    );
    deepEqual([path.outboundSecurity?.name, path.inboundSecurity?.name], ['s2', 's1']);
  });

  it('follow an adjacency where there is no neighborhood, with its own policy', () => {
    const adjacency =
      'adjacency 192.0.2.2 b\ninter-router-security s2\nvector red\npeer-connectivity outbound-only\nexit';
    const [path, ...rest] = paths({ wan: `${here}\n${adjacency}` }, { wan: `${there}\nadjacency 192.0.2.1 a\nexit` });
    deepEqual(rest, []);
    deepEqual(
      [path.neighborhood, path.outboundSecurity?.name, path.vectors, path.localConnectivity, path.remoteConnectivity],
      [undefined, 's2', ['red'], 'outbound-only', 'bidirectional'],
    );
  });

  it('know a peer behind a NAT by the adjacency with which it names this side', () => {
    const configure = (named: string): readonly string[] => {
      const [path] = paths(
        { wan: `${here}\nadjacency 192.0.2.9 b\nexit` },
        { wan: `${there}\nadjacency ${named} a\npeer-connectivity outbound-only\nport-range 2000\nexit\nexit` },
      );
      return [path.remoteConnectivity, ...path.localPortRanges.map(({ startPort }) => String(startPort))];
    };
    deepEqual(configure('192.0.2.1'), ['outbound-only', '2000']);
    deepEqual(configure('192.0.2.7'), ['bidirectional']);
  });

  it('take an adjacency before the neighborhood that leads to the same address', () => {
    const found = paths(
      { wan: `${neighborhood('mesh', 'vector blue')}\n${here}\nadjacency 192.0.2.2 b\nvector red\nexit` },
      { wan: `${neighborhood('mesh')}\n${there}` },
    );
    deepEqual(
      found.map(({ vectors }) => vectors),
      [['red']],
    );
  });

  it('carry the waypoint ports of both sides', () => {
    const [path] = paths(
      { wan: `${neighborhood('mesh')}\n${here}` },
      { wan: `${neighborhood('mesh', 'port-range 2000\nend-port 2999\nexit')}\n${there}` },
    );
    deepEqual([path.localPortRanges, path.remotePortRanges], [[], [{ startPort: 2000, endPort: 2999 }]]);
  });

  it('are not there while an interface on either side is disabled', () => {
    const on = `${neighborhood('mesh')}\n`;
    deepEqual(paths({ wan: on + here, device: 'enabled false' }, { wan: on + there }), []);
    deepEqual(paths({ wan: on + here }, { wan: on + there, device: 'enabled false' }), []);
  });

  it("are written to in the peer's encoding, if the peer has one of its own", () => {
    const [path] = paths(
      { wan: `${neighborhood('mesh')}\n${here}`, peer: 'emulator metadata-encoding tlv' },
      { wan: `${neighborhood('mesh')}\n${there}` },
    );
    equal(path.metadataEncoding, 'tlv');
  });

  it('are watched as their neighborhood or adjacency says, and otherwise as the router does', () => {
    const bfd = 'bfd\nmultiplier 5\nlink-test-length 0\nexit';
    const [path] = paths(
      { wan: `${neighborhood('mesh', bfd)}\n${here}`, peer: `exit\nbfd\nmultiplier 4\ndesired-tx-interval 100` },
      { wan: `${neighborhood('mesh')}\n${there}` },
    );
    const { multiplier, linkTestLength, desiredTxInterval, requiredMinRxInterval, holdDownTime } = path.bfd;
    deepEqual(
      [multiplier, linkTestLength, desiredTxInterval, requiredMinRxInterval, holdDownTime],
      [5, 0, 100_000, 1_000_000, 5_000_000],
    );
    const [adjacent] = paths(
      { wan: `${here}\nadjacency 192.0.2.2 b\nbfd state disabled\nexit` },
      { wan: `${there}\nadjacency 192.0.2.1 a\nexit` },
    );
    equal(adjacent.bfd.state, 'disabled');
  });
});
