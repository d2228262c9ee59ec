import type { EventRow } from '../../lib/peering/rows.ts';
import { route } from './route.ts';
import { list, number, object, oneOf, text } from './schema.ts';

const event = object<EventRow>('Event', 'Something that happened.', {
  time: number('microseconds since the Unix epoch'),
  category: oneOf('what it is about', 'alarm', 'peer', 'bfd', 'config'),
  node: text('where it happened'),
  message: text('what happened'),
});

export const eventRoutes = {
  events: route({
    method: 'GET',
    path: '/events',
    summary: 'what happened to paths, peers and alarms: the last 1000 events, oldest first',
    answer: list(event),
    run: ({ node }) => node.events(),
  }),
};
