import type { Impairment } from '../../link/impairment.ts';
import type { SessionCaptureRequest } from '../../service-area/session-captures.ts';
import type { Duration } from '../../time.ts';
import type { Direction } from '../scenario.ts';

/** What is done to a lab while it runs. `actionTable` says what each kind means, and what undoes it. */
export type Action = RouterAction | ProcessAction | LinkAction | InterfaceAction | MiddleboxAction | LabAction;

export type RouterAction =
  | { readonly kind: 'forget-sessions'; readonly node: string }
  /** Forgets the one session that carries this traffic. */
  | { readonly kind: 'forget-session'; readonly node: string; readonly traffic: string }
  /** The router encrypts with another key of a security policy from now on. */
  | { readonly kind: 'rotate-key'; readonly node: string; readonly security: string; readonly securityId: number }
  /** The router captures sessions that begin from now on. */
  | { readonly kind: 'session-capture'; readonly node: string; readonly request: SessionCaptureRequest };

/** Lines of configuration are laid over that of the lab, and every router goes on with what comes of it. */
export interface LabAction {
  readonly kind: 'configure';
  readonly lines: readonly string[];
}

/** What is done to the process that a router or a middlebox is. */
export type ProcessAction =
  | { readonly kind: 'restart'; readonly node: string; readonly downFor: Duration }
  /** Dies at once, as by `kill -9`, and stays down until `start`. */
  | { readonly kind: 'kill'; readonly node: string }
  /** Undoes `kill`; it comes up with an empty memory. */
  | { readonly kind: 'start'; readonly node: string };

export type LinkAction =
  /** Every frame that the `direction` sends on the link is lost from now on. */
  | { readonly kind: 'cut'; readonly link: string; readonly direction: Direction }
  /** Undoes `cut`. */
  | { readonly kind: 'heal'; readonly link: string; readonly direction: Direction }
  | {
      readonly kind: 'impair';
      readonly link: string;
      readonly direction: Direction;
      readonly impairment: Impairment;
    }
  /** Undoes `impair`: the link is as the lab has it. */
  | { readonly kind: 'restore'; readonly link: string; readonly direction: Direction };

/**
 * An interface of a router or a middlebox is taken down, and up again. While it is down it has no carrier, and on a wire
 * the other end has none either; on a segment the others keep theirs, as on a switch.
 */
export type InterfaceAction =
  | { readonly kind: 'interface-down'; readonly node: string; readonly port: string }
  | { readonly kind: 'interface-up'; readonly node: string; readonly port: string };

export type MiddleboxAction =
  /** Every mapping of a NAT gets another outside port, and the NAT the outside address that is given, as text. */
  | { readonly kind: 'rebind'; readonly node: string; readonly address?: string }
  | { readonly kind: 'forget-mappings'; readonly node: string }
  /** A firewall forgets whom it lets answer. */
  | { readonly kind: 'forget-states'; readonly node: string };
