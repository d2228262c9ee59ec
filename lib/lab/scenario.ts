import type { IpAddress, IpPrefix } from '../address.ts';
import type { Attack } from '../attacker/attack.ts';
import type { Authority } from '../config/index.ts';
import type { Traffic } from '../host/applications/traffic.ts';
import type { Impairment } from '../link/impairment.ts';
import type { FirewallSettings } from '../middlebox/firewall.ts';
import type { NatSettings } from '../middlebox/nat.ts';
import type { AlarmRow, Severity } from '../peering/rows.ts';
import type { Duration } from '../time.ts';
import type { Action } from './actions/action.ts';

export type { Silence, Traffic, TrafficReport } from '../host/applications/traffic.ts';
export type { Action, FrameAction, InterfaceAction, MiddleboxAction, WireAction } from './actions/action.ts';

/** A lab and what happens to it, as `parseScenario` reads it from YAML. Every name in it has been checked. */
export interface Scenario {
  readonly name: string;
  /** One line for people: what the scenario teaches. */
  readonly about: string;
  /** How long the run lasts; traffic and timeline end before it. */
  readonly duration: Duration;
  /** The seed of a run that is given none. */
  readonly seed: number;
  readonly authority: Authority;
  readonly nodes: readonly LabNode[];
  readonly links: readonly LabLink[];
  readonly traffic: readonly Traffic[];
  readonly attacks: readonly Attack[];
  readonly timeline: readonly TimelineEntry[];
  readonly expectations: readonly Expectation[];
  /** How long the lab may take, behind its end, until it works again; absent if that is not asked of it. */
  readonly convergeWithin?: Duration | undefined;
}

export type LabNode = RouterNode | HostNode | MiddleboxNode | AttackerNode;
export type NodeKind = LabNode['kind'];

/**
 * A router of the configuration; its ports are that router's device-interfaces. A router of which two nodes stand in the
 * lab is two of these, named `spoke.node0` and `spoke.node1`, each with the ports of its node.
 */
export interface RouterNode {
  readonly kind: 'router';
  readonly name: string;
  readonly router: string;
  /** Which node of the router; absent if the router is one machine. */
  readonly node?: string;
  readonly ports: readonly string[];
}

export interface HostNode {
  readonly kind: 'host';
  readonly name: string;
  /** One port, 'eth0'. */
  readonly ports: readonly string[];
  /** Each with the length of its network; the bits behind the length are the host's own. */
  readonly addresses: readonly IpPrefix[];
  /** At most one of each family. */
  readonly gateways: readonly IpAddress[];
}

export type MiddleboxNode = NatNode | FirewallNode;

/** Its ports are 'inside' and 'outside'. */
export interface NatNode {
  readonly kind: 'nat';
  readonly name: string;
  readonly ports: readonly string[];
  readonly settings: NatSettings;
}

/** Its ports are 'inside' and 'outside'. It has no address: those on both sides of it are on one network. */
export interface FirewallNode {
  readonly kind: 'firewall';
  readonly name: string;
  readonly ports: readonly string[];
  readonly settings: FirewallSettings;
}

/**
 * Who attacks the lab. With addresses it has one port, 'eth0', and is off the path; without any it is on the path, as a
 * bridge with the ports 'inside' and 'outside'.
 */
export interface AttackerNode {
  readonly kind: 'attacker';
  readonly name: string;
  readonly ports: readonly string[];
  readonly addresses: readonly IpPrefix[];
  readonly gateways: readonly IpAddress[];
}

/** Whether a node has no address on its link: those on both sides of it are on one network. */
export const isBridge = (node: LabNode): boolean =>
  node.kind === 'firewall' || (node.kind === 'attacker' && node.addresses.length === 0);

/**
 * A wire between two ports, or a segment with more: there, as on a switch, a frame goes to the port whose address it
 * bears, and to all others when it is for all.
 */
export interface LabLink {
  readonly name: string;
  /** Two or more. */
  readonly ends: readonly LinkEnd[];
  /** `impairments[i]` is for the frames that `ends[i]` sends, and is a model of its own. */
  readonly impairments: readonly Impairment[];
}

export interface LinkEnd {
  readonly node: string;
  readonly port: string;
}

