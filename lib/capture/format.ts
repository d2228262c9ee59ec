import type { CaptureInterface } from './captured-frame.ts';
import type { FrameRecord } from './frame-record.ts';
import type { Window } from './window.ts';

/** Longest packet, or block with a packet, that is read, in bytes. */
export const RECORD_LENGTH_MAX = 1 << 20;

/** What became of the bytes at the window's beginning: a packet, something else, too few to tell, or nonsense. */
export type Step = 'packet' | 'other' | 'more' | { readonly problem: string };

/** A file format, read piece by piece. */
export interface Format {
  /** Those of the section that is being read. */
  readonly interfaces: readonly CaptureInterface[];
  /** Takes one piece out of the window; a packet is put into `frame`. */
  step(window: Window, frame: FrameRecord): Step;
}
