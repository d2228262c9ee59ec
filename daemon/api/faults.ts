import { LabError } from '../../lib/lab/fabric.ts';
import type {
  Action,
  HostAction,
  InterfaceAction,
  LinkAction,
  MiddleboxAction,
  RouterAction,
  WireAction,
} from '../../lib/lab/actions/action.ts';
import type { ActionRow } from '../../lib/lab/actions/row.ts';
import { actionTable } from '../../lib/lab/actions/table.ts';
import { NO_IMPAIRMENT } from '../../lib/link/impairment.ts';
import { impairment, type SomeImpairment } from './impairment.ts';
import { route } from './route.ts';
import { constant, nothing, union, type JsonSchema } from './schema.ts';

/** What can be done to a node through its own API; the rest is done by the fabric, to its process for instance. */
export type NodeAction =
  Exclude<RouterAction, { readonly kind: 'session-capture' }> | HostAction | InterfaceAction | MiddleboxAction;

/** The node is the one that is asked, and need not be named. */
type Unaddressed<Of> = Of extends { readonly node: string } ? Omit<Of, 'node'> & { readonly node?: string } : Of;
type Impair = Omit<Extract<LinkAction, { kind: 'impair' }>, 'impairment'> & { readonly impairment: SomeImpairment };
export type Fault = Unaddressed<NodeAction> | Exclude<WireAction, { kind: 'impair' }> | Impair;

/** Fields of an action that stand for several of a step. */
const together: Readonly<Record<string, Readonly<Record<string, JsonSchema>>>> = { impair: { impairment } };

/** One kind of fault, as its row of the table tells it. */
function schemaOf(kind: string, { target, fields, help, doneBy }: ActionRow): JsonSchema {
  const told = Object.entries(fields).flatMap(([name, { json, isNeeded = false }]) =>
    json ? [{ name: camelCase(name), json, isNeeded }] : [],
  );
  const own = { ...target.json, ...together[kind] };
  const needed = [...Object.keys(own), ...told.filter(({ isNeeded }) => isNeeded).map(({ name }) => name)];
  return {
    title: sentence(camelCase(kind)),
    description: `${sentence(help)}.`,
    type: 'object',
    properties: {
      kind: constant(kind, 'what is done'),
      ...own,
      ...Object.fromEntries(told.map(({ name, json }) => [name, json])),
    },
    required: ['kind', ...needed.filter((name) => name !== 'node' || doneBy === 'link')],
    additionalProperties: false,
  };
}

const camelCase = (name: string): string => name.replace(/-(\w)/g, (_all, letter: string) => letter.toUpperCase());
const sentence = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const faults = Object.entries(actionTable)
  .filter(([, { doneBy }]) => doneBy !== 'fabric')
  .map(([kind, row]) => schemaOf(kind, row));

const isForNode = (fault: Fault): fault is Unaddressed<NodeAction> => actionTable[fault.kind].doneBy === 'node';

function addressed(fault: Fault, here: string): Action {
  if (fault.kind === 'impair') return { ...fault, impairment: { ...NO_IMPAIRMENT, ...fault.impairment } };
  if (!isForNode(fault)) return fault;
  if (fault.node !== undefined && fault.node !== here)
    throw new LabError(`this is node '${here}', not '${fault.node}'`, 2);
  return { ...fault, node: here };
}

export const faultRoutes = {
  fault: route({
    method: 'POST',
    path: '/faults',
    summary: 'does something to the node, or to a link that it stands on',
    description:
      'A router or middlebox models what it sends and what hosts send to it: to cut a link for good, ask the nodes at ' +
      'both of its ends.',
    body: union<Fault>('Fault', 'kind', ...faults),
    answer: nothing,
    run: async ({ node }, { body }) => {
      await node.fault(addressed(body, node.health().node));
      return {};
    },
  }),
};
