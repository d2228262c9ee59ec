import { deepEqual, equal, ok } from 'node:assert/strict';
import { NetnsFabric } from '../../daemon/fabric/netns.ts';
import type { CapturedPacket, LabEvent } from '../../lib/lab/fabric.ts';
import { runScenario, type RunResult } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { firewallLab, natLab } from '../support/middlebox-labs.ts';
import { leftovers, requireNetns } from './netns-support.ts';

interface Recorded {
  readonly result: RunResult;
  readonly events: readonly LabEvent[];
  readonly comments: readonly string[];
}

/** `comments` are those in the capture, of middleboxes alone. */
async function run(scenario: Scenario): Promise<Recorded> {
  const events: LabEvent[] = [];
  const comments: string[] = [];
  const fabric = new NetnsFabric({
    scenario,
    seed: 1,
    events: { event: (event) => events.push(event) },
    capture: { packet: (packet: CapturedPacket) => comments.push(...packet.comments) },
  });
  const result = await runScenario({ fabric, scenario, seed: 1, version: 'test' });
  return { result, events, comments };
}

const failed = ({ verdicts }: RunResult): string[] =>
  verdicts.filter(({ held }) => !held).map(({ text, measured }) => `${text}, but it is ${measured}`);

const steady = '{ kind: udp-request, from: client, to: server, port: 7000, start: 200ms, every: 50ms, count: 100 }';

describe('middleboxes on real interfaces', function () {
  this.timeout(60_000);

  before(async function () {
    await requireNetns(this);
  });

  it('a NAT lets curl, ping and UDP of a real host out, over a wire with 2 % loss, and knows its own address', async () => {
    const { result } = await run(
      natLab(
        `traffic:
  download: { kind: http-download, from: client, to: server, bytes: 2MB }
  pings: { kind: ping, from: client, to: server, every: 50ms, count: 100 }
  questions: ${steady}
expect:
  - checksum-equal of download is yes
  - received of pings at least 80
  - received of questions at least 80
  - nat mappings created at nat is 3
  - nat dropped no-mapping at nat is 0
`,
        ', port-preservation: no',
        ', loss: 2%',
      ),
    );
    deepEqual(failed(result), []);
    deepEqual(leftovers('behind-a-nat'), []);
  });

  it('a NAT that rebinds to another address, and one that was restarted, go on translating', async () => {
    const { result, events } = await run(
      // On a machine that is busy a process takes more than the 500 ms to come up again.
      natLab(`traffic: { questions: { kind: udp-request, from: client, to: server, port: 7000, start: 200ms, every: 50ms, count: 160 } }
timeline:
  - { at: 1s, rebind: nat, address: 203.0.113.9 }
  - { at: 2s, restart: nat, down-for: 500ms }
  - { at: 6s, forget-mappings: nat }
expect:
  - nat mappings created at nat is 2
  - nat mappings forgotten at nat is 1
  - lost of questions at least 5
  - lost of questions at most 50
  - received of questions since 5s at least 60
`),
    );
    deepEqual(failed(result), []);
    equal(events.filter(({ type }) => type === 'mapping-rebound').length, 1);
    equal(events.filter(({ type, node }) => type === 'node-started' && node === 'nat').length, 1);
  });

  it('a firewall is a bridge for IPv4 and IPv6 that does not hear itself, from the first frame on', async () => {
    const { result } = await run(
      // Whom the firewall keeps out never gets an answer.
      firewallLab(`converge-within: none
traffic:
  download: { kind: http-download, from: client, to: server, bytes: 2MB }
  pings: { kind: ping, from: client, to: server, every: 50ms, count: 100 }
  pings6: { kind: ping, from: client, to: server, address: 'fd00::2', every: 50ms, count: 100 }
  strangers: { kind: ping, from: server, to: client, every: 50ms, count: 100 }
expect:
  - checksum-equal of download is yes
  - lost of pings is 0
  - lost of pings6 is 0
  - received of strangers is 0
  - firewall dropped unsolicited at wall is 100
  - firewall states created at wall is 3
`),
    );
    deepEqual(failed(result), []);
    // A bridge that heard what it sends would carry it round and round.
    ok(result.counters.wall['firewall passed link'] < 40, String(result.counters.wall['firewall passed link']));
    equal(result.counters.wall['firewall passed inbound'] >= 200, true);
    deepEqual(leftovers('behind-a-firewall'), []);
  });

  it('a strict firewall that forgets strands a download, and says why at each segment', async () => {
    const { result, events, comments } = await run(
      // More than any wire here carries until then; and what is stranded stays so.
      firewallLab(
        `converge-within: none
traffic: { download: { kind: http-download, from: client, to: server, bytes: 200MB } }
timeline: [{ at: 4s, forget-states: wall }]
expect:
  - checksum-equal of download is no
  - firewall states forgotten at wall is 1
  - firewall dropped tcp-out-of-state at wall + firewall dropped unsolicited at wall at least 3
`,
        '',
        ', loss: 2%',
      ),
    );
    deepEqual(failed(result), []);
    // Either side's segments are stranded: an acknowledgement that was on its way, and what the server repeats.
    const reasons = ['firewall dropped tcp-out-of-state', 'firewall dropped unsolicited'];
    const dropped = reasons.reduce((sum, reason) => sum + (result.counters.wall[reason] ?? 0), 0);
    equal(events.filter(({ type }) => type === 'packet-dropped').length, dropped);
    equal(
      comments.filter((comment) => reasons.some((reason) => comment === `packet-dropped: ${reason}`)).length,
      dropped,
    );
  });
});
