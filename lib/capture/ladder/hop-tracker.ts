import { formatHex } from '../../address.ts';
import { MAC_LENGTH } from '../../wire/ethernet.ts';
import { dropReason } from '../comments.ts';
import type { Dissection } from '../dissection.ts';
import type { Direction } from '../session.ts';
import { destinationOf, sourceOf } from '../summary.ts';
import { shapeOf, type HopShape } from './hop-kinds.ts';
import type { LadderHop } from './model.ts';
import type { PathOrder } from './path-order.ts';
import { microsecondsOf } from './run-clock.ts';

/** A hop while it is being put together; its nodes by their places in the order of first sight, -1 if not seen. */
export interface TrackedHop extends HopShape {
  time: number;
  arrived: number | undefined;
  readonly packet: number;
  readonly direction: Direction;
  from: number;
  fromPort: string;
  to: number;
  /** Empty if it was not seen there. */
  toPort: string;
  readonly source: string;
  readonly destination: string;
  rewritten: LadderHop['rewritten'];
  dropped: LadderHop['dropped'];
}

/** What is known of a packet that may be seen again. */
interface Travelling {
  /** Left and not yet come; those of its fragments come in the order in which they left. */
  readonly onTheWay: TrackedHop[];
  /** The hop by which it came to where it was seen last. */
  came: TrackedHop | undefined;
  /** Came before anybody was seen to send it: a host may take note of what it sends only then. */
  early: { readonly hop: TrackedHop; readonly frame: string } | undefined;
}

/** Joins what was seen of packets at single ports to hops from node to node, by the packets' ids. */
export class HopTracker {
  readonly #order: PathOrder;
  readonly #travelling = new Map<number, Travelling>();
  /** By node: the ends that it last put in each other's place. */
  readonly #rewrites = new Map<number, string>();
  /** By node, port and the direction in which packets leave there: the node at the other end. */
  readonly #neighbors = new Map<string, number>();

  constructor(order: PathOrder) {
    this.#order = order;
  }

  /**
   * The hop that begins with what was seen; undefined if it only ends one. `null` if the node is one too many.
   * A capture that does not tell how packets go from node to node has hops from address to address.
   */
  see(packet: Dissection): TrackedHop | undefined | null {
    const { frame } = packet;
    if (frame.id === 0 || frame.direction === undefined || frame.at.node === '') return this.#betweenAddresses(packet);
    const node = this.#order.placeOf(frame.at.node);
    if (node < 0) return null;
    const travelling = this.#travellingOf(frame.id);
    return frame.direction === 'out' ? this.#left(packet, node, travelling) : this.#came(packet, node, travelling);
  }

  /**
   * Both ends of a hop, in `order`. For one that was not seen, what such packets come from or go to otherwise; if they never
   * did, its address takes the place of a node.
   */
  endsOf(hop: TrackedHop, order: PathOrder): { readonly from: number; readonly to: number } {
    const { direction, fromPort, toPort, source, destination } = hop;
    const neighbor = (node: number, port: string, way: Direction, address: string): number =>
      this.#neighbors.get(`${node} ${port} ${way}`) ?? order.placeOf(addressOf(address));
    const from = hop.from < 0 ? neighbor(hop.to, toPort, oppositeOf(direction), source) : hop.from;
    const to = hop.to < 0 ? neighbor(hop.from, fromPort, direction, destination) : hop.to;
    if (from !== hop.from || to !== hop.to) follow(order, from, to, direction);
    return { from, to };
  }

