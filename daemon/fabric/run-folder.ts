import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { LabError, type FabricName } from '../../lib/lab/fabric.ts';
import type { NodeKind } from '../../lib/lab/scenario.ts';

/** What must be known of a lab to remove it, written before anything of it is made. */
export interface LabState {
  readonly name: string;
  readonly fabric: Exclude<FabricName, 'sim'>;
  readonly nodes: readonly StateNode[];
  /** Network namespaces, those of nodes and others. */
  readonly namespaces: readonly string[];
}

/** A lab as it is noted, with who has it. */
export interface ClaimedLab extends LabState {
  readonly owner: string;
  /** The process of a run, with which the lab ends. */
  readonly runner?: number;
}

export interface StateNode {
  readonly name: string;
  readonly kind: NodeKind;
  /** Its network namespace or its container. */
  readonly place: string;
}

const STATE_FILE = 'state.json';

/** Longest path of a unix socket. */
const SOCKET_PATH_MAX = 107;

/** Where labs are kept while they are up. */
export function labsFolder(): string {
  if (process.getuid?.() === 0) return '/run/svrlab';
  const own = process.env.XDG_RUNTIME_DIR;
  if (own) return join(own, 'svrlab');
  throw new LabError('there is no folder for running labs; run as root, or set XDG_RUNTIME_DIR', 3);
}

/** Refuses names that would not do as part of a path or of a namespace's name. */
export function labFolder(name: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,47}$/i.test(name))
    throw new LabError(`'${name}' is no name for a lab: letters, digits, '.', '_' and '-' will do, at most 48`, 2);
  return join(labsFolder(), name);
}

/** Makes the folder of a lab, or says that a lab of this name is up. A run has it until this process ends. */
export function claimLab(state: LabState, isRun: boolean): string {
  const folder = labFolder(state.name);
  const longest = Math.max(...state.nodes.map(({ name }) => join(folder, `${name}.sock`).length));
  if (longest > SOCKET_PATH_MAX) throw new LabError(`the names of lab '${state.name}' and its nodes are too long`, 2);
  mkdirSync(labsFolder(), { recursive: true });
  try {
    // Whoever may go in may speak to the nodes. Those in containers are root, which need not be who runs the lab.
    mkdirSync(folder, { mode: 0o700 });
    if (process.getuid?.() !== 0) chmodSync(folder, 0o777);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    throw new LabError(`lab '${state.name}' is up already; 'svrlab lab down --lab ${state.name}' takes it down`, 2);
  }
  const path = join(folder, STATE_FILE);
  const claimed: ClaimedLab = { ...state, owner: userName(), ...(isRun && { runner: process.pid }) };
  writeFileSync(`${path}.new`, JSON.stringify(claimed, undefined, 2));
  renameSync(`${path}.new`, path);
  return folder;
}

export function releaseLab(name: string): void {
  rmSync(labFolder(name), { recursive: true, force: true });
}

/** Every lab that is up, or that was left behind by a runner that was killed. */
export function readLabs(): ClaimedLab[] {
  const folder = labsFolder();
  if (!existsSync(folder)) return [];
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name, STATE_FILE);
    return existsSync(path) ? [JSON.parse(readFileSync(path, 'utf8')) as ClaimedLab] : [];
  });
}

/** Why a lab is not to be taken down by whoever does not name it; undefined if nothing speaks against it. */
export function claimOn({ owner, runner }: ClaimedLab): string | undefined {
  if (runner !== undefined && isAlive(runner)) return `is that of a run which goes on, process ${runner}`;
  return owner === userName() ? undefined : `belongs to ${owner}`;
}

/** Behind sudo it is the person who counts. */
function userName(): string {
  const { SUDO_USER } = process.env;
  if (SUDO_USER) return SUDO_USER;
  try {
    return userInfo().username;
  } catch {
    return `user ${process.getuid?.()}`;
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
