import type { Secrets } from '../../capture/secrets.ts';
import type { Frame } from '../../frame.ts';
import type { Fate } from '../../link/fate.ts';
import type { LinkModel } from '../../link/link-model.ts';
import { after, type Instant } from '../../time.ts';
import type { FrameAction } from '../actions/action.ts';
import { PacketTests } from '../conditions/packet-tests.ts';
import { describeDuration } from '../describe.ts';
import type { LabLink, TimelineEntry } from '../scenario.ts';
import { meddlingsOf } from './meddlings.ts';
import { corrupted, withOtherPayload, withoutMetadata, type Alteration } from './alter.ts';

/** Sessions of which matching frames are counted one by one; what comes after that is not touched. */
const SESSIONS_MAX = 4_096;

/** What is done to frames; `let-pass` ends it. */
type FrameFault = Exclude<FrameAction, { kind: 'let-pass' }>;

interface Standing {
  readonly fault: FrameFault;
  readonly end: number;
  /** How many frames have matched, of each session where they are counted by session. */
  readonly matched: Map<string, number>;
}

export interface LinkFaultsOptions {
  readonly link: LabLink;
  /** What is going to be done: sessions are followed from the start if anything of it has to know them. */
  readonly timeline: readonly TimelineEntry[];
  readonly secrets: () => Secrets | undefined;
}

const LOST: readonly Fate[] = [
  { lost: 'fault', arrival: 0 as Instant, corruptBit: -1, isMarked: false, isAhead: false },
];

/**
 * Faults that touch only some frames of a link, before the link itself sees them. A link for which there is nothing to do
 * and nothing to follow asks none of this.
 */
export class LinkFaults {
  readonly #options: LinkFaultsOptions;
  #standing: readonly Standing[] = [];
  #tests: PacketTests | undefined;
  /** It has to be shown every frame of the link, as sessions are followed. */
  readonly follows: boolean;

  constructor(options: LinkFaultsOptions) {
    this.#options = options;
    const planned = options.timeline
      .flatMap(({ action }) => meddlingsOf(action))
      .filter(({ wires }) => wires.some(({ link }) => link === options.link.name))
      .filter((action) => action.kind !== 'let-pass');
    const tests = this.#testsFor(planned);
    this.follows = tests.followsSessions;
    if (this.follows) this.#tests = tests;
  }

  /** Whether frames have to be shown to it. */
  get isActive(): boolean {
    return this.follows || this.#standing.length > 0;
  }

  apply(action: FrameAction): void {
    const { link } = this.#options;
    const ends = action.wires
      .filter((wire) => wire.link === link.name)
      .flatMap(({ direction }) =>
        link.ends.map((_, end) => end).filter((end) => direction === 'both' || direction === end),
      );
    if (action.kind === 'let-pass') {
      const isMeant = ({ fault, end }: Standing): boolean =>
        ends.includes(end) && (action.frames ?? fault.frames) === fault.frames;
      this.#standing = this.#standing.filter((standing) => !isMeant(standing));
      return;
    }
    const known = this.#standing.map(({ fault }) => fault);
    if (!this.#tests?.knows(action.frames ?? '')) this.#tests = this.#testsFor([...known, action]);
    const added = ends.map((end): Standing => ({ fault: action, end, matched: new Map() }));
    this.#standing = [...this.#standing, ...added];
  }

  /** A frame passes by that nothing is done to here; it may tell of a session. */
  see(end: number, frame: Frame, now: Instant): void {
    const { node, port } = this.#options.link.ends[end];
    const bytes = frame.bytes.subarray(frame.start, frame.end);
    this.#tests?.load({ time: now, node, port, direction: 'out', id: frame.id, bytes, comments: [] });
  }

  /** What becomes of a frame that an end sends. */
  admit(end: number, frame: Frame, now: Instant, model: LinkModel): readonly Fate[] {
    this.see(end, frame, now);
    const faults = this.#standing.filter((standing) => standing.end === end && this.#isHit(standing));
    if (faults.length === 0) return model.admit(now, frame);
    if (faults.some(({ fault }) => fault.kind === 'drop')) return LOST.map((fate) => ({ ...fate }));
    let fates = model.admit(now, frame).map((fate) => ({ ...fate }));
    for (const { fault } of faults) fates = fates.flatMap((fate) => this.#doTo(fate, fault));
    return fates;
  }

  #doTo(fate: Fate, fault: FrameFault): Fate[] {
    switch (fault.kind) {
      case 'drop':
        return [fate];
      case 'duplicate':
        return [fate, { ...fate }];
      case 'delay':
        return [
          {
            ...fate,
            arrival: after(fate.arrival, fault.by),
            told: [...(fate.told ?? []), { type: 'frame-delayed', reason: describeDuration(fault.by) }],
          },
        ];
      default:
        return [this.#altered(fate, fault.kind)];
    }
  }

  #altered(fate: Fate, kind: keyof typeof alterations): Fate {
    const layers = this.#tests?.layers;
    const alter = layers && alterations[kind](layers);
    if (!alter) return fate;
    const before = fate.alter;
    return {
      ...fate,
      alter: (frame) => {
        before?.(frame);
        alter(frame);
      },
      told: [...(fate.told ?? []), { type: 'frame-altered', reason: kind }],
    };
  }

  #isHit({ fault, matched }: Standing): boolean {
    const { frames, fromNth = 1, count = Infinity, ofEach } = fault;
    if (frames !== undefined && this.#tests?.test(frames) !== true) return false;
    const key = ofEach === 'session' ? this.#tests?.session : '';
    if (key === undefined || (!matched.has(key) && matched.size >= SESSIONS_MAX)) return false;
    const nth = (matched.get(key) ?? 0) + 1;
    matched.set(key, nth);
    return nth >= fromNth && nth < fromNth + count;
  }

  #testsFor(faults: readonly FrameFault[]): PacketTests {
    const { link, secrets } = this.#options;
    const filters = faults.flatMap(({ frames }) => frames ?? []);
    const around = { links: [link], secrets, epoch: () => 0 };
    return new PacketTests(
      filters,
      around,
      faults.some(({ ofEach }) => ofEach === 'session'),
    );
  }
}

const alterations = {
  corrupt: corrupted,
  'alter-payload': withOtherPayload,
  'strip-metadata': withoutMetadata,
} as const satisfies Partial<Record<FrameFault['kind'], (layers: never) => Alteration | undefined>>;
