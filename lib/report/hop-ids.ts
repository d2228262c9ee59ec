import type { LabLink } from '../lab/scenario.ts';

/** A packet at a port of a lab that is up, under the number that its node gives it. */
export interface NumberedPacket {
  readonly node: string;
  readonly port: string;
  readonly direction: 'in' | 'out' | undefined;
  readonly id: number;
  readonly bytes: Uint8Array;
}

/** Packets that left somewhere and are awaited elsewhere; of more, the oldest are forgotten, and get another id there. */
const AWAITED_MAX = 20_000;

/**
 * Gives packets one id from end to end, as they come: each node numbers what it sees for itself. What came to a node is the
 * first of what left the other end of the link with the same bytes and has not come yet.
 */
export class HopIds {
  readonly #others = new Map<string, readonly string[]>();
  /** By the port that it left and its content: ids, the earliest first. */
  readonly #awaited = new Map<string, number[]>();
  readonly #ids = new Map<string, number>();
  #last = 0;

  constructor(links: readonly LabLink[]) {
    for (const { ends } of links) {
      const ports = ends.map(({ node, port }) => `${node}:${port}`);
      for (const port of ports)
        this.#others.set(
          port,
          ports.filter((other) => other !== port),
        );
    }
  }

  idOf({ node, port, direction, id, bytes }: NumberedPacket): number {
    if (id === 0) return 0;
    const content = contentKey(bytes);
    const key = `${node} ${id}`;
    const found = direction === 'in' ? this.#arrived(`${node}:${port}`, content) : this.#ids.get(key);
    const known = found ?? ++this.#last;
    this.#remember(this.#ids, key, known);
    if (direction === 'out') {
      const place = `${node}:${port} ${content}`;
      this.#remember(this.#awaited, place, [...(this.#awaited.get(place) ?? []), known]);
    }
    return known;
  }

  #arrived(at: string, content: string): number | undefined {
    for (const other of this.#others.get(at) ?? []) {
      const found = this.#awaited.get(`${other} ${content}`)?.shift();
      if (found !== undefined) return found;
    }
    return undefined;
  }

  #remember<Value>(map: Map<string, Value>, key: string, value: Value): void {
    map.delete(key);
    map.set(key, value);
    if (map.size <= AWAITED_MAX) return;
    for (const oldest of map.keys()) {
      map.delete(oldest);
      return;
    }
  }
}

/** Length and a hash: enough to tell apart the frames that are on one link at a time. */
function contentKey(bytes: Uint8Array): string {
  let fnv = 0x811c9dc5;
  let sum = 7;
  for (let i = 0; i < bytes.length; i++) {
    fnv = Math.imul(fnv ^ bytes[i], 0x01000193);
    sum = (Math.imul(sum, 31) + bytes[i]) | 0;
  }
  return `${bytes.length} ${fnv >>> 0} ${sum >>> 0}`;
}
