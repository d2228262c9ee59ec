import { writeFileSync } from 'node:fs';
import { systemError } from '../../daemon/system-error.ts';
import { parsePrefix } from '../../lib/address.ts';
import type { SessionCaptureRequest, SessionCaptureRow } from '../../lib/service-area/session-captures.ts';
import { InputError } from '../exit.ts';
import { formatTable, type Column } from '../table.ts';
import { counted } from '../units.ts';
import type { Argument, Choice, Given } from './grammar.ts';
import { commands, done, nodeArgument, nodeByNode, nodesOf, type Command, type Place } from './place.ts';
import { serviceArgument } from './show.ts';
import { NONE } from './tables.ts';

const columns: readonly Column<SessionCaptureRow>[] = [
  { title: 'Service', of: (row) => row.service },
  { title: 'Id', of: (row) => row.id },
  { title: 'Source', of: (row) => row.source || NONE },
  { title: 'Destination', of: (row) => row.destination || NONE },
  { title: 'Protocol', of: (row) => row.protocol || NONE },
  { title: 'Remaining Sessions', of: (row) => row.remainingSessions ?? 'unlimited' },
  { title: 'Active Sessions', of: (row) => row.activeSessions },
  { title: 'Remaining Packets', of: (row) => row.remainingPackets },
  { title: 'Local Only', of: (row) => (row.localOnly ? 'Yes' : 'No') },
  { title: 'Asked By', of: (row) => row.askedBy },
];

const words = (...choices: readonly string[]): (() => Promise<readonly Choice[]>) => {
  return async () => choices.map((word) => ({ word, help: '' }));
};

const address = (keyword: string, help: string): Argument<Place> => ({ keyword, value: 'PREFIX', help });
const port = (keyword: string, help: string): Argument<Place> => ({ keyword, value: 'PORT', help });
const count = (keyword: string, help: string): Argument<Place> => ({ keyword, value: 'COUNT', help });

const requestArguments: readonly Argument<Place>[] = [
  { ...serviceArgument, help: 'of which service', isRequired: true },
  address('source-ip', 'only sessions from this address or prefix'),
  port('source-port', 'only sessions from this port'),
  address('destination-ip', 'only sessions to this address or prefix'),
  port('destination-port', 'only sessions to this port'),
  { keyword: 'protocol', value: 'PROTOCOL', help: 'only of this protocol', choices: words('tcp', 'udp', 'icmp') },
  count('session-count', 'so many sessions that begin from now on; all of them without'),
  count('packet-count', 'so many packets of each direction; 100 without'),
  { keyword: 'local-only', help: 'does not ask the next routers to capture them too' },
];

function prefixOf(given: Given, keyword: string): string | undefined {
  const text = given.text(keyword);
  if (text !== undefined && !parsePrefix(text))
    throw new InputError(`${keyword} '${text}' is neither an address nor a prefix such as 10.1.0.0/16`);
  return text;
}

function numberOf(given: Given, keyword: string, max: number): number | undefined {
  const text = given.text(keyword);
  if (text === undefined) return undefined;
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > max)
    throw new InputError(`${keyword} takes a whole number from 1 to ${max}, not '${text}'`);
  return value;
}

function protocolOf(given: Given): SessionCaptureRequest['protocol'] {
  const text = given.text('protocol');
  if (text === undefined || text === 'tcp' || text === 'udp' || text === 'icmp') return text;
  throw new InputError(`protocol takes tcp, udp or icmp, not '${text}'`);
}

const PORT_MAX = 65_535;
const COUNT_MAX = 0xffff_ffff;

const requestOf = (given: Given): SessionCaptureRequest => ({
  service: given.text('service') ?? '',
  sourceIp: prefixOf(given, 'source-ip'),
  sourcePort: numberOf(given, 'source-port', PORT_MAX),
  destinationIp: prefixOf(given, 'destination-ip'),
  destinationPort: numberOf(given, 'destination-port', PORT_MAX),
  protocol: protocolOf(given),
  sessionCount: numberOf(given, 'session-count', COUNT_MAX),
  packetCount: numberOf(given, 'packet-count', COUNT_MAX),
  localOnly: given.has('local-only') ? true : undefined,
});

/** Captures belong to one router, which asks the others itself. */
function theRouter(place: Place, given: Given): string {
  const routers = nodesOf(place, given).map(({ name }) => name);
  if (routers.length === 1) return routers[0];
  throw new InputError(`at which router? 'node NAME' says it: ${routers.join(', ')}`);
}

const idArgument: Argument<Place> = {
  keyword: 'id',
  value: 'ID',
  help: "as 'show session-captures' tells it",
  isRequired: true,
};

/** The original names its files 128T_service_NAME.pcap, one at each node; here is one for all nodes. */
const fileNameOf = (service: string | undefined): string =>
  service === undefined ? 'svrlab_services.pcapng' : `svrlab_service_${service}.pcapng`;

/** Captures of whole sessions, at four points of each router. */
export const sessionCaptureCommands: readonly Command[] = commands(
  {
    words: ['show', 'session-captures'],
    help: 'the session captures that are active, and what of them is still to come',
    retrieves: 'session captures',
    arguments: [nodeArgument()],
    run: (place, given) =>
      nodeByNode(place, given, async (router) => {
        const data = await place.lab.sessionCaptures(router);
        return { data, text: data.length > 0 ? formatTable(columns, data) : 'There are no active session captures.' };
      }),
  },
  {
    words: ['create', 'session-capture'],
    help: 'capture sessions of a service that begin from now on',
    arguments: [...requestArguments, nodeArgument()],
    run: async (place, given) => {
      const request = requestOf(given);
      const node = theRouter(place, given);
      const id = await place.lab.createSessionCapture(node, request);
      return done(`Session capture ${id} of service ${request.service} is active on ${node}.`, { node, id });
    },
  },
  {
    words: ['delete', 'session-capture'],
    help: 'capture no more sessions; those that have begun go on',
    arguments: [idArgument, nodeArgument()],
    run: async (place, given) => {
      const node = theRouter(place, given);
      const id = numberOf(given, 'id', COUNT_MAX) ?? 0;
      await place.lab.deleteSessionCapture(node, id);
      return done(`Session capture ${id} on ${node} takes no more sessions.`, { node, id });
    },
  },
  {
    words: ['save', 'session-captures'],
    help: 'write what the routers have taken to one pcapng file, in order of time',
    arguments: [serviceArgument, { keyword: 'file', value: 'FILE', help: 'where to' }, nodeArgument()],
    run: async (place, given) => {
      const service = given.text('service');
      const path = given.text('file') ?? fileNameOf(service);
      const routers = nodesOf(place, given).filter(({ isUp }) => isUp);
      const names = routers.map(({ name }) => name);
      const { packets, file } = await place.lab.sessionPackets(names, service);
      try {
        writeFileSync(path, file);
      } catch (error) {
        throw systemError(`write to '${path}'`, error as Error);
      }
      return done(`${counted(packets, 'packet')} of ${names.join(', ')} in ${path}.`, { packets, file: path });
    },
  },
);
