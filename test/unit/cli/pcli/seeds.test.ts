import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { framed } from '../../../../cli/pcli/frame.ts';
import { runLine } from '../../../../cli/pcli/line.ts';
import type { Place } from '../../../../cli/pcli/place.ts';
import { operatorCommands } from '../../../../cli/pcli/table.ts';
import { Counters } from '../../../../lib/stats/counters.ts';
import { seconds } from '../../../../lib/time.ts';
import { FakeLab } from '../../../support/fake-lab.ts';
import { twoRouters } from '../../../support/two-routers.ts';

/** A lab whose routers count what a router counts, nothing so far. */
class CountingLab extends FakeLab {
  override async counters(): Promise<ReadonlyMap<string, number>> {
    return new Counters().all();
  }
}

const run = async (line: string): Promise<string> => {
  const place: Place = { lab: new CountingLab('first'), node: 'spoke', path: [] };
  return (await runLine(operatorCommands, place, line)).text;
};

describe('what the documentation of SSR shows, typed as it stands there', () => {
  it('shows what was handed to the Service Area, under its title', async () => {
    const text = await run('show stats traffic-eng internal-application internal-application "Service Area"');
    deepEqual(text.split('\n').slice(0, 8), [
      'Internal Application Traffic Engineering Stats',
      '----------------------------------------------',
      '',
      '============================================ ======= ====================== =======',
      ' Metric                                       Node    Internal-application   Value',
      '============================================ ======= ====================== =======',
      ' per-traffic-class dequeue-success-packets    spoke   Service Area               0',
      ' per-traffic-class schedule-success-packets   spoke   Service Area               0',
    ]);
  });

  it('is framed by the date, what is retrieved, and how long it took', () => {
    const retrieval = { what: 'statistics', begunAt: new Date(Date.UTC(2023, 9, 18, 17, 3, 48)), tookMs: 31 };
    equal(
      framed('table\n', { ...retrieval, isPiped: false }),
      'Wed 2023-10-18 17:03:48 UTC\n✔ Retrieving statistics...\n\ntable\n\nCompleted in 0.03 seconds\n',
    );
    equal(framed('line\n', { ...retrieval, isPiped: true }), '✔ Piping output...\nline\n');
    equal(framed('config\n', { ...retrieval, what: undefined, isPiped: false }), 'config\n');
  });

  const failure = 'packet-processing action failure metadata';
  const success = 'packet-processing action success metadata';
  for (const path of [
    `${failure} session-health-check-buffer-allocation`,
    `${failure} session-health-check-timeout`,
    `${failure} session-health-check-timeout-forward-pinhole-flow`,
    `${failure} session-health-check-timeout-reverse-pinhole-flow`,
    `${success} added-session-health-check`,
    `${success} generated-session-health-check-acknowledgement`,
    `${success} received-session-health-check-acknowledgement`,
    `${success} received-stale-session-health-check-acknowledgement`,
    `${success} sent-session-health-check-acknowledgement`,
    'service-area received reverse-packets-for-stuck-pinhole-session',
  ])
    it(`knows show stats ${path}`, async () => {
      match(await run(`show stats ${path}`), / spoke +0\n/);
    });

  it('says of session processing threads that there are none', async () => {
    for (const line of [
      'show stats process thread process-name highway | grep SessionProc | grep "cpu usage"',
      'show stats process thread process-name highway thread-name SessionProc-00',
      'show system utilization session-processors',
      'show system utilization session-processors detail',
    ])
      await rejects(run(line), /there are no session processing threads to show/, line);
  });

  it('shows ways of services with the columns of SSR, the load balancer’s to the right', async () => {
    const [, , , , , , rule, title, , row] = (await run('show load-balancer')).split('\n');
    equal(rule, '======== ========= ====== ======= ====== ========= ======== ===== ===========', title);
    equal(title, '   Type   Quality   Cost   State   Loss   Latency   Jitter   Mos   Meets-SLA');
    equal(row, ' router         0     10      up   0.7%      12ms      2ms   4.1         Yes');
    const detail = await run('show service-path detail');
    for (const name of ['Service-Route', 'Type', 'Destination', 'Next-Hop', 'Peer', 'Path-Metrics', 'Vector', 'Cost'])
      ok(detail.includes(`  ${name}:`), name);
    for (const name of ['Rate', 'Capacity', 'Index', 'Meets-SLA', 'Reachability-Probes'])
      ok(detail.includes(`  ${name}:`), name);
  });
});

describe('the rate of a way of a service', () => {
  it('counts the sessions that began within the last second', () => {
    const lab = twoRouters();
    lab.exchange('1');
    const rate = (): number => lab.spoke.device.servicePaths(lab.now).reduce((sum, way) => sum + way.rate, 0);
    equal(rate(), 1);
    lab.runFor(seconds(1));
    equal(rate(), 0);
  });
});
