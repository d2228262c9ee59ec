import type { TraceType } from '../../trace.ts';

/** What a node says about a session in a ladder: few words, beside the node; `means` is good, bad, or neither. */
interface NoteWords {
  readonly words: string;
  readonly means: 'good' | 'bad' | 'plain';
  /** It concerns all sessions of the node, and names none. */
  readonly ofNode?: true;
}

/** Of the types of events, those that a ladder tells besides its packets. */
export const noteWords = {
  'session-created': { words: 'sets up the session', means: 'plain' },
  'session-recreated': { words: 'has the session back', means: 'good' },
  'session-moved': { words: 'moves the session', means: 'plain' },
  'session-synced': { words: "takes in its twin's session", means: 'plain' },
  'session-removed': { words: 'ends the session', means: 'bad' },
  'metadata-turned-on': { words: 'metadata on', means: 'plain' },
  'metadata-turned-off': { words: 'metadata off', means: 'good' },
  'health-check-timeout': { words: 'no answer in time', means: 'bad' },
  'mapping-created': { words: 'new mapping', means: 'plain' },
  'state-created': { words: 'lets answers in', means: 'plain' },
  'icmp-error-sent': { words: 'sends an ICMP error', means: 'bad' },
  'peer-path-up': { words: 'path up', means: 'good', ofNode: true },
  'peer-path-down': { words: 'path down', means: 'bad', ofNode: true },
  'peer-changed': { words: 'peer changed', means: 'plain', ofNode: true },
  'role-changed': { words: 'changes its role', means: 'plain', ofNode: true },
} as const satisfies Partial<Record<TraceType, NoteWords>>;

export type NoteType = keyof typeof noteWords;

export const isNoteType = (type: string): type is NoteType => type in noteWords;

/** `metadata on (enable-metadata)`. */
export const noteText = ({ type, reason }: { readonly type: NoteType; readonly reason?: string }): string =>
  reason === undefined ? noteWords[type].words : `${noteWords[type].words} (${reason})`;

export const noteMeaning = (type: NoteType): NoteWords['means'] => noteWords[type].means;

/** Whether the event concerns every session of its node. */
export const isOfNode = (type: NoteType): boolean => 'ofNode' in noteWords[type];
