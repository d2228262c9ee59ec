import {
  captureInterface,
  linkTypes,
  type CaptureInterface,
  type CapturedFrame,
} from '../../capture/captured-frame.ts';
import { Dissection } from '../../capture/dissection.ts';
import { compileFilter, isFault, type Filter } from '../../capture/filter/compile.ts';
import type { Layers } from '../../capture/layers.ts';
import type { Secrets } from '../../capture/secrets.ts';
import { Sessions } from '../../capture/sessions.ts';
import { assert } from '../../assert.ts';
import type { CapturedPacket } from '../fabric.ts';
import type { LabLink } from '../scenario.ts';

/** What is known of a lab besides its packets. */
export interface PacketSurroundings {
  readonly links: readonly LabLink[];
  /** Makes what is encrypted readable; asked for only if filters are. */
  readonly secrets: () => Secrets | undefined;
  /** When time 0 of the run is, in microseconds since the Unix epoch. */
  readonly epoch: () => number;
}

/** Asks filters about the packets of a run, each of which is taken apart once. It must be shown every packet. */
export class PacketTests {
  readonly #epoch: () => number;
  readonly #filters: ReadonlyMap<string, Filter>;
  readonly #packet: Dissection;
  readonly #sessions: Sessions | undefined;
  readonly #interfaces = new Map<string, CaptureInterface>();

  /** Filters that have been checked. */
  constructor(filters: Iterable<string>, { links, secrets, epoch }: PacketSurroundings, followsSessions = false) {
    this.#epoch = epoch;
    this.#filters = new Map(Array.from(filters, (text) => [text, compiled(text)]));
    const linkOf = links.flatMap(({ name, ends }) => ends.map(({ node, port }) => [`${node}:${port}`, name] as const));
    this.#packet = new Dissection({ secrets: secrets(), links: new Map(linkOf) });
    const needsSessions = followsSessions || [...this.#filters.values()].some(({ needsSession }) => needsSession);
    this.#sessions = needsSessions ? new Sessions() : undefined;
  }

  /** Goes on to the next packet. */
  load(captured: CapturedPacket): void {
    this.#packet.load(this.#frameOf(captured));
    this.#sessions?.see(this.#packet);
  }

  get followsSessions(): boolean {
    return this.#sessions !== undefined;
  }

  /** Whether it can be asked about this filter. */
  knows(filter: string): boolean {
    return this.#filters.has(filter);
  }

  /** The UUID of the packet's session, if sessions are followed and it is known. */
  get session(): string | undefined {
    return this.#packet.session?.uuid;
  }

  /** The headers of the packet, until the next one is loaded. */
  get layers(): Layers {
    return this.#packet.layers;
  }

  /** Whether a filter lets the packet through. */
  test(filter: string): boolean {
    return this.#filters.get(filter)?.test(this.#packet) ?? false;
  }

  #frameOf({ time, node, port, direction, id, bytes, comments }: CapturedPacket): CapturedFrame {
    const microseconds = this.#epoch() + time;
    return {
      seconds: Math.floor(microseconds / 1e6),
      nanoseconds: Math.round(microseconds % 1e6) * 1_000,
      at: this.#interfaceOf(`${node}:${port}`),
      ...{ direction, id, bytes },
      start: 0,
      end: bytes.length,
      originalLength: bytes.length,
      comments: () => comments,
    };
  }

  #interfaceOf(name: string): CaptureInterface {
    let known = this.#interfaces.get(name);
    if (!known) this.#interfaces.set(name, (known = captureInterface(name, linkTypes.ethernet)));
    return known;
  }
}

function compiled(text: string): Filter {
  const filter = compileFilter(text);
  assert(!isFault(filter), `a filter that was not checked: ${text}`);
  return filter;
}
