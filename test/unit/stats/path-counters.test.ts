import { deepEqual, equal } from 'node:assert/strict';
import { Counters } from '../../../lib/stats/counters.ts';
import { PathCounters } from '../../../lib/stats/path-counters.ts';

const labels = (deviceName: string): { peerName: string; peerHost: string; deviceName: string; vlan: number } => ({
  peerName: 'hub',
  peerHost: '172.16.0.2',
  deviceName,
  vlan: 7,
});

describe('the counters of peer paths', () => {
  const counters = new Counters();
  const paths = new PathCounters(counters, [labels('wan'), labels('lte')]);
  paths.count(0, 'bfdLinkUp');
  paths.count(1, 'bfdLinkUp');
  paths.count(1, 'bfdLinkUp');
  paths.set(0, 'bfdLatency', 12.5);
  paths.set(1, 'bfdLatency', 80);
  paths.set(0, 'bfdMos', 440);

  it('add up in the counters of the router', () => {
    equal(counters.read('bfd by-peer-path link-up'), 3);
    equal(paths.read(1, 'bfdLinkUp'), 2);
  });

  it('show the worst path where values are measured, not counted', () => {
    equal(counters.read('bfd by-peer-path latency'), 80);
    equal(counters.read('bfd by-peer-path mos'), 440);
    paths.set(1, 'bfdMos', 310);
    equal(counters.read('bfd by-peer-path mos'), 310);
    paths.set(1, 'bfdMos', 0);
    equal(counters.read('bfd by-peer-path mos'), 440);
  });

  it('forget of a path that is no more what was measured, and not what was counted', () => {
    const those = new Counters();
    const before = new PathCounters(those, [labels('wan'), labels('lte')]);
    before.count(1, 'bfdLinkUp');
    before.set(0, 'bfdLatency', 12.5);
    before.set(1, 'bfdLatency', 80);
    before.relabel([{ labels: labels('wan'), before: 0 }]);
    equal(those.read('bfd by-peer-path latency'), 12.5);
    equal(those.read('bfd by-peer-path link-up'), 1);
  });

  it('stand behind the labels of their path where all counters are listed, unless they are 0', () => {
    const listed = [...counters.all()].filter(([path]) => path.includes('{peer-name'));
    deepEqual(listed, [
      ['bfd by-peer-path latency {peer-name=hub peer-host=172.16.0.2 device-name=wan vlan=7}', 12.5],
      ['bfd by-peer-path mos {peer-name=hub peer-host=172.16.0.2 device-name=wan vlan=7}', 440],
      ['bfd by-peer-path link-up {peer-name=hub peer-host=172.16.0.2 device-name=wan vlan=7}', 1],
      ['bfd by-peer-path latency {peer-name=hub peer-host=172.16.0.2 device-name=lte vlan=7}', 80],
      ['bfd by-peer-path link-up {peer-name=hub peer-host=172.16.0.2 device-name=lte vlan=7}', 2],
    ]);
  });
});
