import { spawn, type ChildProcess } from 'node:child_process';

/**
 * Calls `changed` whenever the kernel announces that something is different about an interface (rtnetlink, as `ip monitor`
 * hears it), whoever made it so. Without `ip` nothing is heard, and that is said once.
 */
export class LinkMonitor {
  readonly #program: ChildProcess;

  constructor(changed: () => void) {
    this.#program = spawn('ip', ['-oneline', 'monitor', 'link'], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.#program.stdout?.on('data', changed);
    this.#program.on('error', ({ message }) =>
      process.stderr.write(`svrlab: interfaces that go down are not noticed: cannot run 'ip' (${message})\n`),
    );
  }

  close(): void {
    this.#program.kill();
  }
}
