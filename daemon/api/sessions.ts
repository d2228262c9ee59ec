import type { FlowRow, SessionRow } from '../../lib/service-area/rows.ts';
import { route } from './route.ts';
import { flag, list, number, object, oneOf, optional, text, whole } from './schema.ts';

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
};
