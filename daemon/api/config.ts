import { route } from './route.ts';
import { object, text } from './schema.ts';

interface Configuration {
  readonly text: string;
}

const configuration = object<Configuration>('Configuration', 'The configuration of a router.', {
  text: text('as SSR text'),
});

export const configRoutes = {
  config: route({
    method: 'GET',
    path: '/config',
    summary: 'the running configuration of a router',
    answer: configuration,
    run: ({ node }) => ({ text: node.configuration() }),
  }),
};
