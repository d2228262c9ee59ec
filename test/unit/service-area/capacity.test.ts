import { deepEqual, equal } from 'node:assert/strict';
import { parseConfiguration } from '../../../lib/config/index.ts';
import { Capacity } from '../../../lib/service-area/capacity.ts';
import { PeerLoads } from '../../../lib/service-area/peer-loads.ts';
import { Services } from '../../../lib/service-area/services.ts';
import { seconds, type Instant } from '../../../lib/time.ts';
import { twoRouters } from '../../support/two-routers.ts';

const NOW = seconds(100) as number as Instant;

const routerOnNet = (name: string, address: number, rest: string): string => `
    router ${name}
      ${rest}
      node ${name}
        device-interface wan
          network-interface wan
            neighborhood internet
              topology mesh
            exit
            address 172.16.0.${address}
              prefix-length 24
            exit
          exit
        exit
      exit
    exit`;

/** A router with two peers that both lead to one service. */
function choice(strategy: 'hunt' | 'proportional', limits: Readonly<Record<string, number | undefined>>) {
  const policies = Object.entries(limits).filter(([, max]) => max !== undefined);
  const routeTo = (peer: string): string =>
    `service-route ${peer}\nservice-name web\npeer ${peer}\n${limits[peer] ? `service-route-policy ${peer}` : ''}\nexit`;
  const { authority, diagnostics } = parseConfiguration(
    `authority
    ${policies.map(([name, max]) => `service-route-policy ${name}\nmax-sessions ${max}\nexit`).join('\n')}
    service-policy spread
      lb-strategy ${strategy}
    exit
    service web
      address 10.0.0.0/8
      service-policy spread
    exit
    ${routerOnNet('east', 2, '')}
    ${routerOnNet('west', 3, '')}
    ${routerOnNet(
      'spoke',
      1,
      `
      peer east
        router-name east
      exit
      peer west
        router-name west
      exit
      ${routeTo('east')}
      ${routeTo('west')}`,
    )}
    exit`,
    'capacity.conf',
  );
  if (!authority) throw new Error(JSON.stringify(diagnostics));
  const spoke = authority.routers[2];
  const loads = new PeerLoads(seconds(60));
  const capacity = new Capacity(authority, spoke, loads, () => 0);
  const [entry] = new Services(authority).list;
  return {
    entry,
    loads,
    tell: (peer: string, sessions: number) => loads.learn(peer, 'web', sessions, NOW),
    order: () => capacity.order(entry, spoke.serviceRoutes, NOW).map(({ peer }) => peer),
  };
}

describe('the capacity of service-routes', () => {
  it('that are hunted is filled in their order, up to the high-water mark', () => {
    const { tell, order } = choice('hunt', { east: 100, west: 100 });
    deepEqual(order(), ['east', 'west']);
    tell('east', 94);
    deepEqual(order(), ['east', 'west']);
    tell('east', 95);
    deepEqual(order(), ['west', 'east']);
  });

  it('comes first again only at the low-water mark', () => {
    const { tell, order } = choice('hunt', { east: 100, west: 100 });
    tell('east', 95);
    order();
    tell('east', 91);
    deepEqual(order(), ['west', 'east']);
    tell('east', 90);
    deepEqual(order(), ['east', 'west']);
  });

  it('is never exceeded', () => {
    const { tell, order } = choice('hunt', { east: 100, west: 10 });
    tell('east', 100);
    tell('west', 10);
    deepEqual(order(), []);
  });

  it('in proportion goes to the one that is least used, by its limit or else by number', () => {
    const limited = choice('proportional', { east: 100, west: 10 });
    limited.tell('east', 20);
    limited.tell('west', 3);
    deepEqual(limited.order(), ['east', 'west']);
    const unlimited = choice('proportional', {});
    unlimited.tell('east', 20);
    unlimited.tell('west', 3);
    deepEqual(unlimited.order(), ['west', 'east']);
  });

  it('is of no interest to services whose routes are hunted without limits', () => {
    const { tell, order, entry } = choice('hunt', {});
    tell('east', 1_000);
    deepEqual(order(), ['east', 'west']);
    equal(entry.isCounted, false);
  });
});

describe('what a peer says of its load', () => {
  it('counts until it has not been said again for its lifetime', () => {
    const loads = new PeerLoads(seconds(60));
    loads.learn('hub', 'service3', 7, NOW);
    equal(loads.sessions('hub', 'service3', NOW), 7);
    equal(loads.sessions('hub', 'service3', (NOW + seconds(60) - 1) as Instant), 7);
    equal(loads.sessions('hub', 'service3', (NOW + seconds(60)) as Instant), 0);
    deepEqual([loads.sessions('hub', 'service2', NOW), loads.sessions('mid', 'service3', NOW)], [0, 0]);
  });

  it('grows by what is sent there meanwhile, until it is said anew', () => {
    const loads = new PeerLoads(seconds(60));
    loads.begin('hub', 'service0', NOW);
    equal(loads.sessions('hub', 'service0', NOW), 1);
    loads.learn('hub', 'service0', 7, NOW);
    loads.begin('hub', 'service0', NOW);
    equal(loads.sessions('hub', 'service0', NOW), 8);
    loads.learn('hub', 'service0', 5, NOW);
    equal(loads.sessions('hub', 'service0', NOW), 5);
  });

  it('comes with reverse metadata from where the session ends, if somebody chooses by it', () => {
    const counts = (authority: string): (number | undefined)[] => {
      const lab = twoRouters({
        edit: (text) => text.replace('service-policy plain\n', `service-policy plain\n${authority}`),
      });
      lab.server.isServer = true;
      lab.client.ask('one');
      lab.client.ask('two', { from: 40_001 });
      lab.settle();
      return lab.wan.packets.flatMap(({ from, metadata }) =>
        from === 'hub' && metadata?.attributes.disableForwardMetadata ? [metadata.attributes.sessionsInService] : [],
      );
    };
    deepEqual(counts(''), [undefined, undefined]);
    deepEqual(counts('lb-strategy proportional\n'), [2, 2]);
  });
});
