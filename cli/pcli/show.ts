import { version } from '../../daemon/version.ts';
import { nearest } from '../../lib/diagnostic.ts';
import type { SessionRow } from '../../lib/service-area/rows.ts';
import { InputError } from '../exit.ts';
import { formatTable } from '../table.ts';
import { counted } from '../units.ts';
import type { Argument, Given, Shown } from './grammar.ts';
import { done, nodeArgument, nodeByNode, nodesOf, valuesOf, commands, type Command, type Place } from './place.ts';
import { NO_PROCESSORS, statsCommand } from './stats.ts';
import * as tables from './tables.ts';

const detail: Argument<Place> = { keyword: 'detail', help: 'everything that is known of each' };

export const sessionIdArgument: Argument<Place> = {
  keyword: 'by-id',
  value: 'ID',
  help: 'one session, by its id or the beginning of it',
  choices: (place) =>
    valuesOf(
      place,
      (lab, router) => lab.sessions(router),
      ({ sessionId, service, protocol, sourceAddress, destinationAddress }) => ({
        word: sessionId,
        help: `${service} ${protocol} ${sourceAddress} -> ${destinationAddress}`,
      }),
    ),
};

export const serviceArgument: Argument<Place> = {
  keyword: 'service',
  value: 'NAME',
  help: 'only of this service',
  choices: (place) =>
    valuesOf(
      place,
      (lab, router) => lab.servicePaths(router),
      ({ service }) => ({ word: service, help: 'a service' }),
    ),
};

/** A command that shows the same kind of rows of every router. */
const rowsOf = <Row>(
  words: string,
  retrieves: string,
  help: string,
  ask: (place: Place, router: string) => Promise<readonly Row[]>,
  format: (rows: readonly Row[], given: Given) => string,
  ...args: readonly Argument<Place>[]
): Command => ({
  words: ['show', ...words.split(' ')],
  help,
  retrieves,
  arguments: [...args, nodeArgument()],
  run: (place, given) =>
    nodeByNode(place, given, async (router) => {
      const data = await ask(place, router);
      return { data, text: format(data, given) };
    }),
});

const ofService = <Row extends { readonly service: string }>(rows: readonly Row[], given: Given): readonly Row[] => {
  const name = given.text('service');
  return name === undefined ? rows : rows.filter(({ service }) => service === name);
};

/** The whole id of the session that is meant, at whichever of the routers it is. */
export async function sessionNamed(place: Place, given: Given, id: string): Promise<string> {
  const known = new Set<string>();
  for (const { name } of nodesOf(place, given))
    for (const { sessionId } of await place.lab.sessions(name)) known.add(sessionId);
  const found = [...known].filter((one) => one === id || one.startsWith(id.toLowerCase()));
  if (found.length === 1) return found[0];
  if (found.length > 1) throw new InputError(`${found.length} sessions begin with '${id}'; type more of it`);
  // A person types the beginning of an id: that much of the others is what it may be near to.
  const beginning = nearest(
    id,
    [...known].map((one) => one.slice(0, id.length)),
  );
  const near = [...known].find((one) => beginning !== undefined && one.startsWith(beginning));
  const hint = near === undefined ? "'show sessions' lists them" : `did you mean '${near}'?`;
  throw new InputError(`there is no session '${id}'; ${known.size === 0 ? 'there are no sessions' : hint}`);
}

async function showSession(place: Place, given: Given, id: string): Promise<Shown> {
  const whole = await sessionNamed(place, given, id);
  const isIt = <Row extends Pick<SessionRow, 'sessionId'>>({ sessionId }: Row): boolean => sessionId === whole;
  return nodeByNode(place, given, async (router) => {
    const sessions = (await place.lab.sessions(router)).filter(isIt);
    const flows = (await place.lab.flows(router)).filter(isIt);
    const text = sessions.length > 0 ? tables.formatSession(sessions, flows) : 'This router does not have the session.';
    return { data: { sessions, flows }, text };
  });
}

const sessions = rowsOf(
  'sessions',
  'sessions',
  'both directions of every session',
  ({ lab }, router) => lab.sessions(router),
  (rows, given) => tables.formatSessions(ofService(rows, given)),
  sessionIdArgument,
  serviceArgument,
);

