import { asTold } from '../link/as-told.ts';
import { seconds } from '../time.ts';

/** A packet at a port, under the number that its node gives it. */
export interface NumberedPacket {
  /** Microseconds. */
  readonly time: number;
  readonly node: string;
  readonly port: string;
  readonly direction: 'in' | 'out';
  readonly id: number;
  readonly bytes: Uint8Array;
  readonly comments: readonly string[];
}

interface Wire {
  readonly ends: readonly { readonly node: string; readonly port: string }[];
}

/** Two sightings of a frame on one link lie no further apart: links delay, and hosts take note a little late. */
const SAME_WITHIN = seconds(2);

/** A frame at one end of a link that has not been seen at all others. */
interface Sighting {
  readonly id: number;
  readonly time: number;
  /** Ports that it has come to; on a segment it may come to several. */
  readonly cameTo: Set<string>;
}

/**
 * Gives packets one id from end to end, as they come in order of time. Every node numbers what it sees for itself; a frame
 * that left one node and one that came to the next are the same if their link and their bytes are, the first with the
 * first. A host may take note of what it has sent only when the next node has it already.
 */
export class PacketIds {
  readonly #others = new Map<string, readonly string[]>();
  /** By the port that it left, and its content. */
  readonly #left = new Map<string, Sighting[]>();
  /** By the port that it came to, and its content: what nobody was seen to send. */
  readonly #early = new Map<string, Sighting[]>();
  /** By node and its number. */
  readonly #ids = new Map<string, number>();
  /** Ids that were given to a packet before it turned out to be one that has another. */
  readonly #same = new Map<number, number>();
  readonly #most: number;
  #last = 0;

  /** So many packets are remembered; of more the oldest are forgotten, and get another id where they are seen next. */
  constructor(links: readonly Wire[], most = 20_000) {
    this.#most = most;
    for (const { ends } of links) {
      const ports = ends.map(({ node, port }) => `${node}:${port}`);
      for (const port of ports)
        this.#others.set(
          port,
          ports.filter((other) => other !== port),
        );
    }
  }

  /** Takes note of a packet, and gives it the id that it has as far as anybody knows. 0 stays 0. */
  see(packet: NumberedPacket): number {
    if (packet.id === 0) return 0;
    const key = `${packet.node} ${packet.id}`;
    const id = packet.direction === 'in' ? this.#came(packet, key) : this.#went(packet, key);
    remember(this.#ids, key, id, this.#most);
    return this.#resolved(id);
  }

  /** The id of what `node` calls `id`, once all was seen. */
  idOf(node: string, id: number): number {
    if (id === 0) return 0;
    const key = `${node} ${id}`;
    const known = this.#ids.get(key) ?? ++this.#last;
    this.#ids.set(key, known);
    return this.#resolved(known);
  }

  #came({ node, port, bytes, time, comments }: NumberedPacket, key: string): number {
    const at = `${node}:${port}`;
    const content = contentKey(asTold(bytes, comments).at(0) ?? bytes);
    const others = this.#others.get(at) ?? [];
    for (const other of others) {
      const place = `${other} ${content}`;
      const sent = this.#left.get(place)?.find((one) => isNear(one, time) && !one.cameTo.has(at));
      if (!sent) continue;
      sent.cameTo.add(at);
      if (sent.cameTo.size === others.length) forget(this.#left, place, sent);
      return sent.id;
    }
    const id = this.#ids.get(key) ?? ++this.#last;
    add(this.#early, `${at} ${content}`, { id, time, cameTo: new Set([at]) }, this.#most);
    return id;
  }

  #went({ node, port, bytes, time, comments }: NumberedPacket, key: string): number {
    const at = `${node}:${port}`;
    const others = this.#others.get(at) ?? [];
    let known = this.#ids.get(key);
    // What was lost on its way out is never seen again, but one like it might be; what was changed comes changed.
    for (const frame of asTold(bytes, comments)) {
      const content = contentKey(frame);
      const early = this.#takeEarly(others, content, time);
      const id = (known ??= early[0]?.id ?? ++this.#last);
      for (const one of early) if (one.id !== id) remember(this.#same, one.id, id, this.#most);
      const cameTo = new Set(early.flatMap((one) => [...one.cameTo]));
      if (cameTo.size < others.length) add(this.#left, `${at} ${content}`, { id, time, cameTo }, this.#most);
    }
    return known ?? ++this.#last;
  }

  /** At each of these ports, the first of what came there before anybody was seen to send it. */
  #takeEarly(ports: readonly string[], content: string, time: number): Sighting[] {
    return ports.flatMap((port) => {
      const place = `${port} ${content}`;
      const found = this.#early.get(place)?.find((one) => isNear(one, time));
      if (!found) return [];
      forget(this.#early, place, found);
      return [found];
    });
  }

  #resolved(id: number): number {
    let resolved = id;
    for (let other = this.#same.get(id); other !== undefined; other = this.#same.get(other)) resolved = other;
    return resolved;
  }
}

const isNear = (one: Sighting, time: number): boolean => Math.abs(time - one.time) <= SAME_WITHIN;

function add(sightings: Map<string, Sighting[]>, place: string, one: Sighting, most: number): void {
  const list = sightings.get(place)?.filter((known) => isNear(known, one.time)) ?? [];
  list.push(one);
  remember(sightings, place, list, most);
}

function forget(sightings: Map<string, Sighting[]>, place: string, one: Sighting): void {
  const left = sightings.get(place)?.filter((known) => known !== one) ?? [];
  if (left.length === 0) sightings.delete(place);
  else sightings.set(place, left);
}

function remember<Key, Value>(map: Map<Key, Value>, key: Key, value: Value, most: number): void {
  map.delete(key);
  map.set(key, value);
  if (map.size <= most) return;
  for (const oldest of map.keys()) {
    map.delete(oldest);
    return;
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
