import { bfdDiagnostics, bfdStates } from '../../lib/peering/bfd/control-packet.ts';
import type { AlarmRow, BfdRow, LiveRow, PeerRow } from '../../lib/peering/rows.ts';
import { route } from './route.ts';
import { list, number, object, oneOf, orNull, text, whole } from './schema.ts';

const transmitIntervalMs = number('milliseconds between two BFD packets; 0 without a session');
const detectionTimeMs = number('milliseconds without a BFD packet after which the session is down; 0 without one');

const live = object<LiveRow>('LiveTraffic', 'What live traffic tells of a path; null while it tells nothing.', {
  latencyMs: number('one way'),
  jitterMs: number('by how much the latency varies'),
  lossPercent: number('percent of the marked packets to the peer that were lost'),
  lossFromPeerPercent: orNull(number('the same of those from the peer; null if it does not tell')),
  mos: number('mean opinion score'),
});

const peer = object<PeerRow>('PeerPath', 'One path to one peer.', {
  peer: text('name of the peer'),
  node: text("the peer's node, as configured"),
  networkInterface: text('network-interface that the path leaves by'),
  destination: text("the peer's address"),
  status: oneOf('whether sessions may go over it', 'up', 'down', 'standby', 'initializing'),
  reason: oneOf(
    'why it has its status',
    ...(['bfd-up', 'bfd-disabled', 'bfd-starting', 'awaits-pinhole', 'hold-down'] as const),
    ...([
      'interface-down',
      'interface-standby',
      'gateway-arp-unresolved',
      'timer-expiry',
      'remote-down',
      'remote-admin-down',
      'local-oper-down',
    ] as const),
  ),
  hostname: text("the peer's node, as it calls itself; empty until it has"),
  pathMtu: whole('bytes of the longest packet that was found to arrive; 0 if nothing was, or nobody looks'),
  latencyMs: orNull(number('one way; null while it is not measured')),
  jitterMs: orNull(number('by how much the latency varies; null while it is not measured')),
  loss: orNull(number('percent of the echoes that were lost; null while it is not measured')),
  mos: orNull(number('mean opinion score; null while it is not measured')),
  live: orNull(live),
  uptime: number('seconds since it is up; 0 if it is not'),
  bfdState: text('state of its BFD session; empty without one'),
  transmitIntervalMs,
  detectionTimeMs,
});

const state = oneOf('state of the session', ...bfdStates);
const diagnostic = oneOf('why it last changed', ...bfdDiagnostics, 'reserved');

const bfd = object<BfdRow>('BfdSession', 'One session of plain BFD, with a system beside SVR.', {
  peer: text('address of the other system'),
  local: text('our address'),
  networkInterface: text('network-interface that it goes by'),
  hops: oneOf('how far away the other system may be', 'single-hop', 'multihop'),
  authentication: text('how its packets are authenticated'),
  state,
  diagnostic,
  remoteState: { ...state, description: 'state that the other system tells' },
  remoteDiagnostic: { ...diagnostic, description: 'reason that the other system tells' },
  transmitIntervalMs,
  detectionTimeMs,
  uptime: number('seconds since it came up; 0 if it is not'),
});

const alarm = object<AlarmRow>('Alarm', 'Something that is wrong.', {
  id: whole('counts from 1'),
  time: number('microseconds since the Unix epoch'),
  severity: oneOf('how bad it is', 'critical', 'major', 'minor'),
  source: text('node that raised it'),
  category: oneOf('what it is about', 'peer', 'interface'),
  message: text('what is wrong'),
});

export const peerRoutes = {
  peers: route({
    method: 'GET',
    path: '/peers',
    summary: 'the paths to peers, whether they are up, and what is measured of them',
    answer: list(peer),
    run: ({ node }) => node.peers(),
  }),
  bfd: route({
    method: 'GET',
    path: '/bfd',
    summary: 'sessions of plain BFD',
    answer: list(bfd),
    run: ({ node }) => node.bfd(),
  }),
  alarms: route({
    method: 'GET',
    path: '/alarms',
    summary: 'the alarms that stand',
    answer: list(alarm),
    run: ({ node }) => node.alarms(),
  }),
};
