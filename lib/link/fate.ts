import type { Frame } from '../frame.ts';
import type { Instant } from '../time.ts';
import { markCongestion } from '../wire/ecn.ts';

/** Why a link loses a frame; 'queue-full' also if more are on their way than whoever carries them can hold. */
export type LinkDrop = 'cut' | 'too-long' | 'loss' | 'queue-full';

/** What a link makes of one frame, or of one of two where it has been duplicated. */
export interface Fate {
  /** Undefined if it arrives. */
  readonly lost: LinkDrop | 'fault' | undefined;
  readonly arrival: Instant;
  /** Which bit is turned over, counted from the first of the frame; -1 for none. */
  readonly corruptBit: number;
  /** It says "congestion experienced" now. */
  readonly isMarked: boolean;
  /** It skips the delay. */
  readonly isAhead: boolean;
  /** What else makes another frame of it: somebody means it harm. */
  readonly alter?: (frame: Frame) => void;
  /** And what is told of that. */
  readonly told?: readonly FrameEvent[];
}

/** What is told of a frame on a link; one that arrives as it was sent is not spoken of. */
export interface FrameEvent {
  readonly type: FrameEventType;
  readonly reason?: string;
  /** The other one of two arrives. */
  readonly isOfTwo?: boolean;
}

/** In the words of a capture's comment. */
const words = {
  'frame-lost': 'lost on the link',
  'frame-duplicated': 'duplicated on the link',
  'frame-corrupted': 'corrupted on the link',
  'frame-marked': 'marked on the link',
  'frame-reordered': 'sent ahead on the link',
  'frame-delayed': 'held back on the link',
  'frame-altered': 'altered on the link',
} as const;

export type FrameEventType = keyof typeof words;

export const frameEventTypes = Object.keys(words) as readonly FrameEventType[];

export const isFrameEvent = (type: string): type is FrameEventType => Object.hasOwn(words, type);

/** `lost on the link: cut`. */
export function commentOf({ type, reason, isOfTwo }: FrameEvent): string {
  const what = isOfTwo ? `one of two ${words[type]}` : words[type];
  return reason === undefined ? what : `${what}: ${reason}`;
}

/** Whether nothing of the frame arrives. */
export const isAllLost = (events: readonly FrameEvent[]): boolean =>
  events.some(({ type, isOfTwo }) => type === 'frame-lost' && !isOfTwo);

export const isChanged = ({ corruptBit, isMarked, alter }: Fate): boolean =>
  corruptBit >= 0 || isMarked || alter !== undefined;

/** Makes of a copy of the frame what arrives. */
export function change(frame: Frame, { corruptBit, isMarked, alter }: Fate): void {
  alter?.(frame);
  if (isMarked) markCongestion(frame.bytes, frame.start, frame.end);
  if (corruptBit >= 0) frame.bytes[frame.start + (corruptBit >>> 3)] ^= 0x80 >>> (corruptBit & 7);
}

/** Of nothing there is one. */
const NOTHING: readonly FrameEvent[] = [];

const isAsSent = (fate: Fate): boolean =>
  fate.lost === undefined && !isChanged(fate) && !fate.isAhead && fate.told === undefined;

export function eventsOf(fates: readonly Fate[]): readonly FrameEvent[] {
  if (fates.length === 1 && isAsSent(fates[0])) return NOTHING;
  const events: FrameEvent[] = [];
  const isOneLeft = fates.some(({ lost }) => lost === undefined);
  if (fates.length > 1) events.push({ type: 'frame-duplicated' });
  for (const { lost, corruptBit, isMarked, isAhead, told = [] } of fates) {
    if (lost !== undefined) {
      events.push({ type: 'frame-lost', reason: lost, ...(isOneLeft && { isOfTwo: true }) });
      continue;
    }
    if (isMarked) events.push({ type: 'frame-marked', reason: 'congestion-experienced' });
    if (corruptBit >= 0)
      events.push({ type: 'frame-corrupted', reason: `bit ${corruptBit & 7} of byte ${corruptBit >>> 3}` });
    if (isAhead) events.push({ type: 'frame-reordered' });
    events.push(...told);
  }
  return events;
}
