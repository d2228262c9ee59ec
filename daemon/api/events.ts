import type { EventRow } from '../../lib/peering/rows.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { mediaRoute, route } from './route.ts';
import { list, number, object, oneOf, optional, text, type JsonSchema } from './schema.ts';

const event = object<EventRow>('Event', 'Something that happened.', {
  time: number('microseconds since the Unix epoch'),
  category: oneOf('what it is about', 'alarm', 'peer', 'bfd', 'config'),
  node: text('where it happened'),
  message: text('what happened'),
});

const labEvent: JsonSchema = {
  ...object<Pick<LabEvent, 'time' | 'node' | 'type' | 'packet' | 'session' | 'reason' | 'attributes'>>(
    'LabEvent',
    'Something that a node did. Some types have more fields.',
    {
      time: number('microseconds since the start of the run'),
      node: text('where it happened'),
      type: text('what happened: one of the types in capture.md'),
      packet: optional(number('id of the packet that it is about')),
      session: optional(text("the session's UUID")),
      reason: optional(text('why')),
      attributes: optional(list(text('name of an attribute'), 'the metadata attributes that it is about')),
    },
  ),
  additionalProperties: true,
};

export const eventRoutes = {
  events: route({
    method: 'GET',
    path: '/events',
    summary: 'what happened to paths, peers and alarms: the last 1000 events, oldest first',
    answer: list(event),
    run: ({ node }) => node.events(),
  }),
  eventStream: mediaRoute({
    method: 'GET',
    path: '/events/stream',
    summary: 'what the node does, while it happens, as lines of JSON; from now on, until the reader goes away',
    description: 'The lines are those of events.ndjson. A reader that lets 1 MiB wait is dropped, and counted.',
    media: ['application/x-ndjson'],
    line: labEvent,
    run: ({ node, eventStreams }) => ({ type: 'application/x-ndjson', content: eventStreams.open(node) }),
  }),
};
