import { setTimeout as sleep } from 'node:timers/promises';
import type { FabricOptions } from '../../lib/lab/fabric.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { Duration } from '../../lib/time.ts';
import { saveLab } from '../load-lab.ts';
import { loadNative } from '../ports/native.ts';
import { recordingPaths, type RecordingPaths } from '../recording.ts';
import { checkNftables } from '../agent/failing-services.ts';
import { DaemonProcess } from './daemon-process.ts';
import { ipBatch, runProgram, scriptIn } from './ip.ts';
import { NetnsPlan } from './netns-plan.ts';
import type { NodeClient } from './node-client.ts';
import { checkRedis, sharesStore, startRedis } from './redis-server.ts';
import { RealFabric, type Machinery } from './real-fabric.ts';
import { claimLab, releaseLab, type LabState } from './run-folder.ts';
import { SlowStore, storeSocket } from './slow-store.ts';
import { asShell, runOnTerminal } from './terminal-program.ts';
import { refuseUnmodelled } from './unmodelled.ts';

const KILL_TRIES = 50;
const KILL_POLL_MS = 20;

export interface NetnsLabOptions {
  readonly name: string;
  readonly scenario: Scenario;
  readonly seed: number;
  /** See `DaemonOptions`. */
  readonly isRun: boolean;
  /** Of a run: whether the daemons make tapes. */
  readonly hasTapes?: boolean;
}

/** A lab whose nodes are network namespaces of this machine. */
export class NetnsLab implements Machinery {
  readonly name = 'netns';
  readonly #options: NetnsLabOptions;
  readonly #plan: NetnsPlan;
  readonly #state: LabState;
  readonly #daemons = new Map<string, DaemonProcess>();
  readonly #starts = new Map<string, number>();
  #folder: string | undefined;
  #labPath = '';
  /** Process of the Redis. */
  #redis: number | undefined;
  #slowStore: SlowStore | undefined;

  constructor(options: NetnsLabOptions) {
    refuseUnmodelled(options.scenario, this.name);
    this.#options = options;
    this.#plan = new NetnsPlan(options.name, options.scenario);
    this.#state = this.#plan.state();
  }

