import type { AttackReport } from '../../lib/attacker/attack.ts';
import type { SideReport } from '../../lib/host/applications/report.ts';
import type { ProbeReport, Transfer } from '../../lib/host/applications/traffic.ts';
import type { Duration, Instant } from '../../lib/time.ts';
import type { NodeHealth, NodeTraffic } from '../node-service.ts';
import { route } from './route.ts';
import { flag, list, mapOf, nothing, number, object, oneOf, optional, orNull, text, whole } from './schema.ts';

const health = object<NodeHealth>('Health', 'How a node is, in one glance.', {
  node: text('its name in the lab'),
  kind: oneOf('what it is', 'router', 'host', 'nat', 'firewall', 'attacker'),
  pid: whole('its process'),
  isStarted: flag('whether its ports are open'),
  sessions: whole('sessions that it has; both directions are one'),
  packets: whole('frames that came and went'),
});

const time = orNull(number<Duration>('microseconds since the start of the run; null for never'));

const side = object<SideReport>('SideReport', 'What one side of a traffic entry saw.', {
  sent: whole('messages that it sent'),
  received: whole('messages that it waited for and that came'),
  unexpected: whole('what came twice, was not asked for, or held wrong bytes'),
  sentAt: list(time, 'when each was sent, by its sequence number'),
  receivedAt: list(time, 'when each came, by its sequence number'),
  sourcePort: whole('UDP or TCP port, or ICMP identifier, that it speaks from; 0 before it does'),
  transfer: optional(
    object<Transfer>('Transfer', 'A download.', {
      bytes: whole('bytes that came'),
      finished: flag('whether it came to its end'),
      checksumEqual: flag('whether they are the expected ones'),
      took: optional(number<Duration>('microseconds from the first SYN to the last byte')),
      brokenOff: optional(flag('it will not finish: its connection was refused, reset or given up')),
    }),
  ),
  probes: optional(
    object<ProbeReport>(
      'Probes',
      'Exchanges behind those that are counted, to try the session; absent before the first.',
      {
        sent: whole('questions that it sent'),
        answered: whole('answers that came'),
      },
    ),
  ),
});

const traffic = object<NodeTraffic>('Traffic', 'What one side of one traffic entry of the scenario saw.', {
  traffic: text('name of the entry'),
  side: oneOf('which side this host is', 'from', 'to'),
  report: side,
});

const attack = object<AttackReport>('Attack', 'What became of one attack of the scenario.', {
  name: text('name of the attack'),
  sent: whole('packets that it sent'),
  sentByKind: mapOf(whole('packets'), 'what these were: made up or, on the path, what had passed'),
  seen: whole('on the path: packets that it was after and that passed'),
  answers: whole('packets that came because of it'),
  firstAnswerAt: optional(number<Duration>('microseconds from the start of the run to the first of them')),
});

interface Probe {
  readonly traffic: readonly string[];
}

interface Start {
  readonly epoch: Instant;
}

export const nodeRoutes = {
  health: route({
    method: 'GET',
    path: '/health',
    summary: 'how the node is',
    answer: health,
    run: ({ node }) => node.health(),
  }),
  traffic: route({
    method: 'GET',
    path: '/traffic',
    summary: "what the scenario's traffic saw at this host",
    answer: list(traffic),
    run: ({ node }) => node.traffic(),
  }),
  attacks: route({
    method: 'GET',
    path: '/attacks',
    summary: "what became of the scenario's attacks by this attacker",
    answer: list(attack),
    run: ({ node }) => node.attacks(),
  }),
  probe: route({
    method: 'POST',
    path: '/traffic/probe',
    summary: "sends one more exchange of some of the scenario's traffic, on the session that it has",
    body: object<Probe>('Probe', 'Whose sessions are tried.', {
      traffic: list(text('name of an entry'), 'those that begin elsewhere are left alone'),
    }),
    answer: nothing,
    run: ({ node }, { body }) => {
      node.probe(body.traffic);
      return {};
    },
  }),
  clear: route({
    method: 'POST',
    path: '/clear/{what}',
    summary: 'begins anew what the node counts, what happened to it, or the link addresses that it knows',
    parameters: { what: oneOf('what to clear', 'stats', 'events', 'arp') },
    answer: nothing,
    run: ({ node }, { path }) => {
      node.clear(path.what);
      return {};
    },
  }),
  start: route({
    method: 'POST',
    path: '/start',
    summary: 'opens the ports of a node that waits for it; traffic begins',
    body: object<Start>('Start', 'When the run begins.', {
      epoch: number('time 0 of the run, in microseconds since the Unix epoch'),
    }),
    answer: health,
    run: ({ node }, { body }) => {
      node.start(body.epoch);
      return node.health();
    },
  }),
  stop: route({
    method: 'POST',
    path: '/stop',
    summary: 'writes what was recorded, and ends the process; nothing is sent',
    answer: nothing,
    run: (api) => {
      api.node.stop();
      return {};
    },
    afterwards: (api) => api.end(),
  }),
  renew: route({
    method: 'POST',
    path: '/renew',
    summary: 'puts a new node in the place of this one, which remembers nothing and waits to be started',
    answer: health,
    run: async (api) => {
      await api.renew();
      return api.node.health();
    },
  }),
};
