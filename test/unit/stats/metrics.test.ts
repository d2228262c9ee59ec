import { deepEqual, equal, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { Counters, counter } from '../../../lib/stats/counters.ts';
import { formatMetrics, mergeMetrics, type MetricFamily } from '../../../lib/stats/metrics.ts';
import { PathCounters } from '../../../lib/stats/path-counters.ts';
import { skip } from '../../support/skip.ts';

const family = (families: readonly MetricFamily[], name: string): MetricFamily => {
  const found = families.find((family) => family.name === name);
  ok(found, name);
  return found;
};

const hello: MetricFamily = {
  name: 'svr_hello_seconds',
  type: 'gauge',
  help: 'a \\ in two\nlines',
  samples: [{ labels: { node: 'a "b"' }, value: 0.25 }],
};
const bytes: MetricFamily = { name: 'svr_bytes', type: 'counter', help: 'bytes', samples: [{ labels: {}, value: 3 }] };

describe('metrics of the counter table', () => {
  it('have a name of their own each, and no word but letters', () => {
    for (const kind of ['router', 'nat', 'firewall'] as const) {
      const names = new Counters(kind).metrics().map(({ name }) => name);
      deepEqual(names, [...new Set(names)]);
      for (const name of names) ok(/^svr_[a-z0-9]+(_[a-z0-9]+)*$/.test(name), name);
    }
  });

  it('tell what was counted, and what it means', () => {
    const counters = new Counters();
    counters.values[counter.metadataAdded] = 7;
    const { name, type, help, samples } = family(
      counters.metrics(),
      'svr_packet_processing_action_success_metadata_added',
    );
    deepEqual([name, type, samples], [name, 'counter', [{ labels: {}, value: 7 }]]);
    equal(help, 'a packet left with session metadata (show stats packet-processing action success metadata added)');
  });

  it('tell every path to a peer by itself, and measure in base units', () => {
    const counters = new Counters();
    const labels = [
      { peerName: 'hub', peerHost: '172.16.0.2', deviceName: 'wan', vlan: 0 },
      { peerName: 'hub', peerHost: '172.16.1.2', deviceName: 'lte', vlan: 7 },
    ];
    const paths = new PathCounters(counters, labels);
    paths.set(0, 'bfdLatency', 20);
    paths.set(0, 'bfdLoss', 5);
    const latency = family(counters.metrics(), 'svr_bfd_by_peer_path_latency_seconds');
    deepEqual(latency.samples, [
      { labels: { peer: 'hub', peer_host: '172.16.0.2', device: 'wan', vlan: '0' }, value: 0.02 },
      { labels: { peer: 'hub', peer_host: '172.16.1.2', device: 'lte', vlan: '7' }, value: 0 },
    ]);
    equal(latency.type, 'gauge');
    equal(family(counters.metrics(), 'svr_bfd_by_peer_path_loss_ratio').samples[0].value, 0.05);
  });
});

describe('the text of metrics', () => {
  it('is that of OpenMetrics', () => {
    equal(
      formatMetrics([hello, bytes], 'openmetrics'),
      [
        '# HELP svr_hello_seconds a \\\\ in two\\nlines',
        '# TYPE svr_hello_seconds gauge',
        '# UNIT svr_hello_seconds seconds',
        'svr_hello_seconds{node="a \\"b\\""} 0.25',
        '# HELP svr_bytes bytes',
        '# TYPE svr_bytes counter',
        '# UNIT svr_bytes bytes',
        'svr_bytes_total 3',
        '# EOF',
        '',
      ].join('\n'),
    );
  });

  it('is that of Prometheus', () => {
    equal(
      formatMetrics([bytes], 'text'),
      '# HELP svr_bytes_total bytes\n# TYPE svr_bytes_total counter\nsvr_bytes_total 3\n',
    );
  });

  it('of several nodes has every family once', () => {
    const other = { ...bytes, samples: [{ labels: { node: 'b' }, value: 4 }] };
    equal(
      mergeMetrics([formatMetrics([hello, bytes], 'openmetrics'), formatMetrics([other], 'openmetrics')]),
      formatMetrics([hello, { ...bytes, samples: [...bytes.samples, ...other.samples] }], 'openmetrics'),
    );
  });

  it('pleases promtool', function () {
    const input = ['router', 'nat', 'firewall'] as const;
    if (spawnSync('promtool', ['--version']).error) skip(this, 'there is no promtool');
    for (const kind of input) {
      const text = formatMetrics(new Counters(kind).metrics(), 'text');
      const { stderr, stdout, status } = spawnSync('promtool', ['check', 'metrics'], { input: text, encoding: 'utf8' });
      deepEqual([stdout, stderr, status], ['', '', 0]);
    }
  });
});
