import { deepEqual, equal } from 'node:assert/strict';
import { macOf } from '../../../daemon/node-macs.ts';
import { PortLink } from '../../../daemon/port-links.ts';
import { Frame } from '../../../lib/frame.ts';
import { seconds, type Instant } from '../../../lib/time.ts';
import { loadScenario } from '../../support/lab-files.ts';

const twoRouters = loadScenario('scenarios/session-recovery.yaml');
const withScanner = loadScenario('scenarios/port-scan.yaml');

/** The link at one port of a router, with everything that goes out of it on either side. */
function linkAt(scenario: typeof twoRouters, node: string, port: string): { link: PortLink; seen: string[] } {
  const seen: string[] = [];
  const options = { scenario, seed: 1, node, port };
  const link = new PortLink({ ...options, send: () => seen.push('sent'), receive: () => seen.push('received') });
  return { link, seen };
}

function frameFrom(mac: Uint8Array): Frame {
  const bytes = new Uint8Array(60);
  bytes.set(mac, 6);
  return Frame.of(bytes);
}

const start = 0 as Instant;
const later = seconds(1) as number as Instant;

describe('the link in front of a port', () => {
  it("delays what the router sends, and leaves the other router's frames to that one", () => {
    const { link, seen } = linkAt(twoRouters, 'spoke', 'wan');
    link.send(frameFrom(macOf(twoRouters, 'spoke', 'wan')), start);
    deepEqual(seen, []);
    link.arrive(frameFrom(macOf(twoRouters, 'hub', 'wan')), start);
    deepEqual(seen, ['received']);
    link.poll(later);
    deepEqual(seen, ['received', 'sent']);
  });

  it('delays what a host sends, which models nothing itself', () => {
    const { link, seen } = linkAt(twoRouters, 'spoke', 'lan');
    link.arrive(frameFrom(macOf(twoRouters, 'client', 'eth0')), start);
    deepEqual(seen, []);
    link.poll(later);
    deepEqual(seen, ['received']);
  });

  it('tells hosts and routers of a segment apart by their addresses', () => {
    const { link, seen } = linkAt(withScanner, 'spoke', 'wan');
    link.arrive(frameFrom(macOf(withScanner, 'scanner', 'eth0')), start);
    deepEqual(seen, []);
    link.arrive(frameFrom(macOf(withScanner, 'hub', 'wan')), start);
    deepEqual(seen, ['received']);
  });

  it('is cut and healed in one direction, and does not mind other links', () => {
    const { link } = linkAt(twoRouters, 'spoke', 'wan');
    const own =
      twoRouters.links.find(({ name }) => name === 'wan')?.ends.findIndex(({ node }) => node === 'spoke') ?? 0;
    const send = (): string | undefined => link.send(frameFrom(macOf(twoRouters, 'spoke', 'wan')), start)[0]?.reason;
    link.apply({ kind: 'cut', link: 'hub-lan', direction: 'both' }, start);
    equal(send(), undefined);
    link.apply({ kind: 'cut', link: 'wan', direction: 1 - own }, start);
    equal(send(), undefined);
    link.apply({ kind: 'cut', link: 'wan', direction: own }, start);
    equal(send(), 'cut');
    link.apply({ kind: 'heal', link: 'wan', direction: 'both' }, start);
    equal(send(), undefined);
  });
});
