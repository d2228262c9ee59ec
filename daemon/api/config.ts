import { route } from './route.ts';
import { list, nothing, object, text } from './schema.ts';

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
  checkConfig: route({
    method: 'POST',
    path: '/config/check',
    summary: 'why a router cannot go on with another configuration; nothing is changed',
    body: configuration,
    answer: list(text('what is wrong, or takes a restart'), 'Empty if it can.'),
    run: ({ node }, { body }) => node.configurationProblems(body.text),
  }),
  configure: route({
    method: 'PUT',
    path: '/config',
    summary: 'has a router go on with another configuration',
    description:
      'Sessions stay unless the configuration has no place for them. What a router reads only when it starts cannot be ' +
      'changed: then nothing is. One configuration is meant for all routers of a lab; whoever changes it asks each of them.',
    body: configuration,
    answer: nothing,
    run: ({ node }, { body }) => {
      node.configure(body.text);
      return {};
    },
  }),
};
