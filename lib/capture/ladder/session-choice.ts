import type { Dissection } from '../dissection.ts';
import { typeOfComment } from './run-clock.ts';

/** What makes a session worth looking at, from most to least, as comments in a capture tell it. */
const interests = [
  { type: 'session-recreated', says: 'was lost and came back' },
  { type: 'session-moved', says: 'moved' },
  { type: 'health-check-added', says: 'was asked for' },
  { type: 'packet-dropped', says: 'lost packets' },
] as const;

interface Candidate {
  readonly uuid: string;
  /** Index of the greatest interest; `interests.length` for none. */
  interest: number;
  isWanted: boolean;
}

/** Finds the session that a person may want to see first: of those to which the most interesting thing happened, the first. */
export class SessionChoice {
  readonly #candidates = new Map<string, Candidate>();

  /** Without any packet that `isWanted`, a session is not chosen. */
  see(packet: Dissection, isWanted: boolean): void {
    const { session, frame } = packet;
    if (!session) return;
    let candidate = this.#candidates.get(session.uuid);
    if (!candidate) {
      candidate = { uuid: session.uuid, interest: interests.length, isWanted: false };
      this.#candidates.set(session.uuid, candidate);
    }
    candidate.isWanted ||= isWanted;
    for (const comment of frame.comments()) {
      const type = typeOfComment(comment);
      const interest = interests.findIndex((one) => one.type === type);
      if (interest >= 0) candidate.interest = Math.min(candidate.interest, interest);
    }
  }

  /** All sessions that were seen, in the order of their first packets. */
  get uuids(): readonly string[] {
    return [...this.#candidates.keys()];
  }

  /** The most interesting one, and what it did; undefined if there is none that is wanted. */
  best(): { readonly uuid: string; readonly did: string | undefined } | undefined {
    let best: Candidate | undefined;
    for (const candidate of this.#candidates.values())
      if (candidate.isWanted && (!best || candidate.interest < best.interest)) best = candidate;
    return best && { uuid: best.uuid, did: interests.at(best.interest)?.says };
  }
}
