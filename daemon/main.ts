import { mkdirSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import { parseConfiguration } from '../lib/config/index.ts';
import { LabError } from '../lib/lab/fabric.ts';
import type { NodeKind, Scenario } from '../lib/lab/scenario.ts';
import type { NodeApi } from './api/route.ts';
import { serve } from './api/server.ts';
import { readTcpPlace, TOKEN_VARIABLE, type TcpPlace } from './api/token.ts';
import { wallClock } from './clock.ts';
import { takePorts } from './container-ports.ts';
import { countStarts } from './count-starts.ts';
import type { NodeOptions } from './device-node.ts';
import { EventStreams } from './event-streams.ts';
import { NodeClient } from './fabric/node-client.ts';
import { LiveCaptures } from './live-capture.ts';
import { changedConfiguration } from './lab-configuration.ts';
import { loadLab } from './load-lab.ts';
import { socketPath, type NodeService } from './node-service.ts';
import { readRedisPlace, type RedisPlace } from './stores/redis-place.ts';

interface Arguments {
  readonly lab: string;
  readonly node: string;
  readonly run: string;
  readonly seed?: number;
  readonly interface: ReadonlyMap<string, string>;
  readonly take: ReadonlyMap<string, string>;
  readonly store?: string;
  readonly storeCa?: string;
  readonly listen?: string;
  readonly record?: true;
  readonly tape?: true;
  readonly wait?: true;
  readonly attached?: true;
}

function readCount(text: string): number {
  if (!/^\d{1,10}$/.test(text)) throw new InvalidArgumentError('It must be a whole number.');
  return Number(text);
}

/** Reads one more PORT=SOMETHING. */
const portReader =
  (example: string) =>
  (text: string, before: ReadonlyMap<string, string>): ReadonlyMap<string, string> => {
    const [port, value, ...rest] = text.split('=');
    if (!value || rest.length > 0) throw new InvalidArgumentError(`It must be such as '${example}'.`);
    return new Map([...before, [port, value]]);
  };

function nodeCommand(kind: NodeKind, summary: string, make: (options: NodeOptions) => Promise<NodeService>) {
  return new Command(kind)
    .summary(summary)
    .requiredOption('--lab <file>', 'scenario that describes the lab')
    .requiredOption('--node <name>', `which ${kind} of the lab this is`)
    .requiredOption('--run <folder>', 'where the socket of its API, and what it records, goes')
    .option('--seed <number>', 'chance of links and ids (default: as the scenario)', readCount)
    .addOption(
      new Option('--interface <port=name>', 'the interface for a port, if named otherwise')
        .default(new Map<string, string>())
        .argParser(portReader('wan=eth1')),
    )
    .addOption(
      new Option('--take <port=address>', 'in a container: make the interface with this address the port')
        .default(new Map<string, string>())
        .argParser(portReader('wan=172.16.0.1')),
    )
    .option('--store <place>', 'the Redis that the nodes of a router share: unix:/path, redis://host or rediss://host')
    .option('--store-ca <file>', "certificates to trust the Redis by, beside the machine's own")
    .option('--listen <host:port>', 'answer on TCP as well, to those who show the token in SVRLAB_API_TOKEN')
    .option('--record', 'record packets and events')
    .option('--tape', "with --record: record what enters the node's device as well, for 'svrlab replay'")
    .option('--wait', 'do nothing until told to start')
    .option('--attached', 'end when standard input ends')
    .action(async (given: Arguments) => {
      const scenario = loadLab(given.lab);
      mkdirSync(given.run, { recursive: true });
      const taken = await takePorts(scenario, given.node, given.take);
      const interfaces = new Map([...given.interface, ...taken]);
      await live(given, async () =>
        make({
          scenario: withConfiguration(scenario, changedConfiguration(given.run)),
          seed: given.seed ?? scenario.seed,
          node: given.node,
          recordIn: given.record && given.run,
          hasTape: given.tape,
          starts: countStarts(given.run, given.node),
          interfaces,
          store: storeOf(given),
        }),
      );
    });
}

/** A node that comes up again does so with what the others run by now. */
function withConfiguration(scenario: Scenario, text: string | undefined): Scenario {
  const authority = text === undefined ? undefined : parseConfiguration(text, 'running').authority;
  return authority ? { ...scenario, authority } : scenario;
}

/** The password comes by the environment, where other people on the machine do not see it. */
function storeOf({ store, storeCa }: Arguments): RedisPlace | undefined {
  const password = process.env.SVRLAB_STORE_PASSWORD;
  return store === undefined
    ? undefined
    : readRedisPlace(store, { ...(storeCa !== undefined && { caFile: storeCa }), ...(password && { password }) });
}

/** The token comes by the environment, where other people on the machine do not see it. */
const tcpPlaceOf = (listen: string): TcpPlace => readTcpPlace(listen, process.env[TOKEN_VARIABLE]);

/** Serves the API of a node, made anew whenever that is wanted, until somebody ends it. */
async function live(
  { run, node, listen, wait, attached }: Arguments,
  makeService: () => Promise<NodeService>,
): Promise<void> {
  const places = [{ path: socketPath(run, node) }, ...(listen === undefined ? [] : [tcpPlaceOf(listen)])];
  let service = await makeService();
  let isEnding = false;
  const end = async (): Promise<void> => {
    if (isEnding) return;
    isEnding = true;
    service.stop();
    await Promise.all(servers.map((server) => server.close()));
    process.exit(0);
  };
  const renew = async (): Promise<void> => {
    service.stop();
    service = await makeService();
  };
  const api: NodeApi = {
    get node() {
      return service;
    },
    captures: new LiveCaptures(),
    eventStreams: new EventStreams(),
    renew,
    end: () => void end(),
  };
  const servers = await Promise.all(places.map((place) => serve(api, place)));
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
      const health = await new NodeClient(node, socketPath(run, node)).ask('health');
      process.stdout.write(JSON.stringify(health));
    });
}

const makeMiddlebox = async (options: NodeOptions): Promise<NodeService> =>
  new (await import('./middlebox-node.ts')).MiddleboxNode(options);

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
  .addCommand(nodeCommand('nat', 'a NAT', makeMiddlebox))
  .addCommand(nodeCommand('firewall', 'a firewall', makeMiddlebox))
  .addCommand(
    nodeCommand(
      'attacker',
      'an attacker',
      async (options) => new (await import('./attacker-node.ts')).AttackerNode(options),
    ),
  )
  .addCommand(healthCommand());

try {
  await program.parseAsync();
} catch (error) {
  if (!(error instanceof LabError)) throw error;
  process.stderr.write(`svrlab: ${error.message}\n`);
  process.exit(error.status);
}
