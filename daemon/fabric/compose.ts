import { existsSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { stringify } from 'yaml';
import type { FabricOptions } from '../../lib/lab/fabric.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { Duration } from '../../lib/time.ts';
import { saveLab } from '../load-lab.ts';
import { socketPath } from '../node-service.ts';
import { recordingPaths, type RecordingPaths } from '../recording.ts';
import { composeDocument, RUN_FOLDER, STORE } from './compose-document.ts';
import { linkNetworks } from './compose-networks.ts';
import { Docker } from './docker.ts';
import { freshImage } from './image.ts';
import { NodeClient } from './node-client.ts';
import { needsStore, redisReady } from './redis-server.ts';
import { RealFabric, type Machinery } from './real-fabric.ts';
import { claimLab, labFolder, releaseLab, type LabState } from './run-folder.ts';
import { SlowStore } from './slow-store.ts';
import { asShell, runOnTerminal } from './terminal-program.ts';
import { refuseUnmodelled } from './unmodelled.ts';

const READY_TIMEOUT_MS = 30_000;
const LOOK_EVERY_MS = 250;

const FILE = 'docker-compose.yml';

export interface ComposeLabOptions {
  /** Lower-case letters, digits, '-' and '_', as Compose wants it. */
  readonly name: string;
  readonly scenario: Scenario;
  readonly seed: number;
  /** A run: the daemons wait to be started, and record. */
  readonly isRun: boolean;
  /** Of a run: whether the daemons make tapes. */
  readonly hasTapes?: boolean;
}

/** A lab whose nodes are containers. */
export class ComposeLab implements Machinery {
  readonly name = 'compose';
  readonly #options: ComposeLabOptions;
  readonly #state: LabState;
  readonly #clients: ReadonlyMap<string, NodeClient>;
  readonly #starts = new Map<string, number>();
  readonly #killed = new Set<string>();
  readonly #stopping = new AbortController();
  #making: Promise<void> | undefined;
  #folder: string | undefined;
  #docker: Docker | undefined;
  #slowStore: SlowStore | undefined;

  constructor(options: ComposeLabOptions) {
    const { name, scenario } = options;
    if (!/^[a-z0-9][a-z0-9_-]*$/.test(name))
      throw new LabError(`'${name}' is no name for a lab of containers: a-z, 0-9, '_' and '-' will do`, 2);
    refuseUnmodelled(scenario, this.name);
    this.#options = options;
    this.#state = {
      name,
      fabric: 'compose',
      nodes: scenario.nodes.map((node) => ({ name: node.name, kind: node.kind, place: containerOf(name, node.name) })),
      namespaces: [],
    };
    this.#clients = new Map(
      scenario.nodes.map((node) => [node.name, new NodeClient(node.name, socketPath(labFolder(name), node.name))]),
    );
  }

  async create(): Promise<void> {
    this.#making = this.#make();
    try {
      await this.#making;
    } catch (error) {
      await this.destroy();
      throw error;
    }
  }

  client(node: string): NodeClient {
    const client = this.#clients.get(node);
    if (!client) throw new LabError(`there is no node '${node}' in this lab`, 2);
    return client;
  }

  /** The container stays: an engine takes a second to restart one, and a router may be told to be away for less. */
  async end(node: string): Promise<void> {
    await this.client(node).ask('renew');
    this.#countStart(node);
  }

  async kill(node: string): Promise<void> {
    await this.#docker?.kill(this.#containerOf(node));
    this.#killed.add(node);
  }

  async setPaused(node: string, isPaused: boolean): Promise<void> {
    await this.#docker?.setPaused(this.#containerOf(node), isPaused);
  }

  async setStorePaused(isPaused: boolean): Promise<void> {
    await this.#docker?.setPaused(this.#containerOf(STORE), isPaused);
  }

  async setStoreDelay(by: Duration): Promise<void> {
    this.#slowStore?.setDelay(by);
  }

  /** Since it ended, there has been a new one; one that was killed was so with its container. */
  async renew(node: string): Promise<void> {
    if (this.#killed.delete(node)) {
      await this.#docker?.start(this.#containerOf(node));
      this.#countStart(node);
    }
    await this.#ready([node]);
  }

  recordings(): RecordingPaths[] {
    const folder = this.#folder;
    if (folder === undefined) return [];
    return this.#state.nodes.flatMap(({ name }) =>
      Array.from({ length: (this.#starts.get(name) ?? 0) + 1 }, (_, start) => recordingPaths(folder, name, start)),
    );
  }

  /** Only what this lab has claimed: one that was refused for its name belongs to somebody else. */
  async destroy(): Promise<void> {
    this.#stopping.abort();
    // Compose is not taken apart while it puts together.
    await this.#making?.catch(() => undefined);
    if (this.#folder === undefined) return;
    this.#folder = undefined;
    this.#slowStore?.close();
    await removeComposeLab(this.#state, this.#docker);
  }

  async #make(): Promise<void> {
    const { name, scenario } = this.#options;
    const docker = await Docker.find();
    this.#docker = docker;
    await refuseForeign(docker, name);
    const image = await freshImage(this.#stopping.signal, (line) => process.stderr.write(`svrlab: ${line}\n`));
    this.#goOn();
    this.#folder = claimLab(this.#state, this.#options.isRun);
    const file = await this.#write(docker, this.#folder, image);
    this.#goOn();
    this.#slowStore = await SlowStore.before(scenario, this.#folder);
    await docker.compose(projectOf(name), file, ['up', '--detach', '--no-build']);
    const nodes = scenario.nodes.map((node) => node.name);
    await this.#ready(needsStore(scenario) ? [...nodes, STORE] : nodes);
  }

  async #write(docker: Docker, folder: string, image: string): Promise<string> {
    const { name, scenario, seed, isRun, hasTapes } = this.#options;
    const ofRun = ['--record', ...(hasTapes ? ['--tape'] : []), '--wait'];
    const labPath = join(RUN_FOLDER, basename(saveLab(scenario, folder)));
    const document = composeDocument(scenario, linkNetworks(scenario, await docker.subnets()), {
      image,
      labPath,
      run: { folder },
      containerOf: (node) => containerOf(name, node),
      words: ['--seed', String(seed), ...(isRun ? ofRun : [])],
      // The runner hears of its nodes all the time, and a check takes time from what is measured.
      isWatched: !isRun,
    });
    const file = join(folder, FILE);
    writeFileSync(file, stringify(document));
    return file;
  }

  /** Waits until services answer. What one said that has ended instead becomes the error. */
  async #ready(services: readonly string[]): Promise<void> {
    const docker = this.#docker;
    if (!docker) throw new LabError('the lab has not been made', 2);
    const said = new Map<string, string>();
    const isReady = new AbortController();
    const watch = async (): Promise<void> => {
      for (;;) {
        await sleep(LOOK_EVERY_MS, undefined, { signal: isReady.signal });
        const containers = new Map(services.map((name) => [this.#containerOf(name), name]));
        for (const container of await docker.ended([...containers.keys()]))
          said.set(containers.get(container) ?? '', await docker.lastWords(container));
      }
    };
    const watching = watch().catch(() => undefined);
    try {
      await Promise.all(
        services.map((name) => {
          const hasEnded = (): string | undefined => said.get(name);
          if (name === STORE) return redisReady(labFolder(this.#options.name), hasEnded);
          return this.client(name).ready(READY_TIMEOUT_MS, hasEnded);
        }),
      );
    } finally {
      isReady.abort();
      await watching;
    }
  }

  #containerOf(name: string): string {
    return containerOf(this.#options.name, name);
  }

  #countStart(node: string): void {
    this.#starts.set(node, (this.#starts.get(node) ?? 0) + 1);
  }

  #goOn(): void {
    if (this.#stopping.signal.aborted) throw new LabError('the lab has been stopped while it was made', 3);
  }
}

/** The fabric of a run. Two runs of one scenario do not meet: the process id is part of their names. */
export class ComposeFabric extends RealFabric {
  constructor(options: FabricOptions) {
    const { scenario, seed, tapesIn } = options;
    const stem = scenario.name.toLowerCase().replaceAll(/[^a-z0-9_-]/g, '-');
    const name = `${stem.slice(0, 32)}-${process.pid}`;
    super(options, new ComposeLab({ name, scenario, seed, isRun: true, hasTapes: tapesIn !== undefined }));
  }
}

/** Removes a lab by what was noted of it, whoever made it and however far that one came. */
export async function removeComposeLab({ name }: LabState, known?: Docker): Promise<void> {
  const project = projectOf(name);
  const file = join(labFolder(name), FILE);
  if (existsSync(file)) {
    const docker = known ?? (await Docker.find());
    await docker.compose(project, file, ['down', '--volumes', '--remove-orphans', '--timeout', '0']);
    const { containers, networks } = await docker.partsOf(project);
    const [stuck] = [...containers, ...networks];
    if (stuck !== undefined) throw new LabError(`'${stuck}' of lab '${name}' cannot be removed`, 3);
  }
  releaseLab(name);
}

/** Runs a program in a container on this terminal; its exit status. */
export async function execInContainer(container: string, words: readonly string[]): Promise<number> {
  const terminal = process.stdin.isTTY && process.stdout.isTTY ? ['--tty'] : [];
  return runOnTerminal('docker', ['exec', '--interactive', ...terminal, container, ...asShell(words)]);
}

const projectOf = (lab: string): string => `svrlab-${lab}`;
const containerOf = (lab: string, node: string): string => `svrlab-${lab}-${node}`;

/** Containers of this name that no lab of ours knows are not ours to remove. */
async function refuseForeign(docker: Docker, name: string): Promise<void> {
  const { containers, networks } = await docker.partsOf(projectOf(name));
  const [taken] = [...containers, ...networks];
  if (taken === undefined) return;
  throw new LabError(`'${taken}' is there already: a lab '${name}' is up, or something of that name`, 2);
}
