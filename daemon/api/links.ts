import type { LinkState } from '../port-links.ts';
import { route } from './route.ts';
import { flag, list, object, text, whole } from './schema.ts';

const link = object<LinkState>('Link', 'One direction of a link.', {
  link: text('name of the link'),
  end: whole("whose frames: the number of one of the link's ends, counted from 0"),
  isCut: flag('whether all of them are lost'),
});

export const linkRoutes = {
  links: route({
    method: 'GET',
    path: '/links',
    summary: 'the links that the node stands on: the directions that it models',
    answer: list(link),
    run: ({ node }) => node.links(),
  }),
};
