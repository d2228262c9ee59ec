import { createInterface } from 'node:readline';
import { addAbortSignal, type Writable } from 'node:stream';
import type { AlarmRow, BfdRow, EventRow, PeerRow } from '../lib/peering/rows.ts';
import type { FlowRow, SessionRow } from '../lib/service-area/rows.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../lib/service-area/session-captures.ts';
import type { ServicePathRow } from '../lib/service-area/service-paths.ts';
import { LabError, NotFoundError, notFound, type LabEvent } from '../lib/lab/fabric.ts';
import type { NodeKind, Scenario } from '../lib/lab/scenario.ts';
import { readTcpPlace, TOKEN_VARIABLE } from './api/token.ts';
import { ComposeLab, execInContainer, removeComposeLab } from './fabric/compose.ts';
import { execIn, NetnsLab, removeNetnsLab } from './fabric/netns.ts';
import { NodeClient } from './fabric/node-client.ts';
import { claimOn, labFolder, readLabs, type ClaimedLab, type LabState } from './fabric/run-folder.ts';
import { captureLab, type CaptureLimits, type CapturePlace, type LabCaptureTotals } from './lab-capture.ts';
import { LabConfiguration, type ConfigurableRouter } from './lab-configuration.ts';
import { serveFront } from './lab-front.ts';
import { mergedSessionCaptures } from './session-captures.ts';
import type { LinkState } from './port-links.ts';
import { loadLab, parsedLab } from './load-lab.ts';
import { socketPath, type Clearable, type NodeHealth } from './node-service.ts';

/** How each fabric makes a lab that stays up, runs a program at a node, and removes a lab. */
const fabrics = {
  netns: { Lab: NetnsLab, exec: execIn, remove: removeNetnsLab },
  compose: { Lab: ComposeLab, exec: execInContainer, remove: removeComposeLab },
} as const satisfies Record<LabState['fabric'], unknown>;

export interface UpOptions {
  readonly name: string;
  readonly fabric: LabState['fabric'];
  readonly scenarioPath: string;
  readonly seed: number | undefined;
}

export interface UpNode {
  readonly name: string;
  readonly kind: NodeKind;
  readonly isUp: boolean;
}

/** A lab that is up, found by what was noted when it was made. */
export class UpLab {
  readonly name: string;
  readonly fabric: LabState['fabric'];
  readonly owner: string;
  readonly claim: string | undefined;
  readonly nodes: readonly UpNode[];
  readonly #state: LabState;
  #scenario: Scenario | undefined;

  private constructor(state: ClaimedLab, nodes: readonly UpNode[]) {
    this.name = state.name;
    this.fabric = state.fabric;
    this.owner = state.owner;
    this.claim = claimOn(state);
    this.nodes = nodes;
    this.#state = state;
  }

  static async of(state: ClaimedLab): Promise<UpLab> {
    const nodes = state.nodes.map(async ({ name, kind }) => {
      return { name, kind, isUp: await clientOf(state, name).answers() };
    });
    return new UpLab(state, await Promise.all(nodes));
  }

