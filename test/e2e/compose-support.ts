import { execFileSync, spawnSync } from 'node:child_process';
import { readLabs } from '../../daemon/fabric/run-folder.ts';
import { Docker } from '../../daemon/fabric/docker.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { skip } from '../support/skip.ts';

const IMAGE_TIMEOUT_MS = 300_000;

/** Whether a suite before has seen to the engine and the image, and what was in the way. */
let prepared: { readonly lack: string | undefined } | undefined;
let startedEngine = false;

/**
 * Skips the tests of a suite, with the reason, where no container can be. Starts an engine if none answers, and puts what
 * is tested into an image; whoever calls gives that its time.
 */
export async function requireCompose(context: Mocha.Context): Promise<void> {
  context.timeout(IMAGE_TIMEOUT_MS);
  prepared ??= { lack: await prepare() };
  if (prepared.lack !== undefined) skip(context, prepared.lack);
}

after(function () {
  this.timeout(60_000);
  if (startedEngine) spawnSync('scripts/docker-engine.sh', ['stop'], { stdio: 'ignore' });
});

async function prepare(): Promise<string | undefined> {
  const engine = spawnSync('scripts/docker-engine.sh', ['start'], { encoding: 'utf8' });
  if (engine.status === 3) return engine.stderr.trim();
  if (engine.status !== 0) throw new Error(`the engine failed: ${engine.stderr}`);
  startedEngine = engine.stdout.includes('docker-engine: started');
  try {
    await Docker.find();
  } catch (error) {
    if (error instanceof LabError) return error.message;
    throw error;
  }
  // Not from a registry: the test is of what stands here, and quick.
  const image = spawnSync('scripts/docker-image.sh', ['--prebuilt', '--if-stale'], { encoding: 'utf8' });
  if (image.status !== 0) throw new Error(`the image failed: ${image.stderr}`);
  return undefined;
}

/** Runs `docker`, and tells what it printed. */
export const docker = (...words: string[]): string => execFileSync('docker', words, { encoding: 'utf8' });

/** Everything on the engine whose name begins with `prefix`. */
function present(prefix: string): string[] {
  const names = [
    docker('ps', '--all', '--format', '{{.Names}}'),
    docker('network', 'ls', '--format', '{{.Name}}'),
    docker('volume', 'ls', '--format', '{{.Name}}'),
  ];
  return names.flatMap((text) => text.split('\n')).filter((name) => name.startsWith(prefix));
}

/** What labs whose name begins with `prefix` have on this machine. */
export function leftovers(prefix: string): string[] {
  return [
    ...present(`svrlab-${prefix}`),
    ...readLabs().flatMap(({ name }) => (name.startsWith(prefix) ? [`lab ${name}`] : [])),
  ];
}
