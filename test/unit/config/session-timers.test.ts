import { deepEqual, equal, ok } from 'node:assert/strict';
import { parseConfiguration } from '../../../lib/config/configuration.ts';
import { coversPort, sessionTimers } from '../../../lib/config/session-timers.ts';
import type { TransportProtocol } from '../../../lib/config/types.ts';
import { milliseconds } from '../../../lib/time.ts';

describe('session timers', () => {
  const { authority } = parseConfiguration(
    `authority
       session-type own
         timeout 7000
       exit
       session-type dns
         timeout 5000
         transport udp
           port-range 53
           exit
         exit
       exit
       service any
         address 0.0.0.0/0
       exit
       service special
         address 10.0.0.0/8
         session-type own
       exit
     exit`,
    'timers.conf',
  );
  ok(authority);
  const [any, special] = authority.services;
  const timeout = (service: typeof any, protocol: TransportProtocol, port: number): number =>
    sessionTimers(authority, service, protocol, port).timeout;

  it('are those of the protocol when no session-type speaks of it', () => {
    deepEqual(
      [timeout(any, 'tcp', 53), timeout(any, 'udp', 54), timeout(any, 'icmp', 0)],
      [1_900_000, 180_000, 10_000].map(milliseconds),
    );
    equal(sessionTimers(authority, any, 'tcp', 80).initialTimeout, milliseconds(10_000));
  });

  it('are those of the session-type that covers the port', () => {
    equal(timeout(any, 'udp', 53), milliseconds(5_000));
  });

  it("are those of the service's own session-type before any other", () => {
    equal(timeout(special, 'udp', 53), milliseconds(7_000));
  });

  it('count every port when a transport has no ranges, else both ends of each range', () => {
    const covers = (port: number): boolean =>
      coversPort({ protocol: 'tcp', portRanges: [{ startPort: 80 }, { startPort: 8080, endPort: 8082 }] }, port);
    deepEqual([79, 80, 81, 8079, 8080, 8082, 8083].map(covers), [false, true, false, false, true, true, false]);
    ok(coversPort({ protocol: 'tcp', portRanges: [] }, 9));
  });
});
