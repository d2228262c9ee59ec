import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { LabError } from '../../lib/lab/fabric.ts';

/** The image of all nodes; `SVRLAB_IMAGE` names another, which is then taken as it is. */
export const IMAGE = 'svrlab';

const script = fileURLToPath(new URL('../../../scripts/docker-image.sh', import.meta.url));

/**
 * Returns the name of an image that holds what runs here, after building it if there is none or an older one. `say` is
 * told what is being done, if it takes time.
 */
export async function freshImage(signal: AbortSignal, say: (line: string) => void): Promise<string> {
  const given = process.env.SVRLAB_IMAGE;
  if (given) return given;
  await new Promise<void>((resolve, reject) => {
    const fail = (reason: string): void => reject(new LabError(`there is no image for the nodes: ${reason}`, 3));
    // A session of its own: Ctrl-C is for us, and `signal` is for the script.
    const child = spawn(script, ['--if-stale', IMAGE], { stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    let lastLine = '';
    for (const stream of [child.stdout, child.stderr]) {
      createInterface(stream).on('line', (line) => {
        lastLine = line;
        if (line.startsWith('docker-')) say(line);
      });
    }
    const end = (): void => void process.kill(-(child.pid ?? 0), 'SIGTERM');
    signal.addEventListener('abort', end);
    child.on('error', ({ message }) => fail(message));
    child.on('close', (status) => {
      signal.removeEventListener('abort', end);
      if (status === 0) resolve();
      else fail(signal.aborted ? 'its making was ended' : lastLine);
    });
  });
  return IMAGE;
}
