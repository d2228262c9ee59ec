import { deepEqual, equal, notEqual, ok } from 'node:assert/strict';
import type { CapturedPacket, LabEvent } from '../../lib/lab/fabric.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { runScenario, type RunResult, type TrafficSummary } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SimFabric } from '../../lib/lab/sim/fabric.ts';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { firewallLab, natLab } from '../support/middlebox-labs.ts';
import { resolveFile, scenarioOf } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

const questions = `
  questions: { kind: udp-request, from: client, to: server, port: 7000, every: 100ms, count: 80 }`;

function trafficOf({ traffic }: RunResult, name: string): TrafficSummary {
  const found = traffic.find((entry) => entry.name === name);
  if (!found) throw new Error(`there is no traffic '${name}'`);
  return found;
}

const lossOf = (result: RunResult, name: string): [sent: number, lost: number, unexpected: number] => {
  const { sent, lost, unexpected } = trafficOf(result, name);
  return [sent, lost, unexpected];
};

const counters = (result: RunResult, node: string, ...paths: string[]): number[] =>
  paths.map((path) => result.counters[node][path] ?? 0);

const failed = ({ verdicts }: RunResult): string[] =>
  verdicts.filter(({ held }) => !held).map(({ text, measured }) => `${text}, but it is ${measured}`);

describe('a host behind a NAT', function () {
  this.timeout(60_000);

  it('pings, asks, is answered and pushed to, and all of it is translated', async () => {
    const { result } = await recordRun(
      natLab(`traffic:${questions}
  pings: { kind: ping, from: client, to: server, every: 100ms, count: 80 }
  pushes: { kind: udp-push, from: client, to: server, port: 7100, every: 100ms, count: 80 }
`),
      1,
    );
    for (const name of ['questions', 'pings', 'pushes']) deepEqual(lossOf(result, name), [80, 0, 0]);
    equal(trafficOf(result, 'questions').roundTrip, 22_000);
    equal(result.counters.nat['nat mappings created'], 3);
  });

  for (const mapping of ['endpoint-independent', 'symmetric'])
    it(`downloads over a wire with 2 % loss, every byte right (${mapping} mapping)`, async () => {
      const scenario = natLab(
        `traffic: { download: { kind: http-download, from: client, to: server, bytes: 2MB } }
expect: [checksum-equal of download is yes, bytes of download is 2000000]
`,
        `, mapping: ${mapping}, port-preservation: no`,
        ', loss: 2%',
      );
      for (const seed of [1, 2, 3]) {
        const { result } = await recordRun(scenario, seed);
        deepEqual(failed(result), [], `seed ${seed}`);
        equal(result.counters.nat['nat mappings created'], 1);
      }
    });

  it('is reached no more by who pushes to it when the mapping has timed out: only what leaves keeps it open', async () => {
    const { result, events } = await recordRun(
      natLab(
        `traffic: { pushes: { kind: udp-push, from: client, to: server, port: 7100, every: 100ms, count: 80 } }`,
        ', timeouts: { udp: 3s }',
      ),
      1,
    );
    const { sent, received } = trafficOf(result, 'pushes');
    ok(received > 25 && received < 32, `${received} of ${sent}`);
    deepEqual(counters(result, 'nat', 'nat mappings timed-out', 'nat dropped no-mapping'), [1, sent - received]);
    equal(
      events.filter(({ type, reason }) => type === 'packet-dropped' && reason === 'nat dropped no-mapping').length,
      sent - received,
    );
  });

  it('goes on by itself when the NAT rebinds or forgets: it asks again, from another port for the server', async () => {
    const { result, events } = await recordRun(
      natLab(
        `traffic:${questions}
timeline:
  - { at: 2.05s, rebind: nat }
  - { at: 4.05s, rebind: nat, address: 203.0.113.2 }
  - { at: 6.05s, forget-mappings: nat }
expect:
  - nat mappings rebound at nat since 2s is 2
  - nat mappings forgotten at nat is 1
  - lost of questions is 0
`,
      ),
      1,
    );
    deepEqual(failed(result), []);
    deepEqual(
      events.filter(({ type }) => type.startsWith('mapping-') || type === 'rebind').map(({ type }) => type),
      [
        'mapping-created',
        'rebind',
        'mapping-rebound',
        'rebind',
        'mapping-rebound',
        'mapping-removed',
        'mapping-created',
      ],
    );
    deepEqual(
      events.filter(({ type }) => type === 'rebind').map(({ what }) => what),
      ['rebind nat', 'rebind nat to 203.0.113.2'],
    );
  });

  it('loses its connection when the NAT rebinds: the server knows no such client', async () => {
    const { result } = await recordRun(
      natLab(`traffic: { download: { kind: http-download, from: client, to: server, bytes: 50MB } }
timeline: [{ at: 500ms, rebind: nat }]
expect: [checksum-equal of download is no]
`),
      1,
    );
    deepEqual(failed(result), []);
  });

  it('loses what comes while the NAT is down, and what it knew', async () => {
    const { result, events } = await recordRun(
      natLab(`traffic:${questions}
timeline: [{ at: 2.05s, restart: nat, down-for: 1s }]
expect: [lost of questions is 10]
`),
      1,
    );
    deepEqual(failed(result), []);
    equal(events.filter(({ type, node }) => type === 'node-started' && node === 'nat').length, 1);
    equal(result.counters.nat['nat mappings created'], 1);
  });

  it('runs the same twice for one seed, to the byte, and otherwise for another', async () => {
    const scenario = natLab(`traffic:${questions}`, ', port-preservation: no', ', loss: 2%');
    const [once, again, other] = [
      await recordRun(scenario, 5),
      await recordRun(scenario, 5),
      await recordRun(scenario, 6),
    ];
    deepEqual(once.fingerprints, again.fingerprints);
    notEqual(once.fingerprints.capture, other.fingerprints.capture);
  });
});

