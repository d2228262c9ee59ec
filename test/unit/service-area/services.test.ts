import { deepEqual, equal } from 'node:assert/strict';
import { Services, type ServiceMatch } from '../../../lib/service-area/services.ts';
import { labConfiguration } from '../../support/lab-configuration.ts';
import { addressBytes, readFrame } from '../../support/packets.ts';
import { twoRouters, type LabOptions } from '../../support/two-routers.ts';

const TCP = 6;
const UDP = 17;
const ICMP = 1;

const service = (name: string, address: string, rest: string): string =>
  `service ${name}\naddress ${address}\n${rest}\nexit`;
const allow = (...tenants: readonly string[]): string =>
  tenants.map((tenant) => `access-policy ${tenant}\nexit`).join('\n');
const udp = (port: number): string => `transport udp\nport-range ${port}\nexit\nexit`;

const services = new Services(
  labConfiguration({
    authority: [
      'tenant guests\nexit',
      service('everything', '0.0.0.0/0', allow('corp')),
      service('site', '10.50.0.0/16', allow('corp', 'servers')),
      service('floor', '10.50.1.0/24', allow('servers')),
      service('printer', '10.50.1.7', `${udp(631)}\n${allow('corp')}`),
      service('everything6', '::/0', allow('corp')),
      service('floor6', 'fd00:50:1::/48', allow('corp')),
      service('odd6', 'fd00:50:1:8000::/49', allow('corp')),
      service('off', '10.60.0.0/16', `enabled false\n${allow('corp')}`),
      service('closed', '10.70.0.0/16', 'access-policy corp\npermission deny\nexit'),
    ].join('\n'),
  }),
);

function find(tenant: string, destination: string, protocol = UDP, port = 1): string {
  const bytes = addressBytes(destination);
  const match: ServiceMatch = services.find(tenant, bytes, 0, bytes.length === 4 ? 4 : 6, protocol, port);
  return typeof match === 'string' ? match : match.name;
}

describe('the service of a first packet', () => {
  const rows: [why: string, tenant: string, destination: string, protocol: number, port: number, expected: string][] = [
    ['the longest prefix wins', 'servers', '10.50.1.9', UDP, 1, 'floor'],
    ['among those that the tenant may use', 'corp', '10.50.1.9', UDP, 1, 'site'],
    ['a single address is the longest prefix', 'corp', '10.50.1.7', UDP, 631, 'printer'],
    ['another port is not of that service', 'corp', '10.50.1.7', UDP, 632, 'site'],
    ['another protocol neither', 'corp', '10.50.1.7', TCP, 631, 'site'],
    ['0.0.0.0/0 takes what is left', 'corp', '192.0.2.1', ICMP, 0, 'everything'],
    ['a tenant without access is denied', 'servers', '192.0.2.1', UDP, 1, 'access-denied'],
    ['a tenant that nobody allows anything is denied', 'guests', '10.50.1.7', UDP, 631, 'access-denied'],
    ['a denying policy allows nobody', 'servers', '10.70.0.1', UDP, 1, 'access-denied'],
    ['a service that is off is not there', 'corp', '10.60.0.1', UDP, 1, 'everything'],
    ['IPv6 has prefixes of its own', 'corp', 'fd00:50:1::9', UDP, 1, 'floor6'],
    ['to the bit', 'corp', 'fd00:50:1:8000::9', UDP, 1, 'odd6'],
    ['and ends where they end', 'corp', 'fd00:50:2::9', UDP, 1, 'everything6'],
    ['ICMPv6 goes by the transport icmp', 'corp', 'fd00:2::10', 58, 0, 'echo'],
    ['a port in the middle of a range', 'corp', '10.2.0.10', TCP, 8_050, 'web'],
    ['a port behind the range', 'corp', '10.2.0.10', TCP, 8_100, 'everything'],
  ];

  for (const [why, tenant, destination, protocol, port, expected] of rows)
    it(`${why}: ${destination} is ${expected} for ${tenant}`, () =>
      equal(find(tenant, destination, protocol, port), expected));

  it('is not found where there is none', () => {
    const none = new Services(labConfiguration());
    equal(none.find('corp', addressBytes('192.0.2.1'), 0, 4, UDP, 1), 'not-found');
  });

  it('is known by its name', () => {
    equal(services.byName('floor')?.name, 'floor');
    equal(services.byName('off'), undefined);
  });
});

/** Where the spoke sends what the client says to `destination`: the link address that it asks for on its network. */
function nextHopOf(destination: string, options: LabOptions): string[] {
  const lab = twoRouters(options);
  const asked: string[] = [];
  const receive = lab.client.device.receive.bind(lab.client.device);
  lab.client.device.receive = (port, frame, now): void => {
    const bytes = frame.copy();
    const solicitation = readFrame(bytes);
    if (solicitation?.icmp?.[0] === 135) asked.push(solicitation.destination);
    if (bytes[12] === 8 && bytes[13] === 6 && bytes[21] === 1) asked.push(Array.from(bytes.slice(38, 42)).join('.'));
    receive(port, frame, now);
  };
  lab.client.say('?', 40_000, [destination, 5]);
  lab.settle();
  return asked.filter((address) => !['10.1.0.10', 'ff02::1:ff00:10'].includes(address));
}

describe('the route of a service that stays outside SVR', () => {
  const other = (address: string): LabOptions => ({ authority: service('other', address, allow('corp')) });
  const route = (body: string): string =>
    `service-route other\nservice-name other\nnext-hop spoke lan\n${body}\nexit\nexit`;
  const staticRoute = (prefix: string, gateway: string, distance = 1): string =>
    `static-route ${prefix}\ndistance ${distance}\nnext-hop spoke lan\ngateway-ip ${gateway}\nexit\nexit`;

  it('goes to the gateway of its next-hop', () => {
    deepEqual(nextHopOf('10.77.0.1', { ...other('10.77.0.0/16'), spoke: route('gateway-ip 10.1.0.254') }), [
      '10.1.0.254',
    ]);
  });

  it('goes to the destination itself if that is on the link', () => {
    deepEqual(nextHopOf('10.1.0.77', { ...other('10.1.0.77'), spoke: route('') }), ['10.1.0.77']);
  });

  it('goes by static routes, the longest first and the nearest among equals', () => {
    const statics = [
      staticRoute('10.0.0.0/8', '10.1.0.201'),
      staticRoute('10.77.0.0/16', '10.1.0.202', 5),
      staticRoute('10.77.8.0/24', '10.1.0.203'),
    ].join('\n');
    const options = { ...other('10.0.0.0/8'), spoke: statics };
    deepEqual(nextHopOf('10.78.0.1', options), ['10.1.0.201']);
    deepEqual(nextHopOf('10.77.0.1', options), ['10.1.0.202']);
    deepEqual(nextHopOf('10.77.8.1', options), ['10.1.0.203']);
  });

  it('goes by a link before a static route that is less specific, and after one that is more', () => {
    const options = { ...other('10.1.0.0/24'), spoke: staticRoute('10.0.0.0/8', '10.1.0.201') };
    deepEqual(nextHopOf('10.1.0.77', options), ['10.1.0.77']);
    deepEqual(nextHopOf('10.1.0.77', { ...options, spoke: staticRoute('10.1.0.77/32', '10.1.0.202') }), ['10.1.0.202']);
  });

  it('takes no gateway of the other family', () => {
    const options = { ...other('fd00:1::/64'), spoke: route('gateway-ip 10.1.0.254') };
    deepEqual(nextHopOf('fd00:1::77', options), ['ff02::1:ff00:77']);
  });
});
