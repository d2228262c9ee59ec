import { fraction, gain, signedSpan, span, wholeNumber } from '../read/forms.ts';
import { prefix, readSessionCapture, sessionCaptureFields } from '../read/session-capture.ts';
import { describeDuration } from '../describe.ts';
import type { LabAction, ProcessAction, RouterAction, StoreAction } from './action.ts';
import {
  field,
  microseconds,
  needed,
  noted,
  readName,
  text,
  type Field,
  type LabOfSteps,
  type RowsOf,
  type Target,
} from './row.ts';
import type { Duration } from '../../time.ts';
import { anyNode, atRouter, machine, namedTarget, router } from './targets.ts';

const named = (what: string, namesIn: (lab: LabOfSteps) => readonly string[]): Field => ({
  read: (value, lab) => readName(value, namesIn(lab), what),
  help: `of this ${what}`,
  json: text(`name of the ${what}`),
});

const serviceTarget = namedTarget('service', 'service', ({ authority }) => authority.services.map(({ name }) => name));

export const routerActions: RowsOf<RouterAction> = {
  'forget-sessions': {
    target: router,
    fields: {
      service: named('service', ({ authority }) => authority.services.map(({ name }) => name)),
      tenant: named('tenant', ({ authority }) => authority.tenants.map(({ name }) => name)),
      source: field(prefix, 'addresses that they come from', text('addresses that they come from')),
      share: field(fraction, 'how many of those', { type: 'number', minimum: 0, maximum: 1, description: 'how many' }),
    },
    help:
      'the router loses every session and tells nobody; or those of a `service`, of a `tenant`, from a `source` such as ' +
      '10.1.0.0/16, or a `share` of them such as 50%',
    example: 'forget-sessions: hub',
    tone: 'fault',
    says: 'loses its memory: every session is gone, and nobody is told',
    doneBy: 'node',
    more: ({ service, tenant, source, share }) =>
      [
        ...(service === undefined ? [] : [`service ${service}`]),
        ...(tenant === undefined ? [] : [`tenant ${tenant}`]),
        ...(source === undefined ? [] : [`source ${source}`]),
        ...(share === undefined ? [] : [`share ${Number((100 * share).toFixed(6))}%`]),
      ]
        .map((part) => `, ${part}`)
        .join(''),
  },
  'forget-session': {
    target: namedTarget('traffic', 'traffic', ({ traffic }) => traffic.map(({ name }) => name)),
    fields: { node: atRouter },
    help: 'the router loses the session of one traffic entry',
    example: 'forget-session: questions, node: spoke',
    tone: 'fault',
    says: 'loses one session from its memory, and nobody is told',
    doneBy: 'node',
    more: ({ node }) => ` at ${node}`,
  },
  'rotate-key': {
    target: {
      ...namedTarget('security', 'security policy', ({ authority }) => authority.securities.map(({ name }) => name)),
      describe: ({ security }) => `of ${security}`,
    },
    fields: {
      node: atRouter,
      'security-id': needed(
        field(wholeNumber(1, 0xffff_ffff), 'the id of the key', {
          type: 'integer',
          minimum: 0,
          description: 'id of the key',
        }),
      ),
    },
    help: 'the router encrypts with another key of this security policy from now on',
    example: 'rotate-key: between-routers, node: spoke, security-id: 2',
    tone: 'fault',
    says: 'encrypts with another key from now on ({what})',
    doneBy: 'node',
    finish(action, { fields, lab }) {
      const security = lab.authority.securities.find(({ name }) => name === action.security);
      if (!security) return undefined;
      const known = [security.emulator.securityId, ...security.emulator.keys.map((key) => key.securityId)];
      const hint = `it has ${known.join(', ')}`;
      if (!known.includes(action.securityId))
        fields.get('security-id')?.wrong(`security '${security.name}' has no key of this security-id`, hint);
      return action;
    },
    more: ({ securityId, node }) => ` to security-id ${securityId} at ${node}`,
  },
  'clock-step': {
    target: router,
    fields: { by: needed(field(signedSpan, 'how far', { type: 'number', description: 'microseconds' })) },
    help: 'the clock by which the router dates what it seals is put forward, or back (`-40s`); time-based HMACs suffer',
    example: 'clock-step: hub, by: 40s',
    tone: 'fault',
    says: 'has another time from now on ({what})',
    liftedBy: 'clock-right',
    state: 'off the time',
    isReplaceable: true,
    doneBy: 'node',
    more: ({ by }) => ` by ${by < 0 ? '-' : ''}${describeDuration(Math.abs(by) as Duration)}`,
  },
  'clock-drift': {
    target: router,
    fields: {
      rate: needed(
        field(gain, 'how much it gains or loses', { type: 'number', description: 'seconds in each second' }),
      ),
    },
    help: 'that clock gains a share of the time that passes, or loses it (`-10%`)',
    example: 'clock-drift: hub, rate: 500%',
    tone: 'fault',
    says: 'has a clock that goes wrong from now on ({what})',
    liftedBy: 'clock-right',
    state: 'off the time',
    isReplaceable: true,
    doneBy: 'node',
    more: ({ rate }) => `, rate ${Number((100 * rate).toFixed(6))}%`,
  },
  'clock-right': {
    target: router,
    fields: {},
    help: 'undoes either: its clock is right, and goes right',
    example: 'clock-right: hub',
    tone: 'fault',
    says: 'has the right time again ({what})',
    doneBy: 'node',
  },
  'table-full': {
    target: router,
    fields: {},
    help: "the router's session table takes no more; those that are there stay",
    example: 'table-full: hub, for: 2s',
    tone: 'fault',
    says: 'takes no more sessions ({what})',
    liftedBy: 'table-free',
    state: 'full',
    doneBy: 'node',
  },
  'table-free': {
    target: router,
    fields: {},
    help: 'undoes that',
    example: 'table-free: hub',
    tone: 'fault',
    says: 'takes sessions again ({what})',
    doneBy: 'node',
  },
  'slow-setup': {
    target: router,
    fields: { each: needed(field(span, 'how long each takes', microseconds('that each takes'))) },
    help: 'to set up a session takes the router so long, one after the other; first packets wait, up to 256',
    example: 'slow-setup: hub, each: 20ms',
    tone: 'fault',
    says: 'takes its time for new sessions from now on ({what})',
    liftedBy: 'prompt-setup',
    state: 'slow',
    isReplaceable: true,
    doneBy: 'node',
    more: ({ each }) => `, ${describeDuration(each)} each`,
  },
  'prompt-setup': {
    target: router,
    fields: {},
    help: 'undoes that',
    example: 'prompt-setup: hub',
    tone: 'fault',
    says: 'sets up sessions at once again ({what})',
    doneBy: 'node',
  },
  'session-capture': {
    target: {
      read: (value, lab) => serviceTarget.read(value, lab),
      describe: ({ request }) => `of ${request.service}`,
      parts: () => new Map(),
      json: serviceTarget.json,
    },
    fields: { ...noted(sessionCaptureFields, 'which sessions, and how much of them'), node: atRouter },
    help: 'the router captures sessions of a service that begin from now on: [session-capture.md](session-capture.md)',
    example: 'session-capture: questions, node: spoke, packet-count: 30',
    tone: 'plain',
    says: 'captures sessions that begin from now on ({what})',
    doneBy: 'fabric',
    finish({ kind, node }, { value, fields }) {
      const request = { service: value.text ?? '', ...readSessionCapture(fields) };
      return { kind, node, request };
    },
    more: ({ node }) => ` at ${node}`,
  },
};

