import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { checkMachine } from '../../daemon/fabric/netns.ts';
import { checkRedis } from '../../daemon/fabric/redis-server.ts';
import { readLabs } from '../../daemon/fabric/run-folder.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { skip } from '../support/skip.ts';

/** Skips the tests of a suite, with the reason, where no lab of namespaces can be. */
export async function requireNetns(context: Mocha.Context): Promise<void> {
  try {
    await checkMachine();
    execFileSync('ip', ['netns', 'add', 'svrlab-probe'], { stdio: 'pipe' });
  } catch (error) {
    skip(context, error instanceof LabError ? error.message : `no network namespace can be made: ${String(error)}`);
  }
  execFileSync('ip', ['netns', 'del', 'svrlab-probe']);
}

/** Skips tests, with the reason, where there is no Redis for the two nodes of a router. */
export async function requireStore(context: Mocha.Context): Promise<void> {
  await checkRedis().catch((error: LabError) => skip(context, error.message));
}

export function namespaces(): string[] {
  const out = execFileSync('ip', ['netns', 'list'], { encoding: 'utf8' });
  return out
    .split('\n')
    .map((line) => line.split(' ')[0])
    .filter((name) => name.startsWith('svrlab-'));
}

/** Daemons of labs whose name begins with `prefix`, by their command lines. */
export function daemonsOf(prefix: string): number[] {
  return readdirSync('/proc')
    .map(Number)
    .filter((pid) => pid > 0 && commandLine(pid).includes(`\0--run\0/run/svrlab/${prefix}`));
}

function commandLine(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8');
  } catch {
    return '';
  }
}

/** What labs whose name begins with `prefix` have on this machine. */
export function leftovers(prefix: string): string[] {
  return [
    ...namespaces().filter((name) => name.startsWith(`svrlab-${prefix}`)),
    ...daemonsOf(prefix).map((pid) => `process ${pid}`),
    ...readLabs().flatMap(({ name }) => (name.startsWith(prefix) ? [`lab ${name}`] : [])),
  ];
}
