import { route } from './route.ts';
import { mapOf, number } from './schema.ts';

export const statsRoutes = {
  stats: route({
    method: 'GET',
    path: '/stats',
    summary: 'every counter, by the words behind show stats',
    answer: mapOf(number('value'), 'Values by the path of the counter; those of one peer path have labels behind it.'),
    run: ({ node }) => node.counters(),
  }),
};
