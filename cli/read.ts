import { existsSync } from 'node:fs';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { Dissection, DissectionOptions } from '../lib/capture/dissection.ts';
import { fieldTable } from '../lib/capture/fields/table.ts';
import type { Field } from '../lib/capture/fields/field.ts';
import type { Filter } from '../lib/capture/filter/compile.ts';
import { Journey } from '../lib/capture/journey.ts';
import type { Session } from '../lib/capture/session.ts';
import { Sessions } from '../lib/capture/sessions.ts';
import { InputError } from './exit.ts';
import { filterOf } from './filter.ts';
import { fieldsNamed, jsonPrinter, tabPrinter } from './read/columns.ts';
import { formatJourney } from './read/journey-text.ts';
import type { LadderRequest } from './read/ladder/command.ts';
import { Listing } from './read/listing.ts';
import { canReadAgain } from './read/files.ts';
import { eachPacket, startsIn, warn } from './read/passes.ts';
import { Statistics, formatSessions, sessionSummary } from './read/tables.ts';
import type { Terminal } from './terminal.ts';

interface ReadOptions {
  readonly filter?: string;
  readonly fields?: string;
  readonly json?: true;
  readonly packet?: number;
  readonly sessions?: true;
  readonly stats?: true;
  readonly ladder?: true;
  readonly session?: string;
  readonly all?: true;
  readonly svg?: string;
  readonly width?: number;
  readonly count?: number;
  readonly config?: string;
  readonly key?: readonly string[];
  readonly keys?: string;
}

const examples = `
FILE is a capture, pcap or pcapng, or '-' for standard input. Several are read as one, in order of time.

Examples:
  svrlab read out/session-recovery/capture.pcapng
  svrlab read capture.pcapng -Y 'svr.health_check or svr.control'
  svrlab read capture.pcapng -Y 'svr.session.service == web and not udp.port in {1280, 3784..3785}'
  svrlab read capture.pcapng --packet 99
  svrlab read capture.pcapng --fields frame.time_relative,ip.src,svr.session
  svrlab read capture.pcapng --sessions --config key-rotation
  svrlab read out/session-recovery/capture.pcapng --ladder
  svrlab read capture.pcapng --ladder -Y 'svr.health_check' --svg ladder.svg

Filters are those of Wireshark, over the fields of docs/read.md.
Exit status: 0, or 2 for a file, a filter or a field that makes no sense.`;

/** How much text is put together before it is written. */
const CHUNK_LENGTH = 32 * 1024;

/** How long text waits at most to be written, while packets of a pipe come. */
const WAIT_MS = 200;

export function readCommand(terminal: Terminal): Command {
  const alone = ['fields', 'packet', 'sessions', 'stats', 'ladder'];
  const view = (flags: string, help: string): Option =>
    new Option(flags, help).conflicts(alone.filter((name) => !flags.includes(`--${name}`)));
  return new Command('read')
    .summary('look into captures: packets, sessions, one packet on its way')
    .description('Reads captures, and shows their packets, whose they are, and what SVR did to them.')
    .usage('[options] <file...>')
    .argument('[file...]', 'captures')
    .option('-Y, --filter <filter>', 'only packets for which this holds; a ladder of a session that has one')
    .addOption(view('--fields <names>', 'print these fields with tabs between them, or with --json these alone'))
    .option('--json', 'print JSON: an object a line for packets, one list of sessions, one object of statistics')
    .addOption(
      view('--packet <id>', 'everything about one packet, at every place where it was seen').argParser(readCount),
    )
    .addOption(view('--sessions', 'a table of the sessions'))
    .addOption(view('--stats', 'how many packets of which kind were taken where'))
    .addOption(view('--ladder', 'draw one session on its way through the lab, time downwards').conflicts('count'))
    .addOption(
      new Option(
        '--session <id>',
        'the session to draw, or how its id begins; else the most interesting one',
      ).conflicts('filter'),
    )
    .option('--all', 'draw every packet, also those that are like others before them')
    .addOption(new Option('--svg <file>', 'draw it as a picture, into a file').conflicts('json'))
    .option('--width <columns>', 'draw it for a terminal of so many columns', readWidth)
    .option('-c, --count <number>', 'stop after so many packets have been shown', readCount)
    .option('--config <file>', "the lab's scenario or configuration, to decrypt and to check HMACs with")
    .addOption(
      new Option('--key <key>', 'a key instead: ID=HEX to decrypt, hmac=HEX to check; may be repeated')
        .argParser((key: string, keys: readonly string[] = []) => [...keys, key])
        .conflicts('config'),
    )
    .addOption(new Option('--keys <file>', 'such keys, one a line').conflicts('config'))
    .addHelpText('after', examples)
    .action(async (paths: string[], options: ReadOptions) => {
      checkFiles(paths, options);
      await read(paths, options, terminal);
    });
}

const USUAL = 'svrlab read out/NAME/capture.pcapng';

/** A capture must be named; what stands behind --ladder is easily taken for the session. */
function checkFiles(paths: readonly string[], { ladder, session }: ReadOptions): void {
  const form = ladder ? `${USUAL} --ladder` : USUAL;
  if (paths.length === 0)
    throw new InputError(`a capture is missing: ${form}${session === undefined ? '' : ` --session ${session}`}`);
  const [only] = paths;
  if (ladder && paths.length === 1 && /^[0-9a-f-]{2,36}$/i.test(only) && !existsSync(only))
    throw new InputError(`a capture is missing, as there is no file '${only}': ${form} --session ${only}`);
}

