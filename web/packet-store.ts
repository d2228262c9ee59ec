import { CaptureParser } from '../lib/capture/capture-parser.ts';
import { keptFrame, type CapturedFrame } from '../lib/capture/captured-frame.ts';
import { Dissection } from '../lib/capture/dissection.ts';
import { Journey, type Sighting } from '../lib/capture/journey.ts';
import { LadderBuilder } from '../lib/capture/ladder/ladder-builder.ts';
import type { Ladder } from '../lib/capture/ladder/model.ts';
import type { LadderEvent } from '../lib/capture/ladder/run-clock.ts';
import { Secrets } from '../lib/capture/secrets.ts';
import type { Direction, Session } from '../lib/capture/session.ts';
import { SeededRandom } from '../lib/random.ts';
import { readKeys } from '../lib/report/keys.ts';
import type { Report } from '../lib/report/report.ts';
import { browserCrypto } from './crypto.ts';
import { inTurns } from './turns.ts';
import { Sessions, type SessionStarts } from '../lib/capture/sessions.ts';

/** Packets that are kept; of a lab that is up, what comes after them is counted. */
const PACKETS_MAX = 400_000;

/** What is done at a time, so that the page goes on meanwhile: bytes that are parsed, packets that are looked at. */
const PIECE_LENGTH = 1 << 15;
const PACKETS_AT_ONCE = 200;

interface KeptPacket {
  readonly frame: CapturedFrame;
  session: Session | undefined;
  direction: Direction | undefined;
  isBetweenRouters: boolean;
}

/** Every packet of a capture, whose it is, and what can be told of it. */
export class PacketStore {
  readonly #parser = new CaptureParser();
  readonly #dissection: Dissection;
  readonly #packets: KeptPacket[] = [];
  readonly #byId = new Map<number, KeptPacket[]>();
  readonly #starts: SessionStarts = new Map();
  readonly #named = new Set<string>();
  readonly #sessions = new Sessions(this.#starts);
  readonly #epoch: number;
  #followed = 0;
  /** The ladder that was asked for last, as far as it was put together. */
  #drawn: { readonly uuid: string; readonly builder: LadderBuilder; seen: number } | undefined;
  #omitted = 0;

  /** `epoch` is time 0 of the run in microseconds since the Unix epoch. */
  constructor(secrets: Secrets, links: ReadonlyMap<string, string>, epoch: number) {
    this.#dissection = new Dissection({ secrets, links });
    this.#epoch = epoch;
  }

  get count(): number {
    return this.#packets.length;
  }

  /** Packets for which there was no room. */
  get omitted(): number {
    return this.#omitted;
  }

  /** Takes in the next bytes of the capture. */
  async add(bytes: Uint8Array): Promise<void> {
    let at = 0;
    await inTurns(() => {
      this.#parser.feed(bytes.subarray(at, at + PIECE_LENGTH));
      for (let frame = this.#parser.next(); frame; frame = this.#parser.next()) this.#keep(frame);
      at += PIECE_LENGTH;
      return at < bytes.length;
    });
    await inTurns(() => {
      const until = Math.min(this.#packets.length, this.#followed + PACKETS_AT_ONCE);
      while (this.#followed < until) this.#follow(this.#packets[this.#followed++]);
      return this.#followed < this.#packets.length;
    });
  }

  /** The ladder of a session; undefined if none of its packets was captured. */
  async ladder(uuid: string, events: readonly LadderEvent[]): Promise<Ladder | undefined> {
    // What was put together is kept, for when there are more packets or events.
    if (this.#drawn?.uuid !== uuid) this.#drawn = { uuid, builder: new LadderBuilder(uuid), seen: 0 };
    const drawn = this.#drawn;
    await inTurns(() => {
      const until = Math.min(this.#followed, drawn.seen + PACKETS_AT_ONCE);
      for (; drawn.seen < until; drawn.seen++) {
        const packet = this.#packets[drawn.seen];
        if (packet.session?.uuid === uuid) drawn.builder.see(this.#load(packet));
      }
      return drawn.seen < this.#followed;
    });
    return drawn.builder.isEmpty ? undefined : drawn.builder.build(events, this.offset);
  }

  /** The places where a packet was seen; their times are seconds since the first packet. */
  journey(id: number): readonly Sighting[] {
    const journey = new Journey();
    for (const packet of this.#byId.get(id) ?? []) journey.see(this.#load(packet));
    return journey.sightings;
  }

  sessionOf(id: number): string | undefined {
    return this.#byId.get(id)?.find(({ session }) => session)?.session?.uuid;
  }

  /** What is to be added to a time since the first packet, to have one of the run; microseconds. */
  get offset(): number {
    const first = this.#packets.at(0)?.frame;
    return first ? first.seconds * 1_000_000 + Math.round(first.nanoseconds / 1_000) - this.#epoch : 0;
  }

  #keep(frame: CapturedFrame): void {
    if (this.#packets.length === PACKETS_MAX) {
      this.#omitted++;
      return;
    }
    const { id } = frame;
    const kept: KeptPacket = {
      frame: keptFrame(frame),
      session: undefined,
      direction: undefined,
      isBetweenRouters: false,
    };
    this.#packets.push(kept);
    this.#dissection.load(kept.frame);
    Sessions.noteStart(this.#dissection, this.#starts, this.#named);
    if (id === 0) return;
    const same = this.#byId.get(id);
    if (same) same.push(kept);
    else this.#byId.set(id, [kept]);
  }

  #follow(packet: KeptPacket): void {
    const dissection = this.#dissection;
    dissection.load(packet.frame);
    this.#sessions.see(dissection);
    packet.session = dissection.session;
    packet.direction = dissection.direction;
    packet.isBetweenRouters = dissection.isBetweenRouters;
  }

  #load({ frame, session, direction, isBetweenRouters }: KeptPacket): Dissection {
    const dissection = this.#dissection;
    dissection.load(frame);
    dissection.session = session;
    dissection.direction = direction;
    dissection.isBetweenRouters = isBetweenRouters;
    return dissection;
  }
}

/** An empty store for the packets of that lab. */
export function storeFor({ keys, topology, about }: Report): PacketStore {
  // Nothing is encrypted here, and so nothing is drawn.
  const random = new SeededRandom(0);
  const links = topology.links.flatMap(({ name, ends }) =>
    ends.map(({ node, port }) => [`${node}:${port}`, name] as const),
  );
  return new PacketStore(new Secrets(readKeys(keys), browserCrypto, random), new Map(links), about.epoch);
}
