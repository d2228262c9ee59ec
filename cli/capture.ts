import { createWriteStream } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { finished } from 'node:stream/promises';
import type { Writable } from 'node:stream';
import { Command, InvalidArgumentError } from 'commander';
import { systemError } from '../daemon/system-error.ts';
import { suggest } from '../lib/diagnostic.ts';
import { InputError } from './exit.ts';
import { filterOf, selection } from './filter.ts';
import {
  chooseLab,
  type CaptureLimits,
  type CapturePlace,
  type CaptureTotals,
  type LiveLab,
  type LiveLabs,
} from './live-labs.ts';
import { formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';
import { counted } from './units.ts';

interface CaptureOptions {
  readonly lab?: string;
  readonly write?: string;
  readonly filter?: string;
  readonly listen?: { readonly host: string; readonly port: number };
  readonly count?: number;
  readonly duration?: number;
}

const examples = `
NODE is all ports of a node, NODE.PORT one of them; without any, everything is captured. Packets of all nodes come merged
in order of time, each with what its node says of it. What a slow reader leaves no room for is dropped and counted.
Filters are those of 'svrlab read', over the fields of docs/read.md.

Examples:
  sudo ./svrlab capture -w lab.pcapng --duration 10
  sudo ./svrlab capture spoke.wan hub.wan -w wan.pcapng -c 100
  sudo ./svrlab capture -Y 'bfd or svr.health_check' -w lab.pcapng
  sudo ./svrlab capture -w - | wireshark -k -i -
  sudo ./svrlab capture --listen 127.0.0.1:19000      then: wireshark -k -i TCP@127.0.0.1:19000`;

export function captureCommand(terminal: Terminal, labs: LiveLabs): Command {
  return new Command('capture')
    .summary('capture packets of a lab that is up: to a file, to standard output, or for Wireshark over TCP')
    .description('Captures packets at nodes and ports of a lab that is up, until Ctrl-C, -c or --duration ends it.')
    .argument('[places...]', 'nodes and ports, such as: spoke hub.wan')
    .option('--lab <name>', 'which lab, if several are up')
    .option('-w, --write <file>', 'file to write to; - is standard output')
    .option('--listen <host:port>', 'serve everybody who connects a capture of their own', readPlace)
    .option('-Y, --filter <filter>', 'only packets for which this holds')
    .option('-c, --count <packets>', 'end after so many packets', readCount)
    .option('--duration <seconds>', 'end after so many seconds', readSeconds)
    .addHelpText('after', examples)
    .action(async (words: string[], options: CaptureOptions) => {
      if ((options.write === undefined) === (options.listen === undefined))
        throw new InputError('say where the packets go: -w FILE, -w - for standard output, or --listen HOST:PORT');
      const filter = options.filter === undefined ? undefined : filterOf(options.filter);
      const lab = await chooseLab(labs, options.lab);
      const places = choosePlaces(lab, words);
      const limits = {
        ...(options.count !== undefined && { packetsMax: options.count }),
        ...(options.duration !== undefined && { durationMs: options.duration * 1_000 }),
      };
      await untilSignal(async (signal) => {
        // Each capture tells sessions apart for itself.
        const ask = (): CaptureLimits => ({ ...limits, signal, ...(filter && { wants: selection(filter) }) });
        if (options.listen) await serve(lab, places, ask, options.listen, terminal);
        else await write(lab, places, ask(), options.write ?? '-', terminal);
      });
    });
}

/** A node's own name may have dots in it, so it goes first; then the last dot is the one before the port. */
export function choosePlaces(lab: LiveLab, words: readonly string[]): readonly CapturePlace[] {
  const up = lab.nodes.filter(({ isUp }) => isUp).map(({ name }) => name);
  if (words.length === 0) return up.map((node) => ({ node, ports: [] }));
  const ports = new Map<string, string[]>();
  const whole = new Set<string>();
  for (const word of words) {
    const dot = word.lastIndexOf('.');
    const node = up.includes(word) || dot < 0 ? word : word.slice(0, dot);
    if (!up.includes(node)) {
      const hint = suggest(node, up);
      throw new InputError(`there is no node '${node}' that is up in lab '${lab.name}'${hint ? `; ${hint}` : ''}`);
    }
    if (node === word) whole.add(node);
    ports.set(node, [...(ports.get(node) ?? []), ...(node === word ? [] : [word.slice(dot + 1)])]);
  }
  return Array.from(ports, ([node, named]) => ({ node, ports: whole.has(node) ? [] : [...new Set(named)] }));
}

async function write(
  lab: LiveLab,
  places: readonly CapturePlace[],
  limits: CaptureLimits,
  path: string,
  terminal: Terminal,
): Promise<void> {
  const sink: Writable = path === '-' ? process.stdout : createWriteStream(path);
  if (path !== '-')
    await new Promise<void>((resolve, reject) => {
      sink.once('ready', resolve);
      sink.once('error', (error: Error) => reject(systemError(`write to '${path}'`, error)));
    });
  const onBegin = (): void => terminal.err(`Capturing at ${counted(places.length, 'node')}; Ctrl-C ends it.\n`);
  const totals = await lab.capture(places, sink, { ...limits, onBegin });
  if (path !== '-') {
    sink.end();
    await finished(sink);
  }
  terminal.err(formatTotals(totals));
}

/** Serves captures until a signal comes, or the time is over. */
async function serve(
  lab: LiveLab,
  places: readonly CapturePlace[],
  ask: () => CaptureLimits,
  { host, port }: { host: string; port: number },
  terminal: Terminal,
): Promise<void> {
  const { signal, durationMs } = ask();
  const sockets = new Set<Socket>();
  const serveOne = async (socket: Socket): Promise<void> => {
    sockets.add(socket);
    const totals = await lab.capture(places, socket, ask()).finally(() => {
      socket.end();
      sockets.delete(socket);
    });
    terminal.err(`A reader has left.\n${formatTotals(totals)}`);
  };
  const server = createServer((socket) => {
    serveOne(socket).catch(({ message }: Error) => terminal.err(`svrlab: ${message}\n`));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(systemError(`listen at ${host}:${port}`, error)));
    server.listen(port, host, resolve);
  });
  terminal.err(`Packets are served: wireshark -k -i TCP@${host}:${port}\n`);
  await new Promise<void>((resolve) => {
    const timer = durationMs === undefined ? undefined : setTimeout(resolve, durationMs);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  server.close();
  for (const socket of sockets) if (!socket.destroyed) await finished(socket).catch(() => undefined);
}

/** A first signal ends a capture in good order; it has not failed. */
export async function untilSignal(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  const names = ['SIGHUP', 'SIGINT', 'SIGTERM'] as const;
  for (const name of names) process.on(name, end);
  try {
    await work(ending.signal);
  } finally {
    for (const name of names) process.off(name, end);
  }
}

export function formatTotals({ packets, interfaces, gone }: CaptureTotals): string {
  const rows = [...interfaces].map(([name, totals]) => ({ name, ...totals }));
  const dropped = rows.reduce((sum, row) => sum + row.dropped, 0);
  const table = formatTable<(typeof rows)[number]>(
    [
      { title: 'Port', of: (row) => row.name },
      { title: 'Packets', of: (row) => row.received },
      { title: 'Dropped', of: (row) => row.dropped },
    ],
    rows,
  );
  const left = gone.map((node) => `Node '${node}' ended before the capture did.\n`).join('');
  return `${table}\n${counted(packets, 'packet')} captured, ${dropped} dropped.\n${left}`;
}

function readPlace(text: string): { host: string; port: number } {
  const found = /^(?:\[([0-9a-f:]+)\]|([^:\s]+)):(\d{1,5})$/i.exec(text);
  if (!found || Number(found[3]) > 65_535) throw new InvalidArgumentError('It must be such as 127.0.0.1:19000.');
  return { host: found[1] ?? found[2], port: Number(found[3]) };
}

function readCount(text: string): number {
  if (!/^[1-9]\d{0,14}$/.test(text)) throw new InvalidArgumentError('A whole number from 1.');
  return Number(text);
}

function readSeconds(text: string): number {
  if (!/^\d{1,6}(\.\d+)?$/.test(text) || Number(text) === 0)
    throw new InvalidArgumentError('A number of seconds above 0.');
  return Number(text);
}
