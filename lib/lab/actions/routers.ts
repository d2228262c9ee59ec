import { span, wholeNumber } from '../read/forms.ts';
import { readSessionCapture, sessionCaptureFields } from '../read/session-capture.ts';
import { describeDuration } from '../describe.ts';
import type { LabAction, ProcessAction, RouterAction } from './action.ts';
import { field, microseconds, needed, noted, text, type RowsOf, type Target } from './row.ts';
import { atRouter, machine, namedTarget, router } from './targets.ts';

const serviceTarget = namedTarget('service', 'service', ({ authority }) => authority.services.map(({ name }) => name));

export const routerActions: RowsOf<RouterAction> = {
  'forget-sessions': {
    target: router,
    fields: {},
    help: 'the router loses every session and tells nobody',
    example: 'forget-sessions: hub',
    tone: 'fault',
    says: 'loses its memory: every session is gone, and nobody is told',
    doneBy: 'node',
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

export const processActions: RowsOf<ProcessAction> = {
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