  #left(packet: Dissection, node: number, travelling: Travelling): TrackedHop | undefined {
    const { onTheWay, came, early } = travelling;
    if (early && early.frame !== '' && early.frame === frameOf(packet)) {
      this.#join(early.hop, node, packet.frame.at.port);
      travelling.early = undefined;
      return undefined;
    }
    const hop = hopOf(packet, node, packet.frame.at.port);
    if (came?.to === node) hop.rewritten = this.#newEnds(came, hop);
    const reason = dropReason(packet.frame.comments());
    if (reason === undefined) onTheWay.push(hop);
    else hop.dropped = { by: 'link', reason };
    return hop;
  }

  #came(packet: Dissection, node: number, travelling: Travelling): TrackedHop | undefined {
    const known = travelling.onTheWay.shift();
    const hop = known ?? hopOf(packet, travelling.came?.from ?? -1, '');
    hop.to = node;
    hop.toPort = packet.frame.at.port;
    hop.arrived = microsecondsOf(packet);
    travelling.came = hop;
    const reason = dropReason(packet.frame.comments());
    if (reason !== undefined) hop.dropped = { by: 'node', reason };
    if (known) this.#met(hop);
    else if (hop.from < 0) travelling.early = { hop, frame: frameOf(packet) };
    follow(this.#order, hop.from, node, hop.direction);
    return known ? undefined : hop;
  }

  /** Who sent it has told so after it came. It left no later than it came. */
  #join(hop: TrackedHop, from: number, fromPort: string): void {
    hop.from = from;
    hop.fromPort = fromPort;
    this.#met(hop);
    follow(this.#order, from, hop.to, hop.direction);
  }

  #met({ from, fromPort, to, toPort, direction }: TrackedHop): void {
    this.#neighbors.set(`${from} ${fromPort} ${direction}`, to);
    this.#neighbors.set(`${to} ${toPort} ${oppositeOf(direction)}`, from);
  }

  #betweenAddresses(packet: Dissection): TrackedHop | null {
    const source = this.#order.placeOf(addressOf(sourceOf(packet)));
    const destination = this.#order.placeOf(addressOf(destinationOf(packet)));
    if (source < 0 || destination < 0) return null;
    const hop = hopOf(packet, source, '');
    hop.to = destination;
    hop.arrived = hop.time;
    follow(this.#order, source, destination, hop.direction);
    return hop;
  }

  /** The ends that a packet came with, if its node puts others in their place, and not those of the last time. */
  #newEnds(came: TrackedHop, left: TrackedHop): LadderHop['rewritten'] {
    if (hasSameEnds(came, left)) return undefined;
    // What comes back undoes what was done on the way there.
    const ends = [pairOf(came), pairOf(left)].sort().join(' ');
    if (this.#rewrites.get(left.from) === ends) return undefined;
    this.#rewrites.set(left.from, ends);
    return { source: came.source, destination: came.destination };
  }

  #travellingOf(id: number): Travelling {
    let travelling = this.#travelling.get(id);
    if (!travelling) this.#travelling.set(id, (travelling = { onTheWay: [], came: undefined, early: undefined }));
    return travelling;
  }
}

function follow(order: PathOrder, from: number, to: number, direction: Direction): void {
  if (from < 0 || to < 0 || from === to) return;
  if (direction === 'forward') order.follow(from, to);
  else order.follow(to, from);
}

const oppositeOf = (direction: Direction): Direction => (direction === 'forward' ? 'reverse' : 'forward');

function hopOf(packet: Dissection, from: number, fromPort: string): TrackedHop {
  const { kind, label, content, detail } = shapeOf(packet);
  return {
    kind,
    label,
    content,
    detail,
    time: microsecondsOf(packet),
    arrived: undefined,
    packet: packet.frame.id,
    direction: packet.direction ?? 'forward',
    from,
    fromPort,
    to: -1,
    toPort: '',
    source: sourceOf(packet),
    destination: destinationOf(packet),
    rewritten: undefined,
    dropped: undefined,
  };
}

/** What tells a frame on one link from the same packet on another: its link addresses, and its length. Empty if it has none. */
function frameOf({ layers, frame }: Dissection): string {
  const at = layers.ethernetAt;
  return at < 0 ? '' : `${formatHex(frame.bytes.subarray(at, at + 2 * MAC_LENGTH))} ${frame.originalLength}`;
}

/** Whichever way each of them goes. */
const hasSameEnds = (one: TrackedHop, other: TrackedHop): boolean =>
  (one.source === other.source && one.destination === other.destination) ||
  (one.source === other.destination && one.destination === other.source);

/** The same for both directions. */
const pairOf = ({ source, destination }: TrackedHop): string => [source, destination].sort().join(' ');

/** An end without its port. */
const addressOf = (end: string): string => (/^\[(.*)\]:\d+$/.exec(end) ?? /^([^:]*):\d+$/.exec(end))?.[1] ?? end;
