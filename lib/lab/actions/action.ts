import type { Impairment } from '../../link/impairment.ts';
import type { SessionCaptureRequest } from '../../service-area/session-captures.ts';
import type { Duration } from '../../time.ts';
import type { LinkDirection } from '../read/link-name.ts';
import type { Direction, LinkEnd } from '../scenario.ts';

/** What is done to a lab while it runs. `actionTable` says what each kind means, and what undoes it. */
export type Action =
  | RouterAction
  | ProcessAction
  | LinkAction
  | FrameAction
  | SilenceAction
  | ServiceAction
  | HostAction
  | InterfaceAction
  | AddressAction
  | MiddleboxAction
  | StoreAction
  | LabAction;

export type RouterAction =
  /** Every session, or those of a service, of a tenant or from a prefix of addresses; of them all, or a share. */
  | {
      readonly kind: 'forget-sessions';
      readonly node: string;
      readonly service?: string;
      readonly tenant?: string;
      readonly source?: string;
      readonly share?: number;
    }
  /** Forgets the one session that carries this traffic. */
  | { readonly kind: 'forget-session'; readonly node: string; readonly traffic: string }
  /** The router encrypts with another key of a security policy from now on. */
  | { readonly kind: 'rotate-key'; readonly node: string; readonly security: string; readonly securityId: number }
  /** The clock by which the router dates what it seals is put forward or back, or gains `rate` of the time that passes. */
  | { readonly kind: 'clock-step'; readonly node: string; readonly by: number }
  | { readonly kind: 'clock-drift'; readonly node: string; readonly rate: number }
  | { readonly kind: 'clock-right'; readonly node: string }
  /** The session table takes no more. */
  | { readonly kind: 'table-full' | 'table-free'; readonly node: string }
  /** To set up a session takes time, one after the other. */
  | { readonly kind: 'slow-setup'; readonly node: string; readonly each: Duration }
  | { readonly kind: 'prompt-setup'; readonly node: string }
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
  | { readonly kind: 'start'; readonly node: string }
  /** It does nothing, and what comes waits. */
  | { readonly kind: 'pause' | 'resume'; readonly node: string };

/** What two nodes of a router share is out of reach, or slow. */
export type StoreAction =
  | { readonly kind: 'store-gone' | 'store-back'; readonly router: string }
  | { readonly kind: 'store-slow'; readonly router: string; readonly by: Duration };

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
  | { readonly kind: 'restore'; readonly link: string; readonly direction: Direction }
  /** Frames wait, and come when it is undone. */
  | { readonly kind: 'clog'; readonly link: string; readonly direction: Direction }
  | { readonly kind: 'unclog'; readonly link: string; readonly direction: Direction };

/** Which frames are meant, and where. */
export interface FrameChoice {
  /** The link or the node, for people. */
  readonly on: string;
  readonly wires: readonly LinkDirection[];
  /** A filter in the language of `lib/capture/filter`; all frames without. */
  readonly frames?: string;
  /** Of those that match in one direction, counted from 1; the first if absent. */
  readonly fromNth?: number;
  /** How many from there on; all if absent. */
  readonly count?: number;
  /** They are counted for each session by itself. */
  readonly ofEach?: 'session';
}

/** What is done to links, wherever they are modelled. */
export type WireAction = LinkAction | FrameAction | SilenceAction | ServiceAction;

/** What is done to some of the frames of a link. */
export type FrameAction =
  | ({ readonly kind: 'drop' | 'duplicate' | 'corrupt' | 'alter-payload' | 'strip-metadata' } & FrameChoice)
  | ({ readonly kind: 'delay'; readonly by: Duration } & FrameChoice)
  /** Undoes the others; those with the same filter if there is one. */
  | ({ readonly kind: 'let-pass' } & Pick<FrameChoice, 'on' | 'wires' | 'frames'>);

/** Whether a port of a node answers who asks for its link address. */
export type SilenceAction = { readonly kind: 'arp-silent' | 'arp-answers' } & LinkEnd & LinkSender;

/** The frames of a link that one of its ends sends. */
interface LinkSender {
  readonly link: string;
  readonly direction: number;
}

/** What listens on a port of a host refuses, or resets its connections; or does neither any more. Every port without one. */
export interface HostAction {
  readonly kind: 'refuse' | 'reset' | 'accept';
  readonly node: string;
  readonly port?: number;
}

/** A service of a host fails; one `port` of UDP and TCP, or all and ping. */
export type ServiceAction =
  | ({ readonly kind: 'blackhole' } & ServiceChoice)
  | ({ readonly kind: 'slow'; readonly by: Duration } & ServiceChoice)
  | ({ readonly kind: 'serve' } & ServiceChoice);

export interface ServiceChoice {
  readonly node: string;
  readonly port?: number;
  /** What the host sends. */
  readonly wires: readonly LinkDirection[];
}

/**
 * An interface of a router or a middlebox is taken down, and up again. While it is down it has no carrier, and on a wire
 * the other end has none either; on a segment the others keep theirs, as on a switch.
 */
export type InterfaceAction =
  | { readonly kind: 'interface-down'; readonly node: string; readonly port: string }
  | { readonly kind: 'interface-up'; readonly node: string; readonly port: string };

/** A port of a router has another address of the same subnet, as text; its peers are not told. */
export type AddressAction =
  | { readonly kind: 'address-change'; readonly node: string; readonly port: string; readonly address: string }
  /** Undoes it. */
  | { readonly kind: 'address-back'; readonly node: string; readonly port: string };

export type MiddleboxAction =
  /** Every mapping of a NAT gets another outside port, and the NAT the outside address that is given, as text. */
  | { readonly kind: 'rebind'; readonly node: string; readonly address?: string }
  | { readonly kind: 'forget-mappings'; readonly node: string }
  /** A firewall forgets whom it lets answer. */
  | { readonly kind: 'forget-states'; readonly node: string };