function readCount(text: string): number {
  if (!/^\d{1,15}$/.test(text) || Number(text) === 0) throw new InvalidArgumentError('A whole number from 1 on.');
  return Number(text);
}

/** Fewer columns than this have no room for a ladder at all. */
const WIDTH_MIN = 40;

function readWidth(text: string): number {
  if (!/^\d{1,4}$/.test(text) || Number(text) < WIDTH_MIN)
    throw new InvalidArgumentError(`A whole number from ${WIDTH_MIN} to 9999.`);
  return Number(text);
}

/** What is made of the packets that pass the filter. */
interface View {
  readonly needsSession: boolean;
  /** Text to be written for the packet. */
  see(packet: Dissection): string;
  /** Text to be written at the end. */
  end(): string;
}

async function read(paths: readonly string[], options: ReadOptions, terminal: Terminal): Promise<void> {
  const filter = options.filter === undefined ? undefined : filterOf(options.filter);
  const captures = { paths, known: await knownOf(options) };
  if (options.ladder) {
    const { drawLadder } = await import('./read/ladder/command.ts');
    return drawLadder(captures, ladderRequest(options, filter), terminal);
  }
  const only = (['session', 'svg', 'all', 'width'] as const).find((name) => options[name] !== undefined);
  if (only !== undefined) throw new InputError(`--${only} is for ladders: add --ladder`);
  const view = viewOf(options, terminal);
  const isFollowing = view.needsSession || filter?.needsSession === true;
  const sessions = isFollowing ? new Sessions(await startsIn(captures)) : undefined;
  let left = options.count ?? Infinity;
  let text = '';
  // What comes slowly is shown as it comes.
  const isPipe = !canReadAgain(paths);
  let writtenAt = performance.now();
  const outcome = await eachPacket(captures, sessions, (packet) => {
    if (filter && !filter.test(packet)) return true;
    text += view.see(packet);
    if (text.length >= CHUNK_LENGTH || (isPipe && performance.now() - writtenAt >= WAIT_MS)) {
      terminal.out(text);
      text = '';
      writtenAt = performance.now();
    }
    return --left > 0 && !terminal.isOutClosed;
  });
  terminal.out(text + view.end());
  warn(outcome, terminal);
}

/** What reads configurations takes longer to load than a small capture to read. */
async function knownOf({ config, key = [], keys }: ReadOptions): Promise<DissectionOptions> {
  if (config === undefined && key.length === 0 && keys === undefined) return {};
  const { knownOfKeys, knownOfLab } = await import('./read/configuration.ts');
  return config === undefined ? knownOfKeys(key, keys) : knownOfLab(config);
}

const ladderRequest = (options: ReadOptions, filter: Filter | undefined): LadderRequest => ({
  session: options.session,
  filter,
  all: options.all === true,
  svg: options.svg,
  isJson: options.json === true,
  width: options.width,
});

function viewOf(options: ReadOptions, terminal: Terminal): View {
  if (options.packet !== undefined) return journeyView(options.packet, options.json === true, terminal);
  if (options.sessions) return sessionsView(options.json === true);
  if (options.stats) return statisticsView(options.json === true);
  if (options.fields !== undefined || options.json) return fieldsView(options);
  const listing = new Listing(terminal.paint);
  return { needsSession: true, see: (packet) => `${listing.line(packet)}\n`, end: () => '' };
}

function fieldsView(options: ReadOptions): View {
  const fields: readonly Field[] = options.fields === undefined ? fieldTable : fieldsNamed(options.fields);
  const print = (options.json ? jsonPrinter : tabPrinter)(fields);
  return {
    needsSession: fields.some(({ needsSession }) => needsSession),
    see: (packet) => `${print(packet)}\n`,
    end: () => '',
  };
}

function journeyView(id: number, isJson: boolean, { paint }: Terminal): View {
  const journey = new Journey();
  return {
    needsSession: true,
    see(packet) {
      if (packet.frame.id === id) journey.see(packet);
      return '';
    },
    end() {
      if (journey.sightings.length === 0) throw new InputError(`no packet has the id ${id}`);
      const plain = journey.sightings.map(({ fields, ...sighting }) => ({
        ...sighting,
        fields: Object.fromEntries(fields),
      }));
      return isJson ? `${JSON.stringify(plain, null, 2)}\n` : formatJourney(id, journey, paint);
    },
  };
}

function sessionsView(isJson: boolean): View {
  const seen = new Set<Session>();
  let start: number | undefined;
  return {
    needsSession: true,
    see(packet) {
      start ??= packet.frame.seconds + packet.frame.nanoseconds / 1e9 - packet.secondsSinceFirst;
      if (packet.session) seen.add(packet.session);
      return '';
    },
    end() {
      const rows = [...seen].map((session) => sessionSummary(session, start ?? 0));
      return isJson ? `${JSON.stringify(rows, null, 2)}\n` : `${formatSessions(rows)}\n`;
    },
  };
}

function statisticsView(isJson: boolean): View {
  const statistics = new Statistics();
  return {
    needsSession: true,
    see(packet) {
      statistics.see(packet);
      return '';
    },
    end: () => (isJson ? `${JSON.stringify(statistics.data(), null, 2)}\n` : `${statistics.format()}\n`),
  };
}
