import type { FlowRow, SessionRow } from '../../lib/service-area/rows.ts';
import type { ServicePathRow } from '../../lib/service-area/service-paths.ts';
import { route } from './route.ts';
import { flag, list, number, object, oneOf, optional, orNull, text, whole } from './schema.ts';

const direction = oneOf('which direction of the session', 'fwd', 'rev');

const session = object<SessionRow>('Session', 'One direction of one session.', {
  sessionId: text("the session's UUID"),
  direction,
  service: text('name of the service'),
  tenant: text('name of the tenant that its client belongs to'),
  deviceName: text('device-interface that its packets come by'),
  interfaceName: text('network-interface that they come by'),
  vlan: whole('VLAN that they come by; 0 without one'),
  protocol: oneOf('what it speaks', 'tcp', 'udp', 'icmp', 'icmpv6'),
  sourceAddress: text('address that its packets come from'),
  sourcePort: whole('port that they come from, or ICMP identifier'),
  destinationAddress: text('address that they go to'),
  destinationPort: whole('port that they go to'),
  natAddress: text('address it leaves from on the wire between routers; empty where it leaves to a host'),
  natPort: whole('port it leaves from there; 0 where it leaves to a host'),
  payloadEncrypted: flag('whether its payload is encrypted between routers'),
  redundancyState: optional(
    oneOf('whether the twin node knows it; absent where there is no twin', 'SYNCED', 'NOT_SYNCED'),
  ),
  timeout: number('seconds until it ends if nothing more comes'),
  uptime: number('seconds since it was set up here'),
});

const flow = object<FlowRow>('Flow', 'One entry of the flow table.', {
  sessionId: text("the session's UUID"),
  direction,
  deviceName: text('device-interface of its key'),
  vlan: whole('VLAN of its key; 0 without one'),
  protocol: text('protocol of its key'),
  sourceAddress: text('source address of its key'),
  sourcePort: whole('source port of its key'),
  destinationAddress: text('destination address of its key'),
  destinationPort: whole('destination port of its key'),
  actions: list(text('such as open, strip-metadata, rewrite, add-metadata, seal, forward'), 'what is done, in order'),
  egressDeviceName: text('device-interface that its packets leave by'),
  packets: whole('packets that it has carried'),
  bytes: whole('bytes of those packets'),
  watch: text('active, checking, overdue or renewing; empty where no watch for recovery is kept'),
  idle: number('seconds since the last packet'),
});

const measured = (what: string) => orNull(number(what));

const servicePath = object<ServicePathRow>('ServicePath', 'One way of one service.', {
  service: text('name of the service'),
  serviceRoute: text('name of the service-route; empty for a link or a static route of the router'),
  type: oneOf('over SVR, or to a host', 'peer', 'service-agent'),
  peer: text('name of the peer; empty for a way to hosts'),
  destination: text("the peer's address"),
  nextHop: text('where packets are handed over on the link; empty where that is the destination itself'),
  networkInterface: text('network-interface that it leaves by'),
  vectors: list(text('name of a vector'), 'vectors of the way'),
  cost: measured("priority of its best vector in the service's policy; null where vectors do not count"),
  sessions: whole('sessions of the service that leave by it'),
  rate: whole('those of them that began within the last second'),
  state: oneOf('whether sessions may take it', 'up', 'down'),
  quality: measured('place in the order in which new sessions take the ways, from 0; null for one that is not taken'),
  meetsSla: flag("whether it keeps the objectives of the service's policy"),
  strategy: oneOf('how sessions are spread over the ways', 'hunt', 'proportional'),
  latencyMs: measured('milliseconds one way; null while nothing is measured'),
  jitterMs: measured('milliseconds'),
  loss: measured('percent'),
  mos: measured('1 to 4.5'),
});

const deleted = object<{ readonly sessions: number }>('Deleted', 'What was deleted.', {
  sessions: whole('how many sessions there were'),
});

export const sessionRoutes = {
  sessions: route({
    method: 'GET',
    path: '/sessions',
    summary: 'both directions of every session',
    answer: list(session),
    run: ({ node }) => node.sessions(),
  }),
  flows: route({
    method: 'GET',
    path: '/flows',
    summary: 'the flow table: keys, actions, counts',
    answer: list(flow),
    run: ({ node }) => node.flows(),
  }),
  servicePaths: route({
    method: 'GET',
    path: '/service-paths',
    summary: 'every way of each service, and how good it is',
    answer: list(servicePath),
    run: ({ node }) => node.servicePaths(),
  }),
  deleteSessions: route({
    method: 'DELETE',
    path: '/sessions',
    summary: 'ends every session, here and at the peers',
    answer: deleted,
    run: ({ node }) => ({ sessions: node.deleteSessions() }),
  }),
  deleteSession: route({
    method: 'DELETE',
    path: '/sessions/{id}',
    summary: 'ends one session, here and at the peers',
    parameters: { id: text("the session's UUID") },
    answer: deleted,
    run: ({ node }, { path }) => ({ sessions: node.deleteSessions(path.id) }),
  }),
};
