import { deepEqual, equal, ok } from 'node:assert/strict';
import { NetnsPlan } from '../../../daemon/fabric/netns-plan.ts';
import { loadScenario } from '../../support/lab-files.ts';

const twoRouters = new NetnsPlan('mine', loadScenario('scenarios/session-recovery.yaml'));
const withScanner = new NetnsPlan('mine', loadScenario('scenarios/port-scan.yaml'));

describe('the plan of a lab of network namespaces', () => {
  it('notes everything that has to be removed', () => {
    deepEqual(twoRouters.state().namespaces, [
      'svrlab-mine-client',
      'svrlab-mine-spoke',
      'svrlab-mine-hub',
      'svrlab-mine-server',
    ]);
    deepEqual(withScanner.state().namespaces.slice(4), ['svrlab-mine-scanner', 'svrlab-mine--wan']);
  });

  it('gives hosts their addresses and routes, and routers none', () => {
    const addresses = twoRouters.addresses();
    deepEqual(addresses.get('svrlab-mine-client'), [
      'link set dev lo up',
      'link set dev eth0 up',
      'address add 10.1.0.10/24 dev eth0',
      'address add fd00:1::10/64 dev eth0 nodad',
      'route add default via 10.1.0.1 dev eth0',
      'route add default via fd00:1::1 dev eth0',
    ]);
    deepEqual(addresses.get('svrlab-mine-spoke'), ['link set dev lan up', 'link set dev wan up']);
  });

  it('keeps IPv6 of the kernel away from routers and switches', () => {
    const silence = withScanner.silence();
    for (const name of ['svrlab-mine-spoke', 'svrlab-mine-hub', 'svrlab-mine--wan'])
      ok(silence.get(name)?.includes('echo 1 >/proc/sys/net/ipv6/conf/default/disable_ipv6'), name);
    ok(!silence.get('svrlab-mine-client')?.some((line) => line.includes('disable_ipv6')));
  });

  it('joins two ends by a pair of interfaces, and more by a switch of their own', () => {
    const [lan, wan] = twoRouters.links();
    ok(lan.includes('eth0 mtu 1500') && lan.includes('netns svrlab-mine-client'), lan);
    ok(wan.includes('wan mtu 9000') && wan.includes('netns svrlab-mine-hub'), wan);
    equal(twoRouters.links().length, 3);
    const toSwitch = withScanner.links().filter((line) => line.includes('netns svrlab-mine--wan'));
    equal(toSwitch.length, 3);
    ok(toSwitch.every((line) => line.includes('mtu 9000')));
  });
});
