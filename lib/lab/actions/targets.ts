import { quote } from '../../diagnostic.ts';
import type { JsonSchema } from '../../json-schema.ts';
import { readEnd, unknownEnd } from '../read/end.ts';
import { readDirection, type LinkDirection } from '../read/link-name.ts';
import { machinesOf } from '../read/machines.ts';
import type { LabLink, LabNode, LinkEnd, NodeKind } from '../scenario.ts';
import { readName, text, type Field, type LabOfSteps, type Target } from './row.ts';

interface AtNode {
  readonly node: string;
}

const nodeJson = text('name of the node, which must be this one');

const atNode: Omit<Target<AtNode>, 'read'> = {
  describe: ({ node }) => node,
  parts: ({ node }) => new Map([[node, { node }]]),
  json: { node: nodeJson },
};

/** A node of this kind. */
function nodeTarget(kind: NodeKind): Target<AtNode> {
  const namesIn = ({ nodes }: LabOfSteps): string[] =>
    nodes.filter((node) => node.kind === kind).map(({ name }) => name);
  return { ...atNode, read: (value, lab) => ({ node: readName(value, namesIn(lab), kind) }) };
}

export const router: Target<AtNode> = nodeTarget('router');
export const nat: Target<AtNode> = nodeTarget('nat');
export const firewall: Target<AtNode> = nodeTarget('firewall');

/** A node that is ours on every fabric. */
export const machine: Target<AtNode> = {
  ...atNode,
  read(value, { nodes }) {
    const { machines, what } = machinesOf(nodes);
    const names = machines.map(({ name }) => name);
    return { node: readName(value, names, what) };
  },
};

/** A node of any kind. */
export const anyNode: Target<AtNode> = {
  ...atNode,
  read: (value, { nodes }) => ({
    node: readName(
      value,
      nodes.map(({ name }) => name),
      'node',
    ),
  }),
};

/** Where something is done that the step's own key names. */
export const atRouter: Field = {
  read: (value, { nodes }) =>
    readName(
      value,
      nodes.filter(({ kind }) => kind === 'router').map(({ name }) => name),
      'router',
    ),
  isNeeded: true,
  help: 'the router',
  json: nodeJson,
};

/** Something that has a name in the lab, and is at a router that the field `node` names. */
export function namedTarget<Key extends string>(
  key: Key,
  what: string,
  namesIn: (lab: LabOfSteps) => readonly string[],
): Target<Readonly<Record<Key, string>>> {
  return {
    read: (value, lab) => ({ [key]: readName(value, namesIn(lab), what) }),
    describe: (part) => part[key],
    parts: () => new Map(),
    json: { [key]: text(`name of the ${what}`) },
  };
}

const directionJson: JsonSchema = {
  oneOf: [
    { type: 'string', const: 'both' },
    { type: 'integer', minimum: 0, description: '' },
  ],
  description: "whose frames: both, or the number of one of the link's ends, counted from 0",
};

export const link: Target<LinkDirection> = {
  read: (value, { links }) => readDirection(value, links),
  describe({ link, direction }, links) {
    if (direction === 'both') return link;
    const ends = links.find(({ name }) => name === link)?.ends ?? [];
    const others = ends.filter((_, i) => i !== direction).map(({ node }) => node);
    return `${ends[direction]?.node} -> ${others.join(', ')}`;
  },
  parts: ({ link, direction }, links) =>
    new Map(sendersOf({ link, direction }, links).map((end) => [`${link} ${end}`, { link, direction: end }])),
  json: { link: text('name of the link'), direction: directionJson },
};

/** The ends whose frames are meant. */
export function sendersOf({ link, direction }: LinkDirection, links: readonly LabLink[]): number[] {
  const ends = links.find(({ name }) => name === link)?.ends ?? [];
  return ends.map((_, i) => i).filter((i) => direction === 'both' || direction === i);
}

/** A port of a node; `refusal` says why it may not be of that one. */
const portTarget = (refusal: (node: LabNode, nodes: readonly LabNode[]) => string | undefined): Target<LinkEnd> => ({
  read(value, { nodes }) {
    const end = readEnd(value, nodes);
    const node = nodes.find(({ name }) => name === end.node);
    const why = node && refusal(node, nodes);
    if (why !== undefined) value.wrong(`${quote(end.node)} is a ${node?.kind}: ${why}`);
    return end === unknownEnd ? undefined : end;
  },
  describe: ({ node, port }) => `${node}:${port}`,
  parts: ({ node, port }) => new Map([[`${node}:${port}`, { node, port }]]),
  json: { node: nodeJson, port: text('name of the port') },
});

/** A port of a router or a middlebox. */
export const machinePort: Target<LinkEnd> = portTarget(({ kind }, nodes) =>
  kind === 'host' ? `only a ${machinesOf(nodes).what} has its interfaces taken down` : undefined,
);

/** A port of a router. */
export const routerPort: Target<LinkEnd> = portTarget(({ kind }) =>
  kind === 'router' ? undefined : 'only the interfaces of a router get other addresses',
);