const lines: Target<LabAction> = {
  read: (value) => ({ lines: value.items().map((line) => line.text ?? '') }),
  describe: ({ lines }) => lines.join('; '),
  parts: () => new Map(),
  json: { lines: { type: 'array', items: text('a line of configuration, from the root') } },
};

export const labActions: RowsOf<LabAction> = {
  configure: {
    target: lines,
    fields: {},
    help:
      'every router goes on with another configuration; several lines stand in a list. What takes a restart is refused ' +
      'when the scenario is read',
    example: 'configure: authority session-recovery-detection inactivity-timeout 1',
    tone: 'fault',
    says: 'is configured anew ({what})',
    doneBy: 'fabric',
  },
};

/** A router of two nodes. */
const shared: Target<StoreAction> = {
  read(value, { nodes }) {
    const names = nodes.flatMap((node) => (node.kind === 'router' && node.node !== undefined ? [node.router] : []));
    return { router: readName(value, [...new Set(names)], 'router of two nodes') };
  },
  describe: ({ router }) => router,
  parts: ({ router }) => new Map([[router, { router }]]),
  json: { router: text('name of the router') },
};

const ofStore = { target: shared, tone: 'fault', doneBy: 'fabric' } as const;

export const storeActions: RowsOf<StoreAction> = {
  'store-gone': {
    ...ofStore,
    fields: {},
    help:
      'the store that the two nodes of a router share is out of reach; on netns and compose, where a lab has one Redis, ' +
      'that of every router',
    example: 'store-gone: spoke',
    says: 'has lost the store of its nodes ({what})',
    liftedBy: 'store-back',
    state: 'without its store',
    isReplaceable: true,
  },
  'store-slow': {
    ...ofStore,
    fields: { by: needed(field(span, 'how much later', microseconds('by which changes come later'))) },
    help:
      'what a node puts there reaches the other one so late; on netns and compose, where a lab has one Redis, of every ' +
      'router, and more than 1 s is as good as gone',
    example: 'store-slow: spoke, by: 500ms',
    says: 'has a store that takes its time ({what})',
    liftedBy: 'store-back',
    state: 'with a slow store',
    isReplaceable: true,
    more: ({ by }) => `, by ${describeDuration(by)}`,
  },
  'store-back': {
    ...ofStore,
    fields: {},
    help: 'undoes either',
    example: 'store-back: spoke',
    says: 'has the store of its nodes as it should be ({what})',
  },
};

