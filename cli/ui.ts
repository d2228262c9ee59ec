import { Command, InvalidArgumentError } from 'commander';
import { untilSignal } from './capture.ts';
import { chooseLab, type LiveLabs } from './live-labs.ts';
import { pageCode } from './page.ts';
import type { Terminal } from './terminal.ts';
import { serveUi } from './ui/server.ts';

const examples = `
The page is for this machine alone, and for those who know its address, which is another each time.

Examples:
  sudo ./svrlab lab up session-recovery
  sudo ./svrlab ui
  sudo ./svrlab ui --lab mine --port 8080`;

export function uiCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('ui')
    .summary('look at a lab that is up in a browser, and do things to it')
    .description('Serves a page about a lab that is up: what its nodes know, and their packets as they come.')
    .option('--lab <name>', 'which lab, if several are up')
    .option('--port <number>', 'port at 127.0.0.1 (default: any that is free)', readPort)
    .addHelpText('after', examples)
    .action(async (options: { lab?: string; port?: number }) => {
      const lab = await chooseLab(labs, options.lab);
      const server = await serveUi(lab, options.port ?? 0, await pageCode());
      terminal.out(`${server.url}\n`);
      terminal.err('Open it in a browser; Ctrl-C ends it.\n');
      await untilSignal((signal) => new Promise((resolve) => signal.addEventListener('abort', () => resolve())));
      await server.close();
    });
}

function readPort(text: string): number {
  if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new InvalidArgumentError('A port, from 0 to 65535.');
  return Number(text);
}
