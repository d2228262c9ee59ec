import type { Direction } from '../session.ts';
import type { HopKind } from './hop-kinds.ts';
import type { NoteType } from './note-words.ts';

/** One session on its way through a lab, time downwards: plain data, for whoever draws it, here or in a browser. */
export interface Ladder {
  readonly session: LadderSession;
  /**
   * Names of the nodes that its packets were seen at, in the order of the way from who began it. Where no node was seen,
   * or the capture does not say how packets went from node to node, addresses stand in their place.
   */
  readonly columns: readonly string[];
  /** In order of time. */
  readonly rows: readonly LadderRow[];
  /** Hops and notes for which there was no room. */
  readonly omitted: number;
}

export interface LadderSession {
  /** In text, or the two ends and the protocol, as `Session` has it. */
  readonly uuid: string;
  /** Empty where metadata has not told. */
  readonly service: string;
  readonly tenant: string;
  /** Address and port of who began it, and of whom it is with. */
  readonly source: string;
  readonly destination: string;
}

export type LadderRow = LadderHop | LadderNote | LadderMark;

/** One hop of one packet: from a node where it left to the next one where it came, or on the way to which it was lost. */
export interface LadderHop {
  readonly is: 'hop';
  /** When it left, or came if only that was seen: microseconds since the start of the run, or of the capture. */
  readonly time: number;
  /** When it came; absent if nobody saw it come. */
  readonly arrived?: number;
  /** Id of the packet; 0 if the capture has none. */
  readonly packet: number;
  readonly direction: Direction;
  /** Columns. Where one was not seen, it is the one where such packets leave or come; its port is empty then. */
  readonly from: number;
  readonly fromPort: string;
  readonly to: number;
  readonly toPort: string;
  readonly kind: HopKind;
  /** What SVR does with it: 'metadata', 'health check'; empty for what is nothing but payload. */
  readonly label: string;
  /** What it carries: '64 B', 'TCP [S]'. */
  readonly content: string;
  /** What its metadata says. */
  readonly detail?: string;
  /** Ends on this hop, addresses with ports. */
  readonly source: string;
  readonly destination: string;
  /** The ends with which it came to `from`, if that node puts others in their place than it did last. */
  readonly rewritten?: { readonly source: string; readonly destination: string };
  /** It went no further: the link lost it, or the node `to` dropped it. */
  readonly dropped?: { readonly by: 'link' | 'node'; readonly reason: string };
}

/** Something that a node says about the session, at a packet or by itself. */
export interface LadderNote {
  readonly is: 'note';
  readonly time: number;
  readonly column: number;
  readonly type: NoteType;
  readonly reason?: string;
}

/** Something that was done to the lab: a fault, or its end. */
export interface LadderMark {
  readonly is: 'mark';
  readonly time: number;
  /** The node or the link that it was done to. */
  readonly node: string;
  /** As a timeline has it: 'forget-sessions', 'cut'. */
  readonly type: string;
  /** The same with its details, 'cut spoke -> hub'. */
  readonly what: string;
}
