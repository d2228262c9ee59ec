import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from '../../../../daemon/api/server.ts';
import { metricsOf } from '../../../../daemon/api/metrics.ts';
import { notedApi } from './support.ts';

const OPENMETRICS = 'application/openmetrics-text; version=1.0.0';

const read = async (accept: string): Promise<{ type: string; body: string }> => {
  const { headers, body } = await createServer(notedApi()).inject({ url: '/metrics', headers: { accept } });
  return { type: String(headers['content-type']), body };
};

describe('the metrics of a node', () => {
  it('are OpenMetrics for who accepts that, and the text of Prometheus for others', async () => {
    const open = await read(`${OPENMETRICS},text/plain;q=0.5`);
    equal(open.type, `${OPENMETRICS}; charset=utf-8`);
    match(open.body, /# EOF\n$/);
    const text = await read('*/*');
    equal(text.type, 'text/plain; version=0.0.4; charset=utf-8');
    match(text.body, /^# TYPE svr_port_frames_missed_total counter\n/m);
    match(text.body, /^svr_port_frames_missed_total\{node="spoke",router="spoke",port="wan"\} 3\n/m);
  });

  it('have no label but a few, so that they stay few themselves', () => {
    const labels = metricsOf(notedApi()).flatMap(({ samples }) => samples.flatMap(({ labels }) => Object.keys(labels)));
    deepEqual([...new Set(labels)].sort(), ['kind', 'node', 'port', 'router', 'severity', 'version']);
  });
});

describe('the Grafana dashboard', () => {
  interface Dashboard {
    readonly panels: readonly { readonly title: string; readonly targets: readonly { readonly expr: string }[] }[];
  }
  const { panels } = JSON.parse(readFileSync('docs/grafana-dashboard.json', 'utf8')) as Dashboard;

  it('asks for nothing that there is not', () => {
    const api = notedApi();
    const peer = { peer: 'hub', destination: '172.16.0.2', networkInterface: 'wan', status: 'up' };
    api.node.peers = () => [peer] as never;
    const series = metricsOf(api).map(({ name, type }) => (type === 'counter' ? `${name}_total` : name));
    for (const { title, targets } of panels) {
      const asked = targets.flatMap(({ expr }) => expr.match(/svr_\w+/g) ?? []);
      ok(asked.length > 0, title);
      for (const name of asked) ok(series.includes(name), `${title}: ${name}`);
    }
  });
});