describe('a host behind a firewall', function () {
  this.timeout(60_000);

  it('opens whatever it wants, over IPv4 and IPv6', async () => {
    const { result } = await recordRun(
      firewallLab(`traffic:${questions}
  pings: { kind: ping, from: client, to: server, every: 100ms, count: 80 }
  pings6: { kind: ping, from: client, to: server, address: 'fd00::2', every: 100ms, count: 80 }
  download: { kind: http-download, from: client, to: server, address: 'fd00::2', bytes: 2MB }
expect: [checksum-equal of download is yes]
`),
      1,
    );
    deepEqual(failed(result), []);
    for (const name of ['questions', 'pings', 'pings6']) deepEqual(lossOf(result, name), [80, 0, 0]);
    equal(trafficOf(result, 'pings').roundTrip, 22_000);
    equal(result.counters.wall['firewall states created'], 4);
  });

  it('is reached by nobody who begins outside', async () => {
    const { result } = await recordRun(
      firewallLab(`traffic: { pings: { kind: ping, from: server, to: client, every: 100ms, count: 20 } }`),
      1,
    );
    deepEqual(lossOf(result, 'pings'), [20, 20, 0]);
    equal(result.counters.wall['firewall dropped unsolicited'], 20);
  });

  const forgets = (strict: string): Scenario =>
    firewallLab(
      `traffic: { download: { kind: http-download, from: client, to: server, bytes: 5MB } }
timeline: [{ at: 200ms, forget-states: wall }]
`,
      `, tcp-strict: ${strict}`,
    );

  it('has its connection stuck when a strict firewall forgets: no segment passes any more, either way', async () => {
    const { result, events } = await recordRun(forgets('yes'), 1);
    equal(trafficOf(result, 'download').transfer?.checksumEqual, false);
    const [created, forgotten, dropped] = counters(
      result,
      'wall',
      'firewall states created',
      'firewall states forgotten',
      'firewall dropped tcp-out-of-state',
    );
    deepEqual([created, forgotten], [1, 1]);
    ok(dropped > 5, `${dropped} segments`);
    const lastIn = events.findLast(({ type }) => type === 'state-created');
    equal(lastIn?.reason?.startsWith('tcp 10.0.0.1:'), true);
  });

  it('goes on when the firewall is not strict: the next segment from the inside opens it again', async () => {
    const { result } = await recordRun(forgets('no'), 1);
    equal(trafficOf(result, 'download').transfer?.checksumEqual, true);
    equal(result.counters.wall['firewall states created'], 2);
  });

  it('says in the capture why each packet was dropped', async () => {
    const packets: { readonly node: string; readonly comments: readonly string[] }[] = [];
    const events: LabEvent[] = [];
    const scenario = firewallLab(`traffic:${questions}\nconverge-within: none`, ', allowed-payloads: [svr]');
    const fabric = new SimFabric({
      scenario,
      seed: 1,
      crypto: nodeCrypto,
      events: { event: (event) => events.push(event) },
      capture: { packet: ({ node, comments }: CapturedPacket) => packets.push({ node, comments }) },
    });
    const result = await runScenario({ fabric, scenario, seed: 1, version: 'test' });
    deepEqual(lossOf(result, 'questions'), [80, 80, 0]);
    const dropped = packets.filter(({ comments }) => comments.length > 0);
    deepEqual(
      dropped,
      Array(80).fill({ node: 'wall', comments: ['packet-dropped: firewall dropped unknown-payload'] }),
    );
    equal(events.filter(({ type }) => type === 'packet-dropped').length, 80);
  });
});

