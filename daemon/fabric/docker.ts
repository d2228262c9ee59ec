import { parsePrefix, type IpPrefix } from '../../lib/address.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { runProgram, type Ended } from './ip.ts';

/** Compose marks everything that it makes with the name of its project. */
const PROJECT_LABEL = 'com.docker.compose.project';

/** What an engine has of a project, each thing by its name. */
export interface ProjectParts {
  readonly containers: readonly string[];
  readonly networks: readonly string[];
}

/** A container engine and its Compose, by their command lines. */
export class Docker {
  readonly #compose: readonly string[];

  private constructor(compose: readonly string[]) {
    this.#compose = compose;
  }

  /** Fails with a LabError that says what this machine lacks, and what mends it. */
  static async find(): Promise<Docker> {
    const { status, err } = await tryProgram('docker', ['version', '--format', '{{.Server.Version}}']);
    if (status === undefined)
      throw new LabError("there is no 'docker': apt-get install --yes docker.io docker-compose iptables", 3);
    if (status !== 0)
      throw new LabError(`no container engine answers (${lastLine(err)}): sudo scripts/docker-engine.sh start`, 3);
    const plugin = await tryProgram('docker', ['compose', 'version']);
    if (plugin.status === 0) return new Docker(['docker', 'compose']);
    const standalone = await tryProgram('docker-compose', ['version']);
    if (standalone.status === 0) return new Docker(['docker-compose']);
    throw new LabError(
      "there is neither 'docker compose' nor 'docker-compose': apt-get install --yes docker-compose",
      3,
    );
  }

  /** Runs Compose on a file; fails with a LabError that tells what it said last. */
  async compose(project: string, file: string, words: readonly string[]): Promise<void> {
    const [program, ...first] = this.#compose;
    const { status, err } = await runProgram(program, [...first, '--project-name', project, '--file', file, ...words]);
    if (status !== 0) throw new LabError(`'${this.#compose.join(' ')} ${words[0]}' failed: ${whatFailed(err)}`, 3);
  }

  /** Everything of a project, running or not. */
  async partsOf(project: string): Promise<ProjectParts> {
    const ours = ['--filter', `label=${PROJECT_LABEL}=${project}`, '--format'];
    const [containers, networks] = await Promise.all([
      this.#lines(['ps', '--all', ...ours, '{{.Names}}']),
      this.#lines(['network', 'ls', ...ours, '{{.Name}}']),
    ]);
    return { containers, networks };
  }

  /** The subnets of all networks. */
  async subnets(): Promise<IpPrefix[]> {
    const names = await this.#lines(['network', 'ls', '--quiet']);
    const format = '{{range .IPAM.Config}}{{println .Subnet}}{{end}}';
    // One that is gone by now has no subnets, and the exit status is of no interest.
    const { out } = await runProgram('docker', ['network', 'inspect', '--format', format, ...names]);
    return wordsOf(out).flatMap((text) => parsePrefix(text) ?? []);
  }

  /** Ends all that runs in a container as `kill -9` does; the container stays, without interfaces. */
  async kill(container: string): Promise<void> {
    await this.#lines(['kill', container]);
  }

  /** Begins anew in a container that has ended, with interfaces as it had. */
  async start(container: string): Promise<void> {
    await this.#lines(['start', container]);
  }

  /** Everything in a container stands still, or goes on. */
  async setPaused(container: string, isPaused: boolean): Promise<void> {
    await this.#lines([isPaused ? 'pause' : 'unpause', container]);
  }

  /** Which of these containers have ended, or are not there. */
  async ended(containers: readonly string[]): Promise<readonly string[]> {
    const words = ['container', 'inspect', '--format', '{{.Name}} {{.State.Running}}', ...containers];
    const { status, out, err } = await runProgram('docker', words);
    // One that is not there spoils the exit status alone.
    if (status !== 0 && out.trim() === '') throw new LabError(`'docker inspect' failed: ${lastLine(err)}`, 3);
    const running = new Set(Array.from(out.matchAll(/^\/(\S+) true$/gm), ([, name]) => name));
    return containers.filter((name) => !running.has(name));
  }

  /** What a container said last. */
  async lastWords(container: string): Promise<string> {
    const { out, err } = await runProgram('docker', ['logs', '--tail', '60', container]);
    return lastWordsIn(`${out}${err}`);
  }

  async #lines(words: readonly string[]): Promise<string[]> {
    const { status, out, err } = await runProgram('docker', words);
    if (status !== 0) throw new LabError(`'docker ${words[0]}' failed: ${lastLine(err)}`, 3);
    return wordsOf(out);
  }
}

/** The status is undefined if there is no such program. */
async function tryProgram(program: string, words: readonly string[]): Promise<Partial<Ended> & { err: string }> {
  return runProgram(program, words).catch(({ message }: Error) => ({ err: message }));
}

const wordsOf = (text: string): string[] => text.split(/\s+/).filter(Boolean);

/** The error that Node's stack trace is about, if there is one, or else the last three lines. */
export function lastWordsIn(text: string): string {
  const lines = text.trim().split('\n');
  return lines.findLast((line) => /^\w*Error\b.*: /.test(line)) ?? lines.slice(-3).join('; ');
}

const lastLine = (text: string): string => text.trim().split('\n').at(-1) ?? '';

/** Of all that Compose tells while it works, the lines that say what went wrong. */
function whatFailed(text: string): string {
  const lines = text.trim().split('\n');
  const errors = lines.filter((line) => /error|failed|cannot|invalid/i.test(line));
  return (errors.length > 0 ? errors.slice(-2) : lines.slice(-1)).map((line) => line.trim()).join('; ');
}