const system: Command = {
  words: ['show', 'system'],
  help: 'the nodes of the lab: processes, sessions, packets',
  retrieves: 'system information',
  run: async ({ lab }) => {
    const rows = await Promise.all(
      lab.nodes.map(async ({ name, kind, isUp }) => {
        const health = isUp ? await lab.health(name).catch(() => undefined) : undefined;
        return { node: name, kind, state: health === undefined ? 'down' : health.isStarted ? 'up' : 'waiting', health };
      }),
    );
    const text = formatTable(
      [
        { title: 'Node', of: (row) => row.node },
        { title: 'Kind', of: (row) => row.kind },
        { title: 'State', of: (row) => row.state },
        { title: 'Process', of: (row) => row.health?.pid ?? tables.NONE },
        { title: 'Sessions', of: (row) => row.health?.sessions ?? tables.NONE },
        { title: 'Packets', of: (row) => row.health?.packets ?? tables.NONE },
      ],
      rows,
    );
    const summary = `Lab ${lab.name} on ${lab.fabric}, ${counted(rows.length, 'node')}`;
    return { data: { lab: lab.name, fabric: lab.fabric, nodes: rows }, text: `${summary}\n\n${text}\n` };
  },
};

const sessionProcessors: Command = {
  words: ['show', 'system', 'utilization', 'session-processors'],
  help: 'load of session processing threads, which routers here do not have',
  arguments: [detail],
  run: async () => {
    throw new InputError(NO_PROCESSORS);
  },
};

const versionCommand: Command = {
  words: ['show', 'version'],
  help: 'the version of svrlab, and what it runs on',
  run: async ({ lab }) => {
    const data = { svrlab: version, node: process.version, lab: lab.name, fabric: lab.fabric };
    const text = tables.formatFields([
      ['svrlab', version],
      ['Node.js', process.version],
      ['Lab', `${lab.name} on ${lab.fabric}`],
    ]);
    return done(text, data);
  },
};

/** What the routers of a lab know. */
export const showCommands: readonly Command[] = commands(
  {
    ...sessions,
    run: (place, given) => {
      const id = given.text('by-id');
      return id === undefined ? sessions.run(place, given) : showSession(place, given, id);
    },
  },
  rowsOf(
    'flows',
    'flows',
    'the flow table: keys, actions, counts',
    ({ lab }, router) => lab.flows(router),
    tables.formatFlows,
  ),
  rowsOf(
    'peers',
    'peer paths',
    'the paths to peers, and whether they are up',
    ({ lab }, router) => lab.peers(router),
    (rows, given) => tables.formatPeers(rows, given.has('detail')),
    detail,
  ),
  rowsOf(
    'bfd',
    'BFD sessions',
    'sessions of plain BFD, with systems beside SVR',
    ({ lab }, router) => lab.bfd(router),
    tables.formatBfd,
  ),
  rowsOf(
    'service-path',
    'service paths',
    'every way of each service',
    ({ lab }, router) => lab.servicePaths(router),
    (rows, given) =>
      given.has('detail')
        ? tables.formatServicePathDetail(ofService(rows, given))
        : tables.formatServicePaths(ofService(rows, given)),
    detail,
    serviceArgument,
  ),
  rowsOf(
    'load-balancer',
    'load balancer information',
    'the ways of each service, the one that new sessions take first',
    ({ lab }, router) => lab.servicePaths(router),
    (rows, given) => tables.formatLoadBalancer(ofService(rows, given)),
    serviceArgument,
  ),
  rowsOf('alarms', 'alarms', 'the alarms that stand', ({ lab }, router) => lab.alarms(router), tables.formatAlarms),
  rowsOf(
    'events',
    'events',
    'what happened: paths, peers, alarms, configuration',
    ({ lab }, router) => lab.events(router),
    (rows, given) => {
      const category = given.text('category');
      return tables.formatEvents(rows.filter((row) => category === undefined || row.category === category));
    },
    {
      keyword: 'category',
      value: 'CATEGORY',
      help: 'only of this category',
      choices: async () =>
        ['alarm', 'bfd', 'config', 'peer'].map((word) => ({ word, help: `events of category ${word}` })),
    },
  ),
  statsCommand,
  system,
  sessionProcessors,
  versionCommand,
);