export interface TimelineEntry {
  /** Since the start of the run; or, with a trigger, since that has come. */
  readonly at: Duration;
  readonly action: Action;
  /** Entries that begin together share one. It comes once in a run, or never. */
  readonly trigger?: Trigger;
}

/** What a step waits for. */
export interface Trigger {
  /** As written, for people. */
  readonly text: string;
  readonly on: TriggerEvent | Condition;
}

/** The `nth` such event, counted from 1. */
export interface TriggerEvent {
  readonly event: EventChoice;
  readonly nth: number;
}

/** Whose frames on a link are meant: those that `ends[direction]` sends, or everybody's. */
export type Direction = 'both' | number;

/** A number that a condition compares. */
export type Measure =
  /** The sum of some counters, or how much it grew from `since` on. A node that is restarted counts from 0 again. */
  | { readonly of: 'counter'; readonly terms: readonly CounterTerm[] }
  | { readonly of: 'traffic'; readonly traffic: string; readonly what: TrafficMeasure; readonly percentile?: number }
  | AttackMeasure
  | LevelMeasure
  | StreamMeasure;

/** What is known of attacks at the end. */
export type AttackMeasure =
  | { readonly of: 'attack'; readonly attack: string; readonly what: 'sent' | 'seen' | 'answers' }
  /** Sessions of all routers that carry nothing of the scenario's traffic. */
  | { readonly of: 'strangers' };

/** What a router has at a moment. */
export type LevelMeasure =
  /** Both directions are one session. */
  | { readonly of: 'sessions'; readonly node: string }
  /** Its paths to peers; or its peers, of which one is up that is reached over one path at least. */
  | { readonly of: 'paths' | 'peers'; readonly node: string; readonly state?: 'up' | 'down' }
  /** Alarms that stand. */
  | {
      readonly of: 'alarms';
      readonly node: string;
      readonly severity?: Severity;
      readonly category?: AlarmRow['category'];
    };

/** What happens, each time that it does. */
export type StreamMeasure =
  /** Packets that a filter of `lib/capture/filter` lets through, once at each port that they are seen at. */
  | { readonly of: 'packets'; readonly filter: string; readonly node?: string; readonly port?: string }
  | ({ readonly of: 'events' } & EventChoice);

/** Events of one type, at a node or a link if one is named. */
export interface EventChoice {
  readonly type: string;
  readonly node?: string;
}

export interface CounterTerm {
  readonly node: string;
  /** As `show stats` spells it. */
  readonly path: string;
}

/**
 * What is read from a traffic report.
 *
 * - `sent`, `received`, `lost`: exchanges, and those answered or not. Of those sent at or after `since`, if there is one.
 * - `unexpected`: as reported; has no `since`.
 * - `recovery`: from the first question sent at or after `since` to the first answer to it or to a later one, in
 *   microseconds, or in round trips: multiples of the median of what the exchanges before `since` took.
 * - `longest-gap`: the longest time that a question sent at or after `since` waited for an answer to it or to a later one;
 *   until the end of the run if none came.
 * - `round-trip`: what the `percentile` of the answered exchanges took, the median if none is named.
 * - `bytes`, `checksum-equal`: of a download; the latter is 1 or 0.
 */
export type TrafficMeasure =
  'sent' | 'received' | 'lost' | 'unexpected' | 'recovery' | 'longest-gap' | 'round-trip' | 'bytes' | 'checksum-equal';

/** A measure within bounds: plain data, of which the names have been checked. */
export interface Condition {
  readonly measure: Measure;
  readonly unit: Unit;
  /** One of the two at least; equal for 'is'. In `unit`. */
  readonly atLeast?: number;
  readonly atMost?: number;
  /** Measured from here on; from the start if absent. */
  readonly since?: Duration;
}

export interface Expectation extends Condition {
  /** As written, for the verdict table. */
  readonly text: string;
  /** When the condition must hold; at the end if absent. */
  readonly moments?: Moments;
}

/** `eventually`: at some moment at most `within` after each event `of` that choice, or after the start of the run. */
export type Moments =
  | { readonly kind: 'always' | 'never' | 'sometimes' }
  | { readonly kind: 'eventually'; readonly within: Duration; readonly of?: EventChoice };

export type Unit = 'count' | 'microseconds' | 'round-trips';
