import type { Failure } from '../../host/failures.ts';
import { describeDuration } from '../describe.ts';
import { port as portForm, span } from '../read/forms.ts';
import type { HostAction, ServiceAction, ServiceChoice } from './action.ts';
import { field, microseconds, needed, readName, text, type Field, type RowsOf, type Target } from './row.ts';
import { wiresJson } from './frames.ts';

/** The applications of a host. */
const host: Target<ServiceChoice> = {
  read(value, { nodes, links }) {
    const hosts = nodes.filter(({ kind }) => kind === 'host').map(({ name }) => name);
    const name = readName(value, hosts, 'host');
    const wires = links.flatMap(({ name: link, ends }) =>
      ends.flatMap(({ node }, direction) => (node === name ? [{ link, direction }] : [])),
    );
    return { node: name, wires };
  },
  describe: ({ node, port }) => (port === undefined ? node : `${node}, port ${port}`),
  parts: ({ node, port, wires }) =>
    new Map([[`${node} ${port ?? '*'}`, { node, wires, ...(port !== undefined && { port }) }]]),
  json: { node: text('name of the host'), wires: wiresJson },
};

const port: Field = field(portForm, 'one port of UDP and TCP; all of them, and ping, if absent', {
  type: 'integer',
  minimum: 1,
  maximum: 65_535,
  description: 'one port of UDP and TCP',
});

/** The same, where its own kernel does it. */
const ownHost: Target<HostAction> = {
  read: (value, { nodes }) => ({
    node: readName(
      value,
      nodes.filter(({ kind }) => kind === 'host').map(({ name }) => name),
      'host',
    ),
  }),
  describe: ({ node, port }) => (port === undefined ? node : `${node}, port ${port}`),
  parts: ({ node, port }) => new Map([[`${node} ${port ?? '*'}`, { node, ...(port !== undefined && { port }) }]]),
  json: { node: text('name of the node, which must be this one') },
};

const common = { target: host, tone: 'fault', doneBy: 'link' } as const;
const lifted = { liftedBy: 'serve', isReplaceable: true, state: 'failing' } as const;

export const serviceActions: RowsOf<ServiceAction> = {
  blackhole: {
    ...common,
    ...lifted,
    fields: { port },
    help: 'nothing is heard any more of a service of this host, or of all',
    example: 'blackhole: server, port: 7000, for: 2s',
    says: 'has a service of which nothing is heard any more ({what})',
  },
  slow: {
    ...common,
    ...lifted,
    fields: { port, by: needed(field(span, 'how much later it answers', microseconds('by which answers come later'))) },
    help: 'whatever the service says comes so much later',
    example: 'slow: server, port: 7000, by: 400ms',
    says: 'has a service that answers late ({what})',
    more: ({ by }) => `, by ${describeDuration(by)}`,
  },
  serve: {
    ...common,
    fields: { port },
    help: 'undoes either',
    example: 'serve: server, port: 7000',
    says: 'has a service that is as it should be ({what})',
  },
};

const ofHost = { target: ownHost, tone: 'fault', doneBy: 'node', fields: { port } } as const;
const failing = {
  liftedBy: 'accept',
  isReplaceable: true,
  state: 'failing',
} as const;

/** How its ports fail from then on. */
export const failureIn = ({ kind }: HostAction): Failure | undefined => (kind === 'accept' ? undefined : kind);

export const hostActions: RowsOf<HostAction> = {
  refuse: {
    ...ofHost,
    ...failing,
    help: 'the host refuses what asks for this port: a reset for each new connection of TCP, ICMP for each datagram of UDP',
    example: 'refuse: server, port: 7000, for: 2s',
    says: 'has a service that refuses whoever asks ({what})',
  },
  reset: {
    ...ofHost,
    ...failing,
    help: 'connections of TCP can be made to this port, and are reset with their next segment',
    example: 'reset: server, port: 80, for: 200ms',
    says: 'has a service that resets its connections ({what})',
  },
  accept: {
    ...ofHost,
    help: 'undoes either',
    example: 'accept: server, port: 80',
    says: 'has a service that takes whoever asks again ({what})',
  },
};
