import { deepEqual, equal, ok } from 'node:assert/strict';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';
import { leftovers, requireNetns } from './netns-support.ts';

/** A stranger on the segment of the spoke, and somebody between that and the hub. */
const text = `
name: attacked
about: a scanner and a replayer on real interfaces
duration: 5s
lab:
  nodes:
    client: { kind: host, addresses: [10.1.0.10/24], gateways: [10.1.0.1] }
    spoke: { kind: router }
    mallory: { kind: attacker, addresses: [172.16.0.66/24] }
    eve: { kind: attacker }
    hub: { kind: router }
    server: { kind: host, addresses: [10.2.0.10/24], gateways: [10.2.0.1] }
  links:
    lan: { ends: [client, 'spoke:lan'] }
    near: { ends: ['spoke:wan', mallory, 'eve:inside'], delay: 5ms }
    far: { ends: ['eve:outside', 'hub:wan'], delay: 5ms }
    farm: { ends: ['hub:lan', server] }
  configuration: two-routers.conf
configure:
  - authority session-recovery-detection mode packet-based
traffic:
  questions: { kind: udp-request, from: client, to: server, port: 7000, start: 1500ms, every: 50ms, count: 50 }
attacks:
  scan: { kind: port-scan, by: mallory, target: spoke, ports: 16384..16403, start: 2s, every: 20ms, count: 20 }
  spoof: { kind: spoof, by: mallory, target: spoke, as: 172.16.0.2, start: 2s, every: 20ms, count: 40 }
  copies: { kind: replay, by: eve, packets: [metadata, bare], start: 2s, every: 20ms, count: 100 }
  flips: { kind: bit-flip, by: eve, packets: [bare], start: 2s, every: 20ms, count: 50 }
expect:
  - sent of scan is 20
  - sent of copies at least 70
  - sent of flips at least 25
  - attacks passed at eve at least 100
  - hmac replayed at hub + hmac replayed at spoke at least 60
`;

describe('attackers on real interfaces', function () {
  this.timeout(60_000);

  before(async function () {
    await requireNetns(this);
  });

  it('one off the path and one on it harm nobody, and tell what they sent and got', async () => {
    const events: LabEvent[] = [];
    const scenario = scenarioOf(parseScenario(text, 'scenarios/labs/attacked.yaml', resolveFile));
    const fabric = new NetnsFabric({
      scenario,
      seed: 1,
      events: { event: (event) => events.push(event) },
      capture: { packet: () => undefined },
    });
    const result = await runScenario({ fabric, scenario, seed: 1, version: 'test', crypto: nodeCrypto });
    deepEqual(
      result.verdicts.filter(({ held }) => !held).map(({ text, measured }) => `${text}, but it is ${measured}`),
      [],
    );
    const [scan, spoof] = result.attacks;
    deepEqual([scan.name, scan.kind, scan.by, scan.answers], ['scan', 'port-scan', 'mallory', 20]);
    ok((scan.firstAnswerAt ?? 0) > 2_000_000);
    equal(spoof.answers, 0);
    equal(events.filter(({ type, node }) => type === 'attack-answered' && node === 'mallory').length, 20);
    deepEqual(leftovers('attacked'), []);
  });
});
