import type { Frame } from '../../lib/frame.ts';

/** What a port did since it was opened, in frames. */
export interface PortStatistics {
  readonly received: number;
  readonly sent: number;
  /** Arrived at the interface, but found the port's buffer full. */
  readonly missed: number;
  /** Longer than a frame may be; dropped. */
  readonly oversized: number;
  /** Refused by the kernel on their way out; dropped. */
  readonly refused: number;
}

/** One network interface, as a device sees it: whole Ethernet frames, in and out. */
export interface Port {
  /** The device-interface it stands for. */
  readonly name: string;
  readonly mac: Uint8Array;
  /**
   * Begins to hand over frames: what arrives at the interface, never what leaves it. The frame is the receiver's until
   * it returns, with the usual room on both sides.
   */
  open(receive: (frame: Frame) => void): void;
  /** Whether frames can come and go: the interface is up, and so is whatever it is plugged into. */
  hasCarrier(): boolean;
  /** Begins anew to hand over frames, after the carrier was lost: an interface that was down has let go of us. */
  resume(): void;
  /** Takes the interface down, or brings it up, for everybody on this machine. */
  setUp(isUp: boolean): Promise<void>;
  /** Sends a copy at once. A frame that the kernel refuses is counted and dropped. */
  send(frame: Frame): void;
  statistics(): PortStatistics;
  close(): void;
}
