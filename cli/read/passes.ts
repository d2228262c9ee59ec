import { Dissection, type DissectionOptions } from '../../lib/capture/dissection.ts';
import { Sessions, type SessionStarts } from '../../lib/capture/sessions.ts';
import type { CapturedFrame } from '../../lib/capture/captured-frame.ts';
import { exitStatus } from '../exit.ts';
import { LookAhead } from './look-ahead.ts';
import type { Terminal } from '../terminal.ts';
import { counted } from '../units.ts';
import { canReadAgain, readCaptures, type ReadProblem } from './files.ts';

/** What is read: files, and what is known of their lab besides. */
export interface Captures {
  readonly paths: readonly string[];
  readonly known: DissectionOptions;
}

/** A pass of its own, which finds out at which packets sessions begin. A pipe can be read only once, and is looked ahead in. */
export async function startsIn({ paths, known }: Captures): Promise<SessionStarts | undefined> {
  if (!canReadAgain(paths)) return undefined;
  const starts: SessionStarts = new Map();
  const uuids = new Set<string>();
  const packet = new Dissection(known);
  await readCaptures(paths, (frame) => {
    packet.load(frame);
    Sessions.noteStart(packet, starts, uuids);
    return true;
  });
  return starts;
}

/** What a pass over captures could not do. */
export interface PassOutcome {
  readonly problems: readonly ReadProblem[];
  /** Packets of sessions for which there was no room. */
  readonly unfollowed: number;
}

/** Shows `visit` every packet in order of time, until it returns false; with its session, if there are `sessions`. */
export async function eachPacket(
  { paths, known }: Captures,
  sessions: Sessions | undefined,
  visit: (packet: Dissection) => boolean,
): Promise<PassOutcome> {
  const packet = new Dissection(known);
  const see = (frame: CapturedFrame): boolean => {
    packet.load(frame);
    sessions?.see(packet);
    return visit(packet);
  };
  if (!sessions || canReadAgain(paths))
    return { problems: await readCaptures(paths, see), unfollowed: sessions?.unfollowed ?? 0 };
  const ahead = new Dissection(known);
  const lookAhead = new LookAhead((frame) => {
    ahead.load(frame);
    sessions.noteAhead(ahead);
  }, see);
  let goesOn = true;
  const problems = await readCaptures(paths, (frame) => (goesOn = lookAhead.see(frame)));
  if (goesOn) lookAhead.end();
  return { problems, unfollowed: sessions.unfollowed };
}

/** Tells what went wrong in a pass. */
export function warn({ problems, unfollowed }: PassOutcome, { err }: Terminal): void {
  if (unfollowed > 0)
    err(`svrlab: ${counted(unfollowed, 'packet')} of sessions beyond the first 262,144 not attributed\n`);
  for (const { path, kind, text, offset } of problems) {
    err(`svrlab: ${kind === 'truncated' ? 'warning: ' : ''}${path}, byte ${offset}: ${text}\n`);
    if (kind === 'corrupt') process.exitCode = exitStatus.badInput;
  }
}
