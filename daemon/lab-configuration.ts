import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigurationDraft } from '../lib/config/index.ts';
import { formatDiagnostics } from '../lib/diagnostic.ts';
import { LabError } from '../lib/lab/fabric.ts';

/** Configurations of before that are kept; the oldest go first. */
const HISTORY_MAX = 20;

const LOCK_WAIT_MS = 5_000;
const LOCK_POLL_MS = 25;

/** A router as whoever configures it sees it. */
export interface ConfigurableRouter {
  readonly name: string;
  running(): Promise<string>;
  /** Why it cannot go on with this configuration; empty if it can. */
  problems(text: string): Promise<readonly string[]>;
  configure(text: string): Promise<void>;
}

/** A configuration that was the running one before. */
export interface FormerConfiguration {
  /** 1 is the one before the running one. */
  readonly number: number;
  readonly text: string;
}

/** What runs in a lab's folder, for a node that starts again; undefined if it was never changed. */
export function changedConfiguration(folder: string): string | undefined {
  const path = join(folder, 'configuration', 'running.conf');
  return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
}

/**
 * The one configuration of all routers of a lab, as a conductor keeps it: the running one, a candidate that all terminals
 * share, and those of before. All of it lies in the lab's folder.
 */
export class LabConfiguration {
  readonly #folder: string;
  readonly #routers: readonly ConfigurableRouter[];

  constructor(labFolder: string, routers: readonly ConfigurableRouter[]) {
    this.#folder = join(labFolder, 'configuration');
    this.#routers = routers;
  }

  /** SSR text, as are all the others. */
  async running(): Promise<string> {
    const kept = this.#read('running.conf');
    if (kept !== undefined) return kept;
    const [first] = this.#routers;
    if (!first) throw new LabError('there is no router in this lab', 2);
    return first.running();
  }

  /** The running one as long as nobody has edited anything. */
  async candidate(): Promise<string> {
    return this.#read('candidate.conf') ?? this.running();
  }

  /** Changes the candidate by what `change` does to it; what it throws leaves the candidate as it was. */
  async edit(change: (draft: ConfigurationDraft) => void): Promise<void> {
    await this.#locked(async () => {
      const draft = new ConfigurationDraft(await this.candidate());
      change(draft);
      await this.#keepCandidate(draft.format());
    });
  }

  /** Makes the candidate the running one again. */
  async discard(): Promise<void> {
    await this.#locked(async () => this.#remove('candidate.conf'));
  }

  /** Makes a configuration of before the candidate. */
  async rollback(number: number): Promise<void> {
    await this.#locked(async () => {
      const former = this.history().find((one) => one.number === number);
      if (!former) throw new LabError(this.#noSuch(number), 2);
      await this.#keepCandidate(former.text);
    });
  }

  /** The latest first. */
  history(): FormerConfiguration[] {
    return this.#historyFiles()
      .toReversed()
      .map((name, i) => ({ number: i + 1, text: readFileSync(join(this.#folder, name), 'utf8') }));
  }

  /** What keeps the candidate from being committed; empty if nothing does. */
  async problems(): Promise<readonly string[]> {
    return this.#problemsOf(await this.candidate());
  }

  /** Makes the candidate the running configuration of every router, or of none. False if there was nothing to change. */
  async commit(): Promise<boolean> {
    return this.#locked(async () => {
      const [before, text] = [await this.running(), await this.candidate()];
      if (before === text) return false;
      const problems = await this.#problemsOf(text);
      if (problems.length > 0) throw new LabError(`nothing was committed:\n${problems.join('\n')}`, 2);
      await this.#apply(text, before);
      this.#write(`history-${String(this.#nextNumber()).padStart(8, '0')}.conf`, before);
      for (const old of this.#historyFiles().slice(0, -HISTORY_MAX)) this.#remove(old);
      this.#write('running.conf', text);
      this.#remove('candidate.conf');
      return true;
    });
  }

  /** On all routers, or on none: those that have taken it are given back the one of before. */
  async #apply(text: string, before: string): Promise<void> {
    const done: ConfigurableRouter[] = [];
    for (const router of this.#routers) {
      try {
        await router.configure(text);
        done.push(router);
      } catch (error) {
        const undone = await Promise.allSettled(done.map((one) => one.configure(before)));
        const stuck = done.filter((_, i) => undone[i].status === 'rejected').map(({ name }) => name);
        const left =
          stuck.length === 0 ? 'all others have the one of before again' : `it is left on ${stuck.join(', ')}`;
        throw new LabError(`'${router.name}' did not take the configuration, ${left}: ${(error as Error).message}`, 3);
      }
    }
  }

  async #problemsOf(text: string): Promise<readonly string[]> {
    const { diagnostics } = new ConfigurationDraft(text).check();
    if (diagnostics) return [formatDiagnostics(diagnostics, text)];
    const all = await Promise.all(this.#routers.map((router) => router.problems(text)));
    return [...new Set(all.flat())];
  }

  async #keepCandidate(text: string): Promise<void> {
    if (text === (await this.running())) this.#remove('candidate.conf');
    else this.#write('candidate.conf', text);
  }

  #noSuch(number: number): string {
    const kept = this.#historyFiles().length;
    const there = kept === 0 ? 'nothing has been committed yet' : `there are 1 to ${kept}`;
    return `there is no configuration ${number} of before: ${there}`;
  }

  #historyFiles(): string[] {
    if (!existsSync(this.#folder)) return [];
    return readdirSync(this.#folder)
      .filter((name) => /^history-\d+\.conf$/.test(name))
      .sort();
  }

  #nextNumber(): number {
    return Number(this.#historyFiles().at(-1)?.replace(/\D/g, '') ?? 0) + 1;
  }

  #read(name: string): string | undefined {
    const path = join(this.#folder, name);
    return existsSync(path) ? readFileSync(path, 'utf8') : undefined;
  }

  /** Whole or not at all: another terminal may read it at any time. */
  #write(name: string, text: string): void {
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, name);
    writeFileSync(`${path}.new`, text);
    renameSync(`${path}.new`, path);
  }

  #remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
  }

  /** One terminal after the other. A lock that somebody who is gone has left is nobody's. */
  async #locked<T>(work: () => Promise<T>): Promise<T> {
    mkdirSync(this.#folder, { recursive: true });
    const path = join(this.#folder, 'lock');
    const deadline = performance.now() + LOCK_WAIT_MS;
    while (!tryLock(path)) {
      if (performance.now() > deadline)
        throw new LabError('another terminal is committing this configuration; try again', 3);
      await sleep(LOCK_POLL_MS);
    }
    try {
      return await work();
    } finally {
      rmSync(path, { force: true });
    }
  }
}

function tryLock(path: string): boolean {
  try {
    const file = openSync(path, 'wx');
    writeFileSync(file, String(process.pid));
    closeSync(file);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    const holder = Number(readFileSync(path, 'utf8').trim() || 0);
    if (holder > 0 && !isAlive(holder)) rmSync(path, { force: true });
    return false;
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
