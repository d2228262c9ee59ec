import { Readable } from 'node:stream';
import type { SessionCaptureRequest, SessionCaptureRow } from '../../lib/service-area/session-captures.ts';
import { notFound } from '../../lib/lab/fabric.ts';
import { sessionCaptureFile } from '../session-captures.ts';
import { mediaRoute, route } from './route.ts';
import { flag, list, nothing, object, oneOf, optional, orNull, text, whole } from './schema.ts';

const protocol = oneOf('what sessions speak', 'tcp', 'udp', 'icmp');
const port = (description: string): ReturnType<typeof whole> => whole(description, { minimum: 1, maximum: 65_535 });
const count = (description: string): ReturnType<typeof whole> =>
  whole(description, { minimum: 1, maximum: 0xffff_ffff });

const request = object<SessionCaptureRequest>(
  'SessionCaptureRequest',
  'Which sessions are to be captured, and how much of them; what is absent does not matter.',
  {
    service: text('name of the service'),
    sourceIp: optional(text('address or prefix that sessions come from')),
    sourcePort: optional(port('port that they come from')),
    destinationIp: optional(text('address or prefix that they go to')),
    destinationPort: optional(port('port that they go to')),
    protocol: optional(protocol),
    sessionCount: optional(count('sessions that begin from now on; all of them without')),
    packetCount: optional(count('packets of each direction; 100 without')),
    localOnly: optional(flag('the next routers are not asked to capture the sessions too')),
  },
);

const row = object<SessionCaptureRow>('SessionCapture', 'A session capture that is active.', {
  id: whole('its number at this router'),
  service: text('name of the service'),
  source: text('address and port that sessions must come from; empty for any'),
  destination: text('address and port that they must go to; empty for any'),
  protocol: text('tcp, udp or icmp; empty for any'),
  remainingSessions: orNull(whole('sessions that are still to begin; null for no limit')),
  activeSessions: whole('sessions whose packets are being taken'),
  remainingPackets: whole('packets of those that are still to be taken, of both directions together'),
  packetCount: whole('packets of each direction of each session'),
  localOnly: flag('the next routers are not asked'),
  askedBy: oneOf('who wants it: an operator, or the router before, by metadata', 'operator', 'peer'),
});

interface Created {
  readonly id: number;
}

export const sessionCaptureRoutes = {
  sessionCaptures: route({
    method: 'GET',
    path: '/session-captures',
    summary: 'the session captures that are active',
    answer: list(row),
    run: ({ node }) => node.sessionCaptures(),
  }),
  createSessionCapture: route({
    method: 'POST',
    path: '/session-captures',
    summary: 'captures sessions of a service that begin from now on',
    body: request,
    answer: object<Created>('SessionCaptureCreated', 'It is active.', { id: whole('its number at this router') }),
    run: ({ node }, { body }) => ({ id: node.createSessionCapture(body) }),
  }),
  deleteSessionCapture: route({
    method: 'DELETE',
    path: '/session-captures/{id}',
    summary: 'captures no more sessions; those that are being captured go on until they have had their packets',
    parameters: { id: whole('number of a session capture') },
    answer: nothing,
    run: ({ node }, { path }) => {
      node.deleteSessionCapture(path.id);
      return {};
    },
  }),
  sessionPackets: mediaRoute({
    method: 'GET',
    path: '/session-captures/packets',
    summary: 'what session captures have taken, as pcapng, an interface for each capture point; it stays as it is',
    query: { service: text('only of this service') },
    media: ['application/x-pcapng'],
    run: ({ node }, { query }) => {
      const all = node.sessionPackets();
      const services = new Set([...all, ...node.servicePaths()].map(({ service }) => service));
      if (query.service !== undefined && !services.has(query.service))
        throw notFound('service', query.service, services);
      const packets = all.filter(({ service }) => [undefined, service].includes(query.service));
      return { type: 'application/x-pcapng', content: Readable.from([sessionCaptureFile(node.name, packets)]) };
    },
  }),
};
