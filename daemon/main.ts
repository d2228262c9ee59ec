import { mkdirSync } from 'node:fs';
import { request } from 'node:http';
import { Command, InvalidArgumentError, Option } from 'commander';
import { LabError } from '../lib/lab/fabric.ts';
import { wallClock } from './clock.ts';
import { loadLab } from './load-lab.ts';
import { serveNode, socketPath, type NodeService } from './node-service.ts';
import type { NodeOptions } from './router-node.ts';

interface Arguments {
  readonly lab: string;
  readonly node: string;
  readonly run: string;
  readonly seed?: number;
  readonly starts: number;
  readonly interface: ReadonlyMap<string, string>;
  readonly record?: true;
  readonly wait?: true;
  readonly attached?: true;
}

function readCount(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

function readInterface(text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  const [port, name, ...rest] = text.split('=');
  if (!name || rest.length > 0) throw new InvalidArgumentError("It must be PORT=INTERFACE, such as 'wan=eth1'.");
  return new Map([...before, [port, name]]);
}

function nodeCommand(kind: 'router' | 'host', summary: string, make: (options: NodeOptions) => Promise<NodeService>) {
  return new Command(kind)
    .summary(summary)
    .requiredOption('--lab <file>', 'scenario that describes the lab')
    .requiredOption('--node <name>', `which ${kind} of the lab this is`)
    .requiredOption('--run <folder>', 'where the socket of its API, and what it records, goes')
    .option('--seed <number>', 'chance of links and ids (default: as the scenario)', readCount)
    .addOption(new Option('--starts <number>', 'how often it was started before').default(0).argParser(readCount))
    .addOption(
      new Option('--interface <port=name>', 'the interface for a port, if named otherwise')
        .default(new Map<string, string>())
        .argParser(readInterface),
    )
    .option('--record', 'record packets and events')
    .option('--wait', 'do nothing until told to start')
    .option('--attached', 'end when standard input ends')
    .action(async (given: Arguments) => {
      const scenario = loadLab(given.lab);
      mkdirSync(given.run, { recursive: true });
      const service = await make({
        scenario,
        seed: given.seed ?? scenario.seed,
        node: given.node,
        recordIn: given.record && given.run,
        starts: given.starts,
        interfaces: given.interface,
      });
      await live(service, given);
    });
}

/** Serves the node's API until somebody ends it. */
async function live(service: NodeService, { run, node, wait, attached }: Arguments): Promise<void> {
  let isEnding = false;
  const end = async (): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    service.stop();
    await server.close();
    process.exit(0);
  };
  const server = await serveNode(service, socketPath(run, node), () => void end());
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => void end());
  // The pipe ends with whoever holds its other end, however that one ends.
  if (attached) process.stdin.on('end', () => void end()).resume();
  if (!wait) service.start(wallClock());
}

/** Asks a node on this machine how it is. */
function healthCommand(): Command {
  return new Command('health')
    .summary('ask a node how it is')
    .requiredOption('--node <name>', 'which node')
    .requiredOption('--run <folder>', 'where the socket of its API is')
    .action(async ({ node, run }: { node: string; run: string }) => {
      await new Promise<void>((resolve, reject) => {
        const asked = request({ socketPath: socketPath(run, node), path: '/health' }, (response) => {
          response.pipe(process.stdout);
          response.on('end', resolve);
        });
        asked.on('error', ({ message }) => reject(new LabError(`'${node}' does not answer: ${message}`, 3)));
        asked.end();
      });
    });
}

const program = new Command('svrlab-daemon')
  .description('One node of a lab, on real interfaces.')
  .addCommand(
    nodeCommand(
      'router',
      'an SVR router',
      async (options) => new (await import('./router-node.ts')).RouterNode(options),
    ),
  )
  .addCommand(
    nodeCommand('host', "a host's traffic", async (options) => new (await import('./host-node.ts')).HostNode(options)),
  )
  .addCommand(healthCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`svrlab: ${error.message}\n`);
  process.exit(error.status);
}
