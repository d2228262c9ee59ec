import { formatMetrics, METRIC_PREFIX, type MetricFamily, type Sample } from '../../lib/stats/metrics.ts';
import type { NodeService } from '../node-service.ts';
import { version } from '../version.ts';
import type { EventStreams } from '../event-streams.ts';
import type { LiveCaptures } from '../live-capture.ts';
import { mediaRoute, type NodeApi } from './route.ts';

const OPENMETRICS = 'application/openmetrics-text';
const TEXT = 'text/plain';

export const metricsRoutes = {
  metrics: mediaRoute({
    method: 'GET',
    path: '/metrics',
    summary: 'counters, gauges, ports and peers for Prometheus: OpenMetrics for those who accept it',
    media: [OPENMETRICS, TEXT],
    run: (api, { accept }) => {
      const isOpen = accept.includes(OPENMETRICS);
      const type = isOpen ? `${OPENMETRICS}; version=1.0.0; charset=utf-8` : `${TEXT}; version=0.0.4; charset=utf-8`;
      return { type, content: formatMetrics(metricsOf(api), isOpen ? 'openmetrics' : 'text') };
    },
  }),
};

/** Every metric of a node, each sample with the label `node`, and `router` if it is one. */
export function metricsOf({
  node,
  captures,
  eventStreams,
}: Pick<NodeApi, 'node' | 'captures' | 'eventStreams'>): readonly MetricFamily[] {
  const { router } = node;
  const own = { node: node.name, ...(router !== undefined && { router }) };
  return [...aboutNode(node), ...aboutReaders(captures, eventStreams), ...node.metrics()].map((family) => ({
    ...family,
    samples: family.samples.map(({ labels, value }) => ({ labels: { ...own, ...labels }, value })),
  }));
}

function aboutReaders(captures: LiveCaptures, eventStreams: EventStreams): MetricFamily[] {
  const counter = (name: string, help: string, value: number): MetricFamily => ({
    name: METRIC_PREFIX + name,
    type: 'counter',
    help,
    samples: [{ labels: {}, value }],
  });
  const { received, dropped } = captures.totals;
  return [
    counter('capture_packets', 'packets that came to live captures', received),
    counter('capture_dropped_packets', 'packets of those that were dropped because a reader was too slow', dropped),
    counter(
      'event_readers_dropped',
      'readers of events that were dropped because they were too slow',
      eventStreams.dropped,
    ),
  ];
}

function aboutNode(node: NodeService): MetricFamily[] {
  const health = node.health();
  const one = (value: number, labels = {}): Sample[] => [{ labels, value }];
  const gauge = (name: string, help: string, samples: readonly Sample[]): MetricFamily => ({
    name: METRIC_PREFIX + name,
    type: 'gauge',
    help,
    samples,
  });
  const ports = Object.entries(node.portStatistics());
  const ofPorts = (
    name: string,
    help: string,
    what: 'received' | 'sent' | 'missed' | 'oversized' | 'refused',
  ): MetricFamily => ({
    name: `${METRIC_PREFIX}port_frames_${name}`,
    type: 'counter',
    help,
    samples: ports.map(([port, statistics]) => ({ labels: { port }, value: statistics[what] })),
  });
  const severities = ['critical', 'major', 'minor'] as const;
  const alarms = node.alarms();
  return [
    gauge('build_info', 'the version of svrlab that the node runs', one(1, { version, kind: health.kind })),
    gauge('node_started', 'whether the ports of the node are open', one(health.isStarted ? 1 : 0)),
    gauge('sessions', 'sessions that there are; both directions are one', one(health.sessions)),
    gauge(
      'alarms',
      'alarms that stand',
      severities.map((severity) => ({
        labels: { severity },
        value: alarms.filter((alarm) => alarm.severity === severity).length,
      })),
    ),
    gauge(
      'peer_path_up',
      'whether sessions may go over a path to a peer',
      node.peers().map(({ peer, destination, networkInterface, status }) => ({
        labels: { peer, peer_host: destination, interface: networkInterface },
        value: status === 'up' || status === 'initializing' ? 1 : 0,
      })),
    ),
    ofPorts('received', 'frames that came to a port', 'received'),
    ofPorts('sent', 'frames that left by a port', 'sent'),
    ofPorts('missed', 'frames that came to an interface and found the buffer of its port full', 'missed'),
    ofPorts('oversized', 'frames that were dropped because they are longer than a frame may be', 'oversized'),
    ofPorts('refused', 'frames that the kernel refused on their way out', 'refused'),
  ].filter(({ samples }) => samples.length > 0);
}
