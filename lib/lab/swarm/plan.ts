import type { Family } from '../../address.ts';

/**
 * A lab that chance or a table has made up, in the terms in which it is made smaller again: everything in a list can be
 * left out. `writeScenario` writes it as a scenario. Times are in milliseconds from the start of the run.
 */
export interface Plan {
  readonly name: string;
  /** One line for people. */
  readonly about: string;
  readonly seed: number;
  /** A tree: from every router one way leads to every other, over one wire or several side by side. */
  readonly routers: readonly PlannedRouter[];
  readonly wires: readonly PlannedWire[];
  /** Of every network with a host. */
  readonly lanFamilies: readonly Family[];
  /** Lines of configuration that lie over the plain one. */
  readonly settings: readonly Setting[];
  readonly traffic: readonly PlannedTraffic[];
  readonly faults: readonly Fault[];
  readonly attacks: readonly PlannedAttack[];
  /** Expectations beside those that follow from the traffic. */
  readonly expectations: readonly string[];
  /** When every fault is over. */
  readonly healedAtMs: number;
  /** From then on nothing may be lost of what is not answered. */
  readonly convergedAtMs: number;
  readonly durationMs: number;
  /** How long after its end the lab may take until all else works again. */
  readonly convergeWithinMs: number;
}

export interface PlannedRouter {
  /** `r1`; the network behind it has the same number, and its host is `h1`. */
  readonly name: string;
  readonly number: number;
  readonly hasHost: boolean;
  /** Whether it is a pair of nodes, `node0` and `node1`. */
  readonly isPair: boolean;
}

export interface PlannedWire {
  /** `w1`; the port at both of its routers has this name too. */
  readonly name: string;
  readonly number: number;
  /** Names of routers. `from` is the spoke of the two, and where the inside of a middlebox is. */
  readonly from: string;
  readonly to: string;
  readonly families: readonly Family[];
  readonly delayMs: number;
  readonly jitterUs: number;
  /** What stands in it: an attacker is no more than a bridge to those who pass. */
  readonly middlebox?: 'nat' | 'firewall' | 'attacker';
  /** Whether `from` can reach `to`, and not the other way round unless `from` opens the way. */
  readonly isOutboundOnly: boolean;
  /** Who is on this wire and belongs to neither side. */
  readonly stranger?: PlannedStranger;
}

/** A host, or an attacker that is off the path: it sees what is sent to it, and no more. */
export interface PlannedStranger {
  readonly name: string;
  readonly kind: 'host' | 'attacker';
}

/** One choice of a configuration. */
export interface Setting {
  readonly lines: readonly string[];
  /** How much longer it may make a recovery. */
  readonly recoveryMs: number;
}

export interface PlannedTraffic {
  readonly name: string;
  /** Its keys in the scenario; values as a scenario writes them. */
  readonly keys: Readonly<Record<string, string>>;
  /** Whether it still has to work after everything is healed. */
  readonly outlives: boolean;
}

/** What an attacker does; `keys` as a scenario writes them. */
export interface PlannedAttack {
  readonly name: string;
  readonly keys: Readonly<Record<string, string>>;
}

/** What fails, with what makes it whole again. */
export interface Fault {
  /** The machines and wires that it is done to. */
  readonly places: readonly string[];
  readonly steps: readonly PlannedStep[];
}

export interface PlannedStep {
  readonly atMs: number;
  /** What it waits for in place of that time, and how long then: `after` or `when`, and `wait`. */
  readonly beginning?: Readonly<Record<string, string>>;
  /** The action and its keys, as a scenario writes them. */
  readonly keys: Readonly<Record<string, string>>;
}

/** The places of a plan that steps and lines speak of. */
export const hostOf = ({ number }: PlannedRouter): string => `h${number}`;
export const lanLinkOf = ({ number }: PlannedRouter): string => `lan${number}`;
export const middleboxOf = ({ name, middlebox }: PlannedWire): string =>
  `${name}-${middlebox === undefined ? '' : middleboxNames[middlebox]}`;

const middleboxNames = { nat: 'nat', firewall: 'wall', attacker: 'eve' } as const;

/** Whether a wire lets nobody in from `to` whom nobody behind it has asked. */
export const isFiltered = ({ middlebox }: PlannedWire): boolean => middlebox === 'nat' || middlebox === 'firewall';

/** What each of a router's machines is called in the lab. */
export const machinesOf = ({ name, isPair }: PlannedRouter): readonly string[] =>
  isPair ? [`${name}.node0`, `${name}.node1`] : [name];

/** The nodes of a router in its configuration. */
export const configuredNodesOf = ({ name, isPair }: PlannedRouter): readonly string[] =>
  isPair ? ['node0', 'node1'] : [name];

/** The link that a wire's end `to` is on, and the one that its end `from` is on: two, if a middlebox is between. */
export const linksOf = (wire: PlannedWire): readonly string[] =>
  wire.middlebox ? [wire.name, `${wire.name}-inside`] : [wire.name];
