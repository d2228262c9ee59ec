import type { Frame } from './frame.ts';
import type { Instant } from './time.ts';

/** Which port of its device: 0 for the first, in the order in which the device was given its ports. */
export type PortIndex = number;

/**
 * Everything that stands on a wire: routers, hosts, middleboxes.
 *
 * A device does no I/O and knows no clock. Whoever drives it owns time, and calls `poll` when `nextDeadline` has come.
 * None of the three throws for what a frame contains.
 */
export interface Device {
  /** A frame has arrived whole. The device may edit it, and may transmit before it returns. */
  receive(port: PortIndex, frame: Frame, now: Instant): void;
  /** Runs every timer that is due. */
  poll(now: Instant): void;
  /** When `poll` wants to be called next; NEVER when idle. May be early, never late. */
  nextDeadline(): Instant;
  /** A port has lost its carrier, or has it back. A device that it makes no difference to lacks this. */
  setCarrier?(port: PortIndex, hasCarrier: boolean, now: Instant): void;
}

/** The way out of a device, given to it at construction. The frame is the caller's again when `transmit` returns. */
export interface Wire {
  transmit(port: PortIndex, frame: Frame): void;
}
