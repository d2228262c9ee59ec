import { actionTable } from '../lab/actions/table.ts';
import type { LabEvent } from '../lab/fabric.ts';
import type { FrameEventType } from '../link/fate.ts';
import type { TraceType } from '../trace.ts';

/** What an event is to the sessions of a lab: trouble that somebody made, its consequence, or the way back. */
export type PhraseTone = 'plain' | 'fault' | 'bad' | 'good';

/** How the story of a run tells one type of event. */
export interface Phrase {
  readonly tone: PhraseTone;
  /** What happens, in plain words and then the SVR term; `{name}` stands for that detail of the event, or of the lab. */
  readonly says: string;
  /** Other words where the event's reason is one of these. */
  readonly because?: Readonly<Record<string, string>>;
}

const tracePhrases = {
  'peer-path-up': { tone: 'good', says: 'has a path to its peer ({path})' },
  'objectives-missed': {
    tone: 'bad',
    says: 'finds a path too bad for service {reason} ({path})',
  },
  'objectives-kept': { tone: 'good', says: 'finds a path good enough for service {reason} again ({path})' },
  'peer-path-down': {
    tone: 'bad',
    says: 'has lost a path to its peer: {path} ({reason})',
    because: {
      'timer-expiry': 'has lost a path to its peer: nothing came by {path} for the detection time (timer-expiry)',
      'interface-down': 'has lost a path to its peer with its interface: {path} (interface-down)',
      'interface-standby': 'leaves a path to its peer to its twin: {path} (interface-standby)',
      'bfd-starting': 'waits for BFD on a path to its peer: {path} (bfd-starting)',
      'awaits-pinhole': 'waits for a pinhole that its peer opens: {path} (awaits-pinhole)',
    },
  },
  'peer-changed': {
    tone: 'plain',
    says: 'notices a change at the other end of {path} ({reason})',
    because: {
      'peer-restart': 'notices that its peer at {path} has begun anew (peer-restart)',
      'peer-failover': 'notices that another node of its peer took over at {path} (peer-failover)',
      'local-nat-change': 'is told that it is seen at another address by {path} (local-nat-change)',
      'peer-nat-change': 'sees its peer at {path} come from another address (peer-nat-change)',
    },
  },
  'path-mtu-changed': {
    tone: 'plain',
    says: 'sends packets of at most {reason} bytes by {path} from now on (path MTU)',
  },
  'mapping-created': undefined,
  'mapping-rebound': undefined,
  'mapping-removed': undefined,
  'state-created': undefined,
  'state-removed': undefined,
  'attack-begun': { tone: 'fault', says: 'begins an attack ({reason})' },
  'attack-answered': { tone: 'bad', says: 'gets an answer to its attack {reason}' },
  'alarm-raised': undefined,
  'alarm-cleared': undefined,
  'session-created': { tone: 'plain', says: 'sets up a session from its first packet' },
  'session-recreated': {
    tone: 'good',
    says: 'has the session back, set up again from what the packet says of it (metadata)',
  },
  'session-moved': {
    tone: 'plain',
    says: 'goes on with a session over another path, or from another address (metadata)',
    because: { 'peer-nat-change': 'goes on with a session to where its peer is found (peer-nat-change)' },
  },
  'session-removed': {
    tone: 'plain',
    says: 'ends a session ({reason})',
    because: {
      forgotten: 'has forgotten a session',
      'timed-out': 'ends a session that nobody has used for long enough (timed-out)',
      closed: 'ends a session that its hosts have closed (closed)',
      replaced: 'gives up an old session, in whose place a new one came (replaced)',
      'deleted-by-peer': 'ends a session, as its peer asks (delete-session)',
    },
  },
  'session-synced': undefined,
  'role-changed': {
    tone: 'plain',
    says: 'changes its place ({reason})',
    because: {
      active: 'is the active node from now on: it takes over the shared ports, and with them the sessions',
      standby: 'leaves its place to its twin, and is the standby node from now on',
    },
  },
  'store-changed': {
    tone: 'plain',
    says: 'reaches the store that it shares with its twin',
    because: { lost: 'has lost the store that it shares with its twin, and goes on without' },
  },
  'metadata-added': undefined,
  'metadata-received': undefined,
  'metadata-turned-on': {
    tone: 'plain',
    says: 'describes the session again from its next packet on (metadata on)',
    because: {
      'session-health-check timeouts':
        'gives up asking, and describes the session again from its next packet on (metadata on)',
    },
  },
  'metadata-turned-off': {
    tone: 'plain',
    says: 'is understood, and sends bare packets from now on (metadata off)',
  },
  'health-check-added': {
    tone: 'plain',
    says: 'has heard nothing for {timeout}, and asks: do you still know this session? (session-health-check)',
    because: {
      'request-timeout': 'asks again, as its last question was not answered (session-health-check, request-timeout)',
    },
  },
  'health-check-timeout': { tone: 'bad', says: 'has waited in vain for the answer (session-health-check-timeout)' },
  'control-sent': {
    tone: 'plain',
    says: 'sends a control message ({reason})',
    because: {
      modify: 'tells its peer that a session goes on over this path (modify)',
      enableMetadata: 'answers: I do not know this session, describe it to me (enable-metadata)',
      sessionExists: 'answers: I still know the session (session-health-check acknowledgement)',
      pinhole: 'opens the way in for a session that its peer cannot reach otherwise (pinhole)',
      keepAlive: 'sends a keep-alive, so that nothing on the way forgets the idle session (keep-alive)',
      disableMetadata: 'answers: I know the session now, no need to describe it (disable-metadata)',
    },
  },
  'control-received': undefined,
  'packet-fragmented': undefined,
  'fragment-received': undefined,
  'packet-reassembled': undefined,
  'packet-dropped': {
    tone: 'bad',
    says: 'drops a packet ({reason})',
    because: {
      'emulator unknown-waypoint answered': 'drops that packet, as it cannot tell to whom it belongs',
      'emulator unknown-waypoint silent': 'drops a packet of a session that it does not know, and keeps silent',
      'nat dropped no-mapping': 'drops a packet for a port that it has given to nobody (no-mapping)',
      'nat dropped filtered': 'drops a packet from somebody to whom nothing was sent (filtered)',
      'firewall dropped unsolicited': 'drops a packet from the outside that answers nothing (unsolicited)',
      'firewall dropped tcp-out-of-state': 'drops a segment of a connection whose beginning it has not seen',
      'firewall dropped unknown-payload': 'drops a packet that begins with nothing it knows (unknown-payload)',
    },
  },
  'icmp-error-carried': {
    tone: 'plain',
    says: 'passes on what a node behind it says about a packet of the session (ICMP error)',
  },
  'icmp-error-sent': { tone: 'bad', says: 'sends an ICMP error for a packet that it cannot pass on ({reason})' },
  'frame-lost': {
    tone: 'bad',
    says: 'sends a packet that never arrives ({reason})',
    because: {
      cut: 'sends a packet into the cut wire',
      fault: 'sends a packet that somebody takes off the wire',
      loss: 'sends a packet that the wire loses',
      'too-long': 'sends a packet that is too long for the wire',
      'queue-full': 'sends a packet for which the queue before the wire has no room',
      down: 'is down, and misses a packet',
      'no-carrier': 'loses a packet at an interface that is down (no-carrier)',
    },
  },
  'frame-duplicated': { tone: 'bad', says: 'sends a packet that arrives twice' },
  'frame-corrupted': { tone: 'bad', says: 'sends a packet of which the wire turns over a bit' },
  'frame-marked': { tone: 'bad', says: 'sends a packet that the wire marks as having met congestion' },
  'frame-reordered': { tone: 'bad', says: 'sends a packet that overtakes those before it' },
  'frame-delayed': { tone: 'bad', says: 'sends a packet that is held back on its way ({reason})' },
  'frame-altered': { tone: 'bad', says: 'sends a packet that is altered on its way ({reason})' },
  'node-started': { tone: 'plain', says: 'is up again, and knows no session yet' },
} as const satisfies Record<TraceType | FrameEventType | 'node-started', Phrase | undefined>;

/** Undefined for what is too small for the story; events.ndjson has it all. */
export const phrases: Readonly<Record<string, Phrase | undefined>> = { ...tracePhrases, ...actionTable };

/** The phrase for an event with its details filled in; undefined if the story passes over it. */
export function phraseOf(
  event: LabEvent,
  lab: Readonly<Record<string, string>>,
): { tone: PhraseTone; text: string } | undefined {
  const phrase = phrases[event.type];
  if (!phrase) return undefined;
  const words = phrase.because?.[event.reason ?? ''] ?? phrase.says;
  const details: Readonly<Record<string, unknown>> = { ...lab, ...event };
  const fill = (_gap: string, name: string): string => {
    const detail = details[name];
    return typeof detail === 'string' ? detail : 'no reason given';
  };
  return { tone: phrase.tone, text: words.replace(/\{(\w+)\}/g, fill) };
}
