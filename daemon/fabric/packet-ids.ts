import type { CapturedPacket } from '../../lib/lab/fabric.ts';
import type { LabLink } from '../../lib/lab/scenario.ts';
import { asTold } from '../../lib/link/as-told.ts';
import { seconds } from '../../lib/time.ts';

/** Two sightings of a frame on one link lie no further apart: links delay, and hosts take note a little late. */
const SAME_WITHIN = seconds(2);

/** Sightings that are kept; of a longer run the rest goes without ids that cross nodes. */
const SIGHTINGS_MAX = 1_000_000;

interface Sighting {
  readonly key: string;
  readonly time: number;
}

/**
 * Gives packets one id from end to end. Every node numbers the packets it sees for itself; a frame that left one node
 * and one that came to the next are the same if their link and their bytes are, the first with the first.
 */
export class PacketIds {
  readonly #linkOf = new Map<string, LabLink>();
  readonly #left = new Map<string, Sighting[]>();
  /** The packet, as the node before knew it. */
  readonly #before = new Map<string, string>();
  readonly #ids = new Map<string, number>();
  readonly #arrivals: { readonly at: string; readonly content: string; readonly key: string; readonly time: number }[] =
    [];
  #sightings = 0;

  constructor(links: readonly LabLink[]) {
    for (const link of links) for (const { node, port } of link.ends) this.#linkOf.set(`${node}:${port}`, link);
  }

  /** Takes note of a packet. All are shown, in order of time at each port, before the first `join`. */
  see({ node, port, direction, id, bytes, time, comments }: CapturedPacket): void {
    if (this.#sightings >= SIGHTINGS_MAX) return;
    const at = `${node}:${port}`;
    const key = `${node} ${id}`;
    // What was lost on its way out is never seen again, but one like it might be; what was changed comes changed.
    const frames = asTold(bytes, comments);
    if (direction === 'in') {
      this.#sightings++;
      this.#arrivals.push({ at, content: contentKey(frames.at(0) ?? bytes), key, time });
      return;
    }
    for (const frame of frames) {
      this.#sightings++;
      const place = `${at} ${contentKey(frame)}`;
      const sightings = this.#left.get(place) ?? [];
      sightings.push({ key, time });
      this.#left.set(place, sightings);
    }
  }

  /** Finds for each packet that came the one that left. On a segment it may have come to several. */
  join(): void {
    const usedBy = new Map<string, Set<Sighting>>();
    for (const { at, content, key, time } of this.#arrivals) {
      const used = usedBy.get(at) ?? new Set();
      usedBy.set(at, used);
      for (const { node, port } of this.#linkOf.get(at)?.ends ?? []) {
        const from = `${node}:${port}`;
        if (from === at) continue;
        const origin = this.#left
          .get(`${from} ${content}`)
          ?.find((sighting) => !used.has(sighting) && Math.abs(time - sighting.time) <= SAME_WITHIN);
        if (!origin) continue;
        used.add(origin);
        this.#before.set(key, origin.key);
        break;
      }
    }
    this.#arrivals.length = 0;
    this.#left.clear();
  }

  /** The id of what `node` calls `id`; 0 stays 0. */
  idOf(node: string, id: number): number {
    if (id === 0) return 0;
    let key = `${node} ${id}`;
    for (let before = this.#before.get(key); before !== undefined; before = this.#before.get(key)) key = before;
    let known = this.#ids.get(key);
    if (known === undefined) this.#ids.set(key, (known = this.#ids.size + 1));
    return known;
  }
}

/** Length and two independent hashes: enough to tell apart the frames of one link within two seconds. */
function contentKey(bytes: Uint8Array): string {
  let fnv = 0x811c9dc5;
  let sum = 7;
  for (let i = 0; i < bytes.length; i++) {
    fnv = Math.imul(fnv ^ bytes[i], 0x01000193);
    sum = (Math.imul(sum, 31) + bytes[i]) | 0;
  }
  return `${bytes.length} ${fnv >>> 0} ${sum >>> 0}`;
}