export const processActions: RowsOf<ProcessAction> = {
  pause: {
    target: anyNode,
    fields: {},
    help:
      'the node does nothing, neither does it die: what comes waits, up to a bound. A host does so with all that it is in ' +
      'the simulator; on netns and compose its programs stand still, and its kernel answers for itself, as to ARP and pings',
    example: 'pause: hub, for: 800ms',
    tone: 'fault',
    says: 'stands still, and knows nothing of it ({what})',
    liftedBy: 'resume',
    state: 'paused',
    doneBy: 'fabric',
  },
  resume: {
    target: anyNode,
    fields: {},
    help: 'undoes a pause',
    example: 'resume: hub',
    tone: 'fault',
    says: 'goes on, and finds what has waited ({what})',
    doneBy: 'fabric',
  },
  restart: {
    target: machine,
    fields: { 'down-for': needed(field(span, 'how long it is gone', microseconds('that it is gone'))) },
    help: 'the router or middlebox is gone, and comes back with an empty memory',
    example: 'restart: hub, down-for: 500ms',
    tone: 'fault',
    says: 'goes down, with all that it knew ({what})',
    doneBy: 'fabric',
    more: ({ downFor }) => `, down for ${describeDuration(downFor)}`,
  },
  kill: {
    target: machine,
    fields: {},
    help: 'the router or middlebox, or one node of a router, dies at once and stays down',
    example: 'kill: spoke.node0',
    tone: 'fault',
    says: 'is killed, and tells nobody ({what})',
    liftedBy: 'start',
    state: 'killed',
    doneBy: 'fabric',
  },
  start: {
    target: machine,
    fields: {},
    help: 'undoes a kill; it comes up with an empty memory',
    example: 'start: spoke.node0',
    tone: 'plain',
    says: 'is started again ({what})',
    doneBy: 'fabric',
  },
};