/** The server behind the hub asks the client behind the outbound-only spoke. */
const calls = `
configure:
  - authority session-recovery-detection mode inactivity-based
  - authority session-recovery-detection inactivity-timeout 1s
  - authority emulator acknowledgement-timeout 200ms
  - authority tenant servers description hosts
  - authority service calls address 10.1.0.0/24
  - authority service calls access-policy servers permission allow
  - authority router spoke service-route calls service-name calls
  - authority router spoke service-route calls next-hop spoke lan vector any
  - authority router hub service-route calls service-name calls
  - authority router hub service-route calls peer spoke
  - authority router hub node hub device-interface lan network-interface lan tenant servers
  - authority router spoke node spoke device-interface wan network-interface wan adjacency 172.16.0.2 hub peer-connectivity outbound-only
traffic:
  calls: { kind: udp-request, from: server, to: client, port: 9000, start: 2s, every: 100ms, count: 70 }
  pushes: { kind: udp-push, from: client, to: server, port: 7100, start: 2s, every: 100ms, count: 70 }
  download: { kind: http-download, from: server, to: client, port: 8080, start: 2s, bytes: 200kB }
`;

/** A spoke behind a NAT that lets in only who was spoken to, and forgets within two seconds. */
const routersAroundNat = (options: string, rest: string): Scenario =>
  scenarioOf(
    parseScenario(
      `name: routers-around-a-nat
about: an outbound-only spoke behind a NAT
duration: 10s
lab:
  nodes:
    client: { kind: host, addresses: [10.1.0.10/24], gateways: [10.1.0.1] }
    spoke: { kind: router }
    nat: { kind: nat, inside: 192.168.0.1/24, outside: 172.16.0.9/24, port-preservation: no${options} }
    hub: { kind: router }
    server: { kind: host, addresses: [10.2.0.10/24], gateways: [10.2.0.1] }
  links:
    spoke-lan: { ends: [client, 'spoke:lan'], delay: 1ms }
    spoke-wan: { ends: ['spoke:wan', 'nat:inside'], delay: 1ms }
    wan: { ends: ['nat:outside', 'hub:wan'], delay: 10ms }
    hub-lan: { ends: ['hub:lan', server], delay: 1ms }
  configuration: labs/behind-nat.conf
${calls}${rest}`,
      'scenarios/routers-around-a-nat.yaml',
      resolveFile,
    ),
  );

describe('an outbound-only spoke behind a NAT', function () {
  this.timeout(60_000);

  for (const mapping of ['endpoint-independent', 'symmetric'])
    it(`is called by the hub, over UDP and TCP, and nothing is lost (${mapping} mapping)`, async () => {
      const options = `, mapping: ${mapping}, filtering: address-and-port-dependent`;
      const { result } = await recordRun(
        routersAroundNat(options, 'expect: [checksum-equal of download is yes, sessions at hub is 2]\n'),
        1,
      );
      deepEqual(failed(result), []);
      for (const name of ['calls', 'pushes']) deepEqual(lossOf(result, name), [70, 0, 0]);
      deepEqual(counters(result, 'nat', 'nat dropped no-mapping', 'nat dropped filtered'), [0, 0]);
      ok(counters(result, 'hub', 'emulator pinhole detoured')[0] >= 2);
    });

  it('is called again after the NAT has forgotten everything: BFD moves what it has, and unanswered checks the rest', async () => {
    const { result } = await recordRun(
      routersAroundNat(', mapping: symmetric', 'timeline: [{ at: 5s, forget-mappings: nat }]\n'),
      1,
    );
    for (const name of ['calls', 'pushes']) {
      const { sent, lost } = trafficOf(result, name);
      ok(lost >= 1 && lost < 25, `${lost} of ${sent} ${name}`);
      equal(result.counters.hub['emulator sessions replaced'] ?? 0, 0);
    }
  });
});