  async counters(router: string): Promise<ReadonlyMap<string, number>> {
    return new Map(Object.entries(await clientOf(this.#state, router).ask('stats')));
  }

  links(node: string): Promise<readonly LinkState[]> {
    return clientOf(this.#state, node).ask('links');
  }

  /** Shows `see` what a node does, while it does it, until the node or the signal ends that. */
  async follow(node: string, see: (event: LabEvent) => void, signal: AbortSignal): Promise<void> {
    const stream = await clientOf(this.#state, node).open('eventStream');
    addAbortSignal(signal, stream);
    try {
      for await (const line of createInterface({ input: stream })) see(JSON.parse(line) as LabEvent);
    } catch (error) {
      if (!signal.aborted) throw error;
    }
  }

  sessions(router: string): Promise<readonly SessionRow[]> {
    return clientOf(this.#state, router).ask('sessions');
  }

  flows(router: string): Promise<readonly FlowRow[]> {
    return clientOf(this.#state, router).ask('flows');
  }

  peers(router: string): Promise<readonly PeerRow[]> {
    return clientOf(this.#state, router).ask('peers');
  }

  bfd(router: string): Promise<readonly BfdRow[]> {
    return clientOf(this.#state, router).ask('bfd');
  }

  alarms(router: string): Promise<readonly AlarmRow[]> {
    return clientOf(this.#state, router).ask('alarms');
  }

  events(router: string): Promise<readonly EventRow[]> {
    return clientOf(this.#state, router).ask('events');
  }

  servicePaths(router: string): Promise<readonly ServicePathRow[]> {
    return clientOf(this.#state, router).ask('servicePaths');
  }

  sessionCaptures(router: string): Promise<readonly SessionCaptureRow[]> {
    return clientOf(this.#state, router).ask('sessionCaptures');
  }

  async createSessionCapture(router: string, request: SessionCaptureRequest): Promise<number> {
    return (await clientOf(this.#state, router).ask('createSessionCapture', { body: request })).id;
  }

  async deleteSessionCapture(router: string, id: number): Promise<void> {
    await clientOf(this.#state, router).ask('deleteSessionCapture', { path: { id } });
  }

  /** What these routers have taken, of one service or all, as one pcapng file. */
  sessionPackets(
    routers: readonly string[],
    service?: string,
  ): Promise<{ readonly packets: number; readonly file: Uint8Array }> {
    return mergedSessionCaptures(routers, (name) => clientOf(this.#state, name), service);
  }

  health(node: string): Promise<NodeHealth> {
    return clientOf(this.#state, node).ask('health');
  }

  /** Ends sessions at a router and its peers: the one of this UUID, or all; how many there were. */
  async deleteSessions(router: string, id?: string): Promise<number> {
    const client = clientOf(this.#state, router);
    const { sessions } = await (id === undefined
      ? client.ask('deleteSessions')
      : client.ask('deleteSession', { path: { id } }).catch(noneIfUnknown));
    return sessions;
  }

  async forgetSessions(router: string): Promise<void> {
    await clientOf(this.#state, router).ask('fault', { body: { kind: 'forget-sessions' } });
  }

  /** Whoever stands on the link loses what it sends there, and what comes from hosts. */
  async cut(link: string, isCut: boolean): Promise<void> {
    const known = this.scenario.links.find(({ name }) => name === link);
    if (!known) {
      const names = this.scenario.links.map(({ name }) => name);
      throw notFound('link', link, names);
    }
    const kind = isCut ? 'cut' : 'heal';
    const devices = this.#state.nodes.filter(({ kind }) => kind !== 'host').map(({ name }) => name);
    const standing = devices.filter((name) => known.ends.some(({ node }) => node === name));
    for (const node of standing)
      await clientOf(this.#state, node).ask('fault', { body: { kind, link, direction: 'both' } });
  }

  get scenario(): Scenario {
    return (this.#scenario ??= loadLab(parsedLab(labFolder(this.name))));
  }

  async clear(node: string, what: Clearable): Promise<void> {
    await clientOf(this.#state, node).ask('clear', { path: { what } });
  }

  get configuration(): LabConfiguration {
    const routers = this.#state.nodes.filter(({ kind }) => kind === 'router');
    return new LabConfiguration(
      labFolder(this.name),
      routers.map(({ name }) => routerAt(name, clientOf(this.#state, name))),
    );
  }

  capture(places: readonly CapturePlace[], sink: Writable, limits: CaptureLimits): Promise<LabCaptureTotals> {
    return captureLab({ lab: this.name, places, sink, ...limits }, (node) => clientOf(this.#state, node));
  }

  /** Opens one door to all nodes, at `host:port`, for those who have the token of the environment. */
  async serve(listen: string): Promise<{ close(): Promise<void> }> {
    const nodes = this.#state.nodes.map(({ name }) => ({ name, socketPath: socketPath(labFolder(this.name), name) }));
    return serveFront(nodes, readTcpPlace(listen, process.env[TOKEN_VARIABLE]));
  }

  async exec(node: string, words: readonly string[]): Promise<number> {
    const found = this.#state.nodes.find(({ name }) => name === node);
    if (!found) {
      const names = this.#state.nodes.map(({ name }) => name);
      throw notFound('node', node, names);
    }
    return fabrics[this.fabric].exec(found.place, words);
  }

  async down(): Promise<void> {
    await fabrics[this.fabric].remove(this.#state);
  }
}

/** A router that does not have a session has none to end. */
function noneIfUnknown(error: Error): { readonly sessions: number } {
  if (error instanceof NotFoundError) return { sessions: 0 };
  throw error;
}

const routerAt = (name: string, client: NodeClient): ConfigurableRouter => ({
  name,
  running: async () => (await client.ask('config')).text,
  problems: (text) => client.ask('checkConfig', { body: { text } }),
  configure: async (text) => void (await client.ask('configure', { body: { text } })),
});

const clientOf = ({ name }: LabState, node: string): NodeClient =>
  new NodeClient(node, socketPath(labFolder(name), node));

/** Labs that stay up when the command ends that has brought them up. */
export const liveLabs = {
  /** Brings up nodes and links; traffic, attacks and timeline of the scenario are left out. */
  async up({ name, fabric, scenarioPath, seed }: UpOptions): Promise<UpLab> {
    const scenario = { ...loadLab(scenarioPath), traffic: [], attacks: [], timeline: [], expectations: [] };
    const lab = new fabrics[fabric].Lab({ name, scenario, seed: seed ?? scenario.seed, isRun: false });
    await lab.create();
    const state = readLabs().find((known) => known.name === name);
    if (!state) throw new LabError(`lab '${name}' has been taken down while it came up`, 3);
    return UpLab.of(state);
  },

  /** Every lab that is up, and what a killed run has left. */
  async all(): Promise<readonly UpLab[]> {
    return Promise.all(readLabs().map((state) => UpLab.of(state)));
  },
};
