import type { Writable } from 'node:stream';
import type { CapturedFrame } from '../lib/capture/captured-frame.ts';
import { suggest } from '../lib/diagnostic.ts';
import type { FabricName, LabEvent } from '../lib/lab/fabric.ts';
import type { NodeKind, Scenario } from '../lib/lab/scenario.ts';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { LabConfiguration } from '../daemon/lab-configuration.ts';
import type { LinkState } from '../daemon/port-links.ts';
import type { Clearable, NodeHealth } from '../daemon/node-service.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../lib/service-area/session-captures.ts';
import type { ServicePathRow } from '../lib/service-area/service-paths.ts';
import { InputError } from './exit.ts';

/** A lab that is up, and stays so when the command ends that has brought it up. */
export interface LiveLab {
  readonly name: string;
  readonly fabric: Exclude<FabricName, 'sim'>;
  /** Who has brought it up. */
  readonly owner: string;
  /** Why it is not to be taken down unless it is named, as 'belongs to ...'; undefined if it may be. */
  readonly claim: string | undefined;
  readonly nodes: readonly LiveNode[];
  /** Its scenario, without traffic, timeline and expectations. */
  readonly scenario: Scenario;
  counters(router: string): Promise<ReadonlyMap<string, number>>;
  /** Of the links that a node stands on, the directions that it models. */
  links(node: string): Promise<readonly LinkState[]>;
  /** Shows `see` what a node does, while it does it, until the node or the signal ends that. */
  follow(node: string, see: (event: LabEvent) => void, signal: AbortSignal): Promise<void>;
  sessions(router: string): Promise<readonly SessionRow[]>;
  flows(router: string): Promise<readonly FlowRow[]>;
  peers(router: string): Promise<readonly PeerRow[]>;
  /** Sessions of plain BFD. */
  bfd(router: string): Promise<readonly BfdRow[]>;
  alarms(router: string): Promise<readonly AlarmRow[]>;
  events(router: string): Promise<readonly EventRow[]>;
  /** Captures at these places into `sink`, in order of time, until a limit or the signal ends it. */
  capture(places: readonly CapturePlace[], sink: Writable, limits: CaptureLimits): Promise<CaptureTotals>;
  /** Every way of each service of a router. */
  servicePaths(router: string): Promise<readonly ServicePathRow[]>;
  sessionCaptures(router: string): Promise<readonly SessionCaptureRow[]>;
  /** The id of the capture. */
  createSessionCapture(router: string, request: SessionCaptureRequest): Promise<number>;
  deleteSessionCapture(router: string, id: number): Promise<void>;
  /** What these routers have taken, of one service or all, as one pcapng file. */
  sessionPackets(
    routers: readonly string[],
    service?: string,
  ): Promise<{ readonly packets: number; readonly file: Uint8Array }>;
  health(node: string): Promise<NodeHealth>;
  /** Ends sessions at a router and its peers: the one of this UUID, or all; how many there were. */
  deleteSessions(router: string, id?: string): Promise<number>;
  /** Cuts every direction of a link, or undoes that. */
  cut(link: string, isCut: boolean): Promise<void>;
  /** Has a router lose its sessions without a word to anybody. */
  forgetSessions(router: string): Promise<void>;
  clear(node: string, what: Clearable): Promise<void>;
  /** That of all its routers. */
  readonly configuration: LabConfigurator;
  /** Opens one door to the API of all nodes, at `host:port`, for those who show the token in SVRLAB_API_TOKEN. */
  serve(listen: string): Promise<{ close(): Promise<void> }>;
  /** Runs a program at a node, on this terminal; its exit status. */
  exec(node: string, words: readonly string[]): Promise<number>;
  /** Removes all that the lab has made. */
  down(): Promise<void>;
}

/** The one configuration of a lab, and the candidate that all terminals share; see `LabConfiguration`. */
export type LabConfigurator = Pick<
  LabConfiguration,
  'running' | 'candidate' | 'edit' | 'discard' | 'rollback' | 'history' | 'problems' | 'commit'
>;

/** All ports of a node, or those named. */
export interface CapturePlace {
  readonly node: string;
  readonly ports: readonly string[];
}

export interface CaptureLimits {
  readonly packetsMax?: number;
  readonly durationMs?: number;
  readonly signal: AbortSignal;
  /** Asked of each packet, in order of time, whether it is to be in the capture. Undefined takes all. */
  readonly wants?: (frame: CapturedFrame) => boolean;
  /** Called when every node captures. */
  readonly onBegin?: () => void;
}

export interface CaptureTotals {
  /** Packets in the capture. */
  readonly packets: number;
  /** What came to each interface, `node:port`, and what of it was dropped because the reader was slow. */
  readonly interfaces: ReadonlyMap<string, { readonly received: number; readonly dropped: number }>;
  /** Nodes that ended before the capture did. */
  readonly gone: readonly string[];
}

export interface LiveNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** False for a node whose process has ended. */
  readonly isUp: boolean;
}

export interface LiveLabOptions {
  readonly name: string;
  readonly fabric: LiveLab['fabric'];
  readonly scenarioPath: string;
  readonly seed: number | undefined;
}

/** Brings labs up and finds those that are. */
export interface LiveLabs {
  up(options: LiveLabOptions): Promise<LiveLab>;
  all(): Promise<readonly LiveLab[]>;
}

/** The lab that a person means: the one named, or the only one. */
export async function chooseLab(labs: LiveLabs, name: string | undefined): Promise<LiveLab> {
  const all = await labs.all();
  if (all.length === 0) throw new InputError("no lab is up; 'svrlab lab up SCENARIO' brings one up");
  const names = all.map((lab) => lab.name);
  const chosen = name === undefined ? all : all.filter((lab) => lab.name === name);
  if (chosen.length === 1) return chosen[0];
  if (name === undefined) throw new InputError(`several labs are up; choose with --lab one of ${names.join(', ')}`);
  throw new InputError(withHint(`there is no lab '${name}' that is up`, suggest(name, names)));
}

/** The nodes that a person means: the one named, or all. `kinds` limits the choice. */
export function chooseNodes(
  lab: LiveLab,
  name: string | undefined,
  kinds: readonly NodeKind[] = ['router', 'host', 'nat', 'firewall', 'attacker'],
): readonly LiveNode[] {
  const choice = lab.nodes.filter((node) => kinds.includes(node.kind));
  if (name === undefined) return choice;
  const chosen = choice.filter((node) => node.name === name);
  if (chosen.length > 0) return chosen;
  const names = choice.map((node) => node.name);
  throw new InputError(
    withHint(
      `there is no ${kinds.length === 1 ? kinds[0] : 'node'} '${name}' in lab '${lab.name}'`,
      suggest(name, names),
    ),
  );
}

export const withHint = (problem: string, hint: string | undefined): string => (hint ? `${problem}; ${hint}` : problem);