  async create(): Promise<void> {
    await checkMachine();
    await checkNftables(this.#options.scenario);
    if (this.#plan.storeNamespace !== undefined) await checkRedis();
    await this.#refuseForeign();
    this.#folder = claimLab(this.#state, this.#options.isRun);
    try {
      this.#labPath = saveLab(this.#options.scenario, this.#folder);
      await this.#makeNetwork();
      if (this.#plan.storeNamespace !== undefined)
        this.#redis = await startRedis(this.#plan.storeNamespace, this.#folder);
      this.#slowStore = await SlowStore.before(this.#options.scenario, this.#folder);
      await Promise.all(this.#state.nodes.map(({ name }) => this.#startDaemon(name)));
    } catch (error) {
      await this.destroy();
      throw error;
    }
  }

  client(node: string): NodeClient {
    const daemon = this.#daemons.get(node);
    if (!daemon) throw new LabError(`there is no node '${node}' in this lab`, 2);
    return daemon.client;
  }

  async end(node: string): Promise<void> {
    await this.#daemons.get(node)?.end();
  }

  async kill(node: string): Promise<void> {
    await this.#daemons.get(node)?.kill();
  }

  async setPaused(node: string, isPaused: boolean): Promise<void> {
    this.#daemons.get(node)?.setPaused(isPaused);
  }

  async setStorePaused(isPaused: boolean): Promise<void> {
    if (this.#redis !== undefined) process.kill(this.#redis, isPaused ? 'SIGSTOP' : 'SIGCONT');
  }

  async setStoreDelay(by: Duration): Promise<void> {
    this.#slowStore?.setDelay(by);
  }

  async renew(node: string): Promise<void> {
    this.#starts.set(node, (this.#starts.get(node) ?? 0) + 1);
    await this.#startDaemon(node);
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
    if (this.#folder === undefined) return;
    this.#folder = undefined;
    this.#slowStore?.close();
    await removeNetnsLab(this.#state);
  }

  async #makeNetwork(): Promise<void> {
    await ipBatch(this.#state.namespaces.map((namespace) => `netns add ${namespace}`));
    await inEach(this.#plan.silence(), scriptIn);
    await ipBatch(this.#plan.links());
    await inEach(this.#plan.offloads(), scriptIn);
    await inEach(this.#plan.addresses(), (namespace, lines) => ipBatch(lines, namespace));
  }

  async #startDaemon(node: string): Promise<void> {
    const { seed, isRun, hasTapes } = this.#options;
    const described = this.#options.scenario.nodes.find(({ name }) => name === node);
    if (!described || this.#folder === undefined) throw new LabError(`there is no node '${node}' in this lab`, 2);
    const { kind } = described;
    const namespace = this.#plan.namespaceOf(node);
    const place = { folder: this.#folder, labPath: this.#labPath };
    const store = sharesStore(described) ? `unix:${storeSocket(this.#options.scenario, this.#folder)}` : undefined;
    const daemon = new DaemonProcess({ node, kind, namespace, ...place, seed, isRun, hasTapes, store });
    this.#daemons.set(node, daemon);
    await daemon.ready();
  }

  /** Namespaces of these names that no lab of ours knows are not ours to remove. */
  async #refuseForeign(): Promise<void> {
    const present = await namespacesPresent();
    const taken = this.#state.namespaces.find((namespace) => present.has(namespace));
    if (taken === undefined) return;
    const { name } = this.#options;
    throw new LabError(`namespace '${taken}' is there already: a lab '${name}' is up, or 'ip netns del ${taken}'`, 2);
  }
}

/** The fabric of a run. Two runs of one scenario do not meet: the process id is part of their names. */
export class NetnsFabric extends RealFabric {
  constructor(options: FabricOptions) {
    const { scenario, seed, tapesIn } = options;
    const name = `${scenario.name.slice(0, 32)}-${process.pid}`;
    super(options, new NetnsLab({ name, scenario, seed, isRun: true, hasTapes: tapesIn !== undefined }));
  }
}

/** Removes a lab by what was noted of it, whoever made it and however far that one came. */
export async function removeNetnsLab({ name, namespaces }: LabState): Promise<void> {
  const present = await namespacesPresent();
  const ours = namespaces.filter((namespace) => present.has(namespace));
  await Promise.all(ours.map(killIn));
  for (const namespace of ours) await runProgram('ip', ['netns', 'del', namespace]);
  const left = await namespacesPresent();
  const stuck = ours.find((namespace) => left.has(namespace));
  if (stuck !== undefined) throw new LabError(`namespace '${stuck}' cannot be removed: ip netns del ${stuck}`, 3);
  releaseLab(name);
}

/** Runs a program in a namespace on this terminal; its exit status. */
export async function execIn(namespace: string, words: readonly string[]): Promise<number> {
  return runOnTerminal('ip', ['netns', 'exec', namespace, ...asShell(words)]);
}

/** Fails with a LabError that says what this machine lacks for a lab of namespaces, and what mends it. */
export async function checkMachine(): Promise<void> {
  if (process.platform !== 'linux') throw new LabError('network namespaces need Linux', 3);
  if (process.getuid?.() !== 0) throw new LabError('network namespaces need root: sudo ./svrlab ...', 3);
  for (const [program, debianPackage] of [
    ['ip', 'iproute2'],
    ['ethtool', 'ethtool'],
    ['curl', 'curl'],
  ]) {
    const { status } = await runProgram('sh', ['-c', `command -v ${program}`]);
    if (status !== 0) throw new LabError(`there is no '${program}': apt-get install --yes ${debianPackage}`, 3);
  }
  loadNative('cap');
  loadNative('raw-socket');
}

async function namespacesPresent(): Promise<ReadonlySet<string>> {
  const { out } = await runProgram('ip', ['netns', 'list']);
  return new Set(out.split('\n').map((line) => line.split(' ')[0]));
}

/** Ends every process in a namespace, and waits until they are gone: interfaces live as long as they do. */
async function killIn(namespace: string): Promise<void> {
  for (let tries = 0; tries < KILL_TRIES; tries++) {
    const { out } = await runProgram('ip', ['netns', 'pids', namespace]);
    const pids = out.split('\n').filter(Boolean).map(Number);
    if (pids.length === 0) return;
    for (const pid of pids) killQuietly(pid);
    await sleep(KILL_POLL_MS);
  }
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It has ended by itself in the meantime.
  }
}

async function inEach(
  work: ReadonlyMap<string, readonly string[]>,
  run: (namespace: string, lines: readonly string[]) => Promise<void>,
): Promise<void> {
  await Promise.all(Array.from(work, ([namespace, lines]) => run(namespace, lines)));
}
