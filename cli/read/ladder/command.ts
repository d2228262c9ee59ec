import { writeFileSync } from 'node:fs';
import { systemError } from '../../../daemon/system-error.ts';
import type { Filter } from '../../../lib/capture/filter/compile.ts';
import { LadderBuilder } from '../../../lib/capture/ladder/ladder-builder.ts';
import type { Ladder } from '../../../lib/capture/ladder/model.ts';
import { RunClock, type LadderEvent } from '../../../lib/capture/ladder/run-clock.ts';
import { SessionChoice } from '../../../lib/capture/ladder/session-choice.ts';
import { Sessions, type SessionStarts } from '../../../lib/capture/sessions.ts';
import { suggest } from '../../../lib/diagnostic.ts';
import { InputError } from '../../exit.ts';
import type { Terminal } from '../../terminal.ts';
import { counted } from '../../units.ts';
import { canReadAgain } from '../files.ts';
import { shortSession } from '../listing.ts';
import { eachPacket, startsIn, warn, type Captures } from '../passes.ts';
import { fitting } from './canvas.ts';
import { eventsBeside } from './events-beside.ts';
import { ladderSvg } from './svg.ts';
import { formatLadder } from './text.ts';

/** Columns where there is no terminal that would say how many it has. */
const WIDTH_OF_FILES = 100;

export interface LadderRequest {
  /** The beginning of a session's id, as a person has typed it. */
  readonly session: string | undefined;
  /** The session has a packet for which this holds. */
  readonly filter: Filter | undefined;
  readonly all: boolean;
  /** File for the picture. */
  readonly svg: string | undefined;
  readonly isJson: boolean;
  readonly width: number | undefined;
}

/** Draws one session: the one that was asked for, or the most interesting one. */
export async function drawLadder(captures: Captures, request: LadderRequest, terminal: Terminal): Promise<void> {
  const events = await eventsBeside(captures.paths[0]);
  const starts = await startsIn(captures);
  const chosen = canReadAgain(captures.paths) ? await choose(captures, starts, request) : undefined;
  const ladder = await build(captures, starts, request, chosen?.uuid, events, terminal);
  if (request.svg !== undefined) return writePicture(request.svg, ladder, request, terminal);
  if (request.isJson) return terminal.out(`${JSON.stringify(ladder)}\n`);
  const width = request.width ?? (terminal.width || WIDTH_OF_FILES);
  const { paint, isUnicode } = terminal;
  const { uuid, service, source, destination } = ladder.session;
  const title = `Session ${uuid}`;
  const titles = [[title, service, `${source} to ${destination}`], [title, service], [title]].map((parts) =>
    parts.filter((text) => text !== '').join(', '),
  );
  terminal.out(`${paint('heading', fitting(titles, width, '..'))}\n`);
  if (chosen?.why) terminal.out(`${paint('faint', fitting(chosen.why, width, '..'))}\n`);
  terminal.out(`\n${formatLadder(ladder, { width, isUnicode, paint, all: request.all })}`);
}

function writePicture(path: string, ladder: Ladder, { all }: LadderRequest, { err }: Terminal): void {
  try {
    writeFileSync(path, ladderSvg(ladder, { all }));
  } catch (error) {
    throw systemError(`write to '${path}'`, error as Error);
  }
  err(`svrlab: the ladder of session ${ladder.session.uuid} is in ${path}\n`);
}

interface Chosen {
  readonly uuid: string;
  /** From long to short; absent if it was named, or there is only one. */
  readonly why?: readonly string[];
}

/** A pass that looks for the session to draw. */
async function choose(captures: Captures, starts: SessionStarts | undefined, request: LadderRequest): Promise<Chosen> {
  const { session, filter } = request;
  const choice = new SessionChoice();
  await eachPacket(captures, new Sessions(starts), (packet) => {
    choice.see(packet, filter?.test(packet) ?? true);
    return true;
  });
  if (session !== undefined) return { uuid: sessionNamed(session, choice.uuids) };
  const best = choice.best();
  if (!best) throw new InputError(filter ? 'no session has a packet for which the filter holds' : NO_SESSION);
  const count = choice.uuids.length;
  const { uuid, did } = best;
  if (count === 1) return { uuid };
  const first = `the first of ${count} sessions${did === undefined ? '' : ` that ${did}`}`;
  return { uuid, why: [`${first}; --session ID draws another, --sessions lists them`, `${first}; --session ID`] };
}

const NO_SESSION = 'no packet is of a session of SVR';

/** The session whose id begins so. */
function sessionNamed(beginning: string, uuids: readonly string[]): string {
  const wanted = beginning.toLowerCase();
  const found = uuids.filter((uuid) => uuid.toLowerCase().startsWith(wanted));
  if (found.length === 1 || found[0]?.length === wanted.length) return found[0];
  if (found.length > 1)
    throw new InputError(`'${beginning}' begins ${found.length} sessions: ${found.slice(0, 6).join(', ')}`);
  const isShort = wanted.length <= 12;
  const hint = suggest(wanted, isShort ? uuids.map(shortSession) : uuids) ?? '--sessions lists them';
  throw new InputError(`there is no session '${beginning}'; ${uuids.length === 0 ? NO_SESSION : hint}`);
}

/** The pass that collects the session's packets: of a pipe, those of the first session that will do. */
async function build(
  captures: Captures,
  starts: SessionStarts | undefined,
  { session, filter }: LadderRequest,
  chosen: string | undefined,
  events: readonly LadderEvent[],
  terminal: Terminal,
): Promise<Ladder> {
  const clock = new RunClock(events);
  let builder = chosen === undefined ? undefined : new LadderBuilder(chosen);
  const outcome = await eachPacket(captures, new Sessions(starts), (packet) => {
    clock.see(packet);
    const uuid = packet.session?.uuid;
    if (!builder && uuid?.startsWith(session?.toLowerCase() ?? '') && (filter?.test(packet) ?? true))
      builder = new LadderBuilder(uuid);
    builder?.see(packet);
    return true;
  });
  warn(outcome, terminal);
  if (!builder) throw new InputError(session === undefined ? NO_SESSION : `there is no session '${session}'`);
  if (events.length > 0 && clock.offset === undefined)
    terminal.err('svrlab: the events beside the capture are those of another run: no faults are shown\n');
  const ladder = builder.build(clock.offset === undefined ? [] : events, clock.offset);
  if (ladder.omitted > 0) terminal.err(`svrlab: ${counted(ladder.omitted, 'packet')} more than a ladder holds\n`);
  return ladder;
}
