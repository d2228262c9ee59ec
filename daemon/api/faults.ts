import { LabError } from '../../lib/lab/fabric.ts';
import type { Action, Direction } from '../../lib/lab/scenario.ts';
import { NO_IMPAIRMENT } from '../../lib/link/impairment.ts';
import { impairment, type SomeImpairment } from './impairment.ts';
import { route } from './route.ts';
import { constant, nothing, object, optional, text, union, whole, type Schema } from './schema.ts';

/** What can be done to a node through its own API; the rest is done to its process. */
type NodeAction = Exclude<Action, { kind: 'restart' | 'kill' | 'start' | 'configure' | 'session-capture' }>;

/** The node is the one that is asked, and need not be named. */
type Unaddressed<Of> = Of extends { readonly node: string } ? Omit<Of, 'node'> & { readonly node?: string } : Of;
type Impair = Omit<Extract<NodeAction, { kind: 'impair' }>, 'impairment'> & { readonly impairment: SomeImpairment };
export type Fault = Unaddressed<Exclude<NodeAction, { kind: 'impair' }>> | Impair;

type FaultOf<Kind extends Fault['kind']> = Extract<Fault, { kind: Kind }>;

const node = optional(text('name of the node, which must be this one'));
const link = text('name of the link');
const port = text('name of the port');

const direction: Schema<Direction> = {
  oneOf: [{ type: 'string', const: 'both' }, whole('')],
  description: "whose frames: both, or the number of one of the link's ends, counted from 0",
};

/** A schema for each kind of fault; none may be missing. */
const faults = {
  'forget-sessions': object<FaultOf<'forget-sessions'>>(
    'ForgetSessions',
    'A router forgets every session, and tells nobody.',
    {
      kind: constant('forget-sessions', 'every session'),
      node,
    },
  ),
  'forget-session': object<FaultOf<'forget-session'>>(
    'ForgetSession',
    'A router forgets the session that carries some traffic.',
    {
      kind: constant('forget-session', 'one session'),
      node,
      traffic: text('name of the traffic entry'),
    },
  ),
  'rotate-key': object<FaultOf<'rotate-key'>>(
    'RotateKey',
    'A router encrypts with another key of a security policy from now on.',
    {
      kind: constant('rotate-key', 'another key'),
      node,
      security: text('name of the security policy'),
      securityId: whole('id of the key'),
    },
  ),
  cut: object<FaultOf<'cut'>>('Cut', 'Every frame of a direction of a link is lost from now on.', {
    kind: constant('cut', 'nothing passes'),
    link,
    direction,
  }),
  heal: object<FaultOf<'heal'>>('Heal', 'Undoes cut.', {
    kind: constant('heal', 'frames pass again'),
    link,
    direction,
  }),
  impair: object<FaultOf<'impair'>>('Impair', 'A link does this to frames from now on, and nothing else.', {
    kind: constant('impair', 'some pass, and late'),
    link,
    direction,
    impairment,
  }),
  rebind: object<FaultOf<'rebind'>>('Rebind', 'Every mapping of a NAT gets another outside port.', {
    kind: constant('rebind', 'other ports'),
    node,
    address: optional(text('another outside address besides')),
  }),
  'forget-mappings': object<FaultOf<'forget-mappings'>>('ForgetMappings', 'A NAT forgets every mapping.', {
    kind: constant('forget-mappings', 'every mapping'),
    node,
  }),
  'forget-states': object<FaultOf<'forget-states'>>('ForgetStates', 'A firewall forgets whom it lets answer.', {
    kind: constant('forget-states', 'every state'),
    node,
  }),
  'interface-down': object<FaultOf<'interface-down'>>('InterfaceDown', 'An interface is taken down.', {
    kind: constant('interface-down', 'no carrier'),
    node,
    port,
  }),
  'interface-up': object<FaultOf<'interface-up'>>('InterfaceUp', 'Undoes interface-down.', {
    kind: constant('interface-up', 'a carrier again'),
    node,
    port,
  }),
} satisfies { readonly [Kind in Fault['kind']]: Schema<FaultOf<Kind>> };

function addressed(fault: Fault, here: string): Action {
  if (fault.kind === 'impair') return { ...fault, impairment: { ...NO_IMPAIRMENT, ...fault.impairment } };
  if ('link' in fault) return fault;
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
    body: union<Fault>('Fault', 'kind', ...Object.values(faults)),
    answer: nothing,
    run: async ({ node }, { body }) => {
      await node.fault(addressed(body, node.health().node));
      return {};
    },
  }),
};
