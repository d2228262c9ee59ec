import { formatAddressBytes, formatUuid } from '../address.ts';
import type { Attributes } from '../metadata/attributes.ts';
import type { Context } from '../metadata/layout.ts';
import { dropReason } from './comments.ts';
import type { Dissection } from './dissection.ts';
import { formatEndAt } from './fields/format.ts';
import { FlowIndex } from './flow-index.ts';
import type { Layers } from './layers.ts';
import type { Direction, Session, SessionIdentity } from './session.ts';

/** Sessions that are followed; what is begun after that is left without, and counted. */
const SESSIONS_MAX = 1 << 18;

/** Packets whose ids are remembered: those of the last moment, which are still on their way. A power of two. */
const RECENT_IDS = 1 << 16;

const WAYPOINT_PAIRS_MAX = 8;

/** Where sessions begin: by the id of the first packet with metadata, whose session that is and which way it goes. */
export type SessionStarts = Map<number, { readonly identity: SessionIdentity; readonly direction: Direction }>;

/**
 * Says of packets which session they belong to, in the order in which they were taken: of those with metadata, because it
 * says so; of the others, by the two ends that they go between, as waypoints or as hosts, or as the same packet at another
 * place, by its id. Metadata that names another session on known ends begins a new session there.
 *
 * A packet of a host comes before the one with metadata that a router makes of it. It can be told only with `starts`,
 * which `noteStart` collects in an earlier pass over the same packets.
 */
export class Sessions {
  readonly #starts: SessionStarts;
  /** Sessions that have been named ahead. */
  readonly #named = new Set<string>();
  readonly #list: Session[] = [];
  readonly #byUuid = new Map<string, number>();
  readonly #index = new FlowIndex();
  readonly #recentIds = new Float64Array(RECENT_IDS);
  readonly #recent = new Int32Array(RECENT_IDS);
  #unfollowed = 0;

  constructor(starts: SessionStarts = new Map()) {
    this.#starts = starts;
  }

  /** In the order of their first packets. */
  get list(): readonly Session[] {
    return this.#list;
  }

  /** Packets with metadata of sessions for which there was no room. */
  get unfollowed(): number {
    return this.#unfollowed;
  }

  /** Fills in the packet's session, its direction, and whether it is between routers. */
  see(packet: Dissection): void {
    const { layers, frame } = packet;
    if (layers.family === 0) return;
    const hasPorts = layers.sourcePort >= 0;
    if (hasPorts) this.#index.aim(layers);
    let owner = hasPorts ? this.#turned(this.#index.get()) : -1;
    const start = frame.id === 0 ? undefined : this.#starts.get(frame.id);
    if (start && (owner < 0 || this.#list[owner >> 2].uuid !== start.identity.uuid)) owner = this.#begin(start, packet);
    // What goes between hosts may look like metadata, and is none.
    const isHosts = owner >= 0 && !isBetween(owner);
    const { kind } = packet;
    if (kind === 'bfd') return packet.learnTrailer();
    const hasMetadata = !isHosts && (kind === 'metadata' || kind === 'fragment');
    if (hasMetadata) owner = this.#learn(packet, owner);
    if (owner < 0) owner = this.#sameAsBefore(packet);
    if (owner < 0) return;
    if (frame.id !== 0) this.#remember(frame.id, owner);
    this.#count(packet, owner, hasMetadata);
  }

  /** Takes note of a packet that is yet to be seen, where all cannot be looked at beforehand. */
  noteAhead(packet: Dissection): void {
    Sessions.noteStart(packet, this.#starts, this.#named);
  }

  /** In the first pass: takes note of a packet that names a session for the first time. */
  static noteStart(packet: Dissection, starts: SessionStarts, known: Set<string>): void {
    if (packet.frame.id === 0 || (packet.kind !== 'metadata' && packet.kind !== 'fragment')) return;
    const attributes = packet.sessionAttributes;
    const identity = attributes && identityOf(attributes);
    if (!identity || known.has(identity.uuid) || known.size >= SESSIONS_MAX) return;
    known.add(identity.uuid);
    starts.set(packet.frame.id, { identity, direction: directionOf(attributes) ?? 'forward' });
  }

  /** An owner as it is kept, by the lower end, as one by the direction of the packet in hand; and the other way round. */
  #turned(owner: number): number {
    return owner >= 0 && this.#index.isSwapped ? owner ^ REVERSE : owner;
  }

  /** A packet at whose id a session begins, before there is metadata. */
  #begin({ identity, direction }: NonNullable<ReturnType<SessionStarts['get']>>, packet: Dissection): number {
    const session = this.#find(identity, packet);
    if (session < 0) return -1;
    const owner = ownerOf(session, direction, packet.kind !== undefined);
    if (packet.layers.sourcePort >= 0) this.#index.set(this.#turned(owner));
    return owner;
  }

  #learn(packet: Dissection, known: number): number {
    const attributes = packet.sessionAttributes;
    const identity = attributes && identityOf(attributes);
    if (!attributes || !identity) return known;
    const session = this.#find(this.#sameContext(known, identity), packet);
    if (session < 0) return -1;
    const isKnown = known >= 0 && known >> 2 === session;
    const direction = directionOf(attributes) ?? (isKnown && (known & REVERSE) !== 0 ? 'reverse' : 'forward');
    const owner = ownerOf(session, direction, true);
    if (owner === known) return owner;
    this.#index.set(this.#turned(owner));
    this.#noteWaypoints(this.#list[session], packet.layers);
    if (identity.context) this.#bindHosts(session, identity.context);
    return owner;
  }

  /** Metadata that names no session, on ends that are known, is about the session there unless its context is another. */
  #sameContext(known: number, identity: SessionIdentity): SessionIdentity {
    if (identity.uuidBytes || known < 0) return identity;
    const session = this.#list[known >> 2];
    return !session.uuidBytes && !sameContext(session.context, identity.context) ? identity : session;
  }

  /** The hosts at both ends of a session go by the addresses and ports that its context has. */
  #bindHosts(session: number, { source, sourcePort, destination, destinationPort, protocol }: Context): void {
    this.#index.aimAt(source, sourcePort, destination, destinationPort, protocol);
    this.#index.set(this.#turned(ownerOf(session, 'forward', false)));
  }

  /** The place of a session in the list; -1 if there is no room for another. */
  #find(identity: SessionIdentity, packet: Dissection): number {
    const known = this.#byUuid.get(identity.uuid);
    if (known !== undefined) return known;
    if (this.#list.length === SESSIONS_MAX) {
      this.#unfollowed++;
      return -1;
    }
    const seconds = secondsOf(packet);
    const place = this.#list.length;
    const tally = (): Session['forward'] => ({ packets: 0, bytes: 0, withMetadata: 0 });
    this.#list.push({
      ...identity,
      forward: tally(),
      reverse: tally(),
      firstSeconds: seconds,
      lastSeconds: seconds,
      waypoints: [],
      dropped: 0,
    });
    this.#byUuid.set(identity.uuid, place);
    return place;
  }

  /** By its id: the packet is one that was seen elsewhere a moment ago. Its ends are then those of its session too. */
  #sameAsBefore({ frame, layers, kind }: Dissection): number {
    const slot = frame.id & (RECENT_IDS - 1);
    if (frame.id === 0 || this.#recentIds[slot] !== frame.id) return -1;
    const owner = this.#recent[slot];
    if (layers.sourcePort >= 0 && kind === undefined) {
      this.#index.aim(layers);
      this.#index.set(this.#turned(owner));
    }
    return owner;
  }

  #remember(id: number, owner: number): void {
    const slot = id & (RECENT_IDS - 1);
    this.#recentIds[slot] = id;
    this.#recent[slot] = owner;
  }

  #count(packet: Dissection, owner: number, hasMetadata: boolean): void {
    const session = this.#list[owner >> 2];
    packet.session = session;
    packet.direction = (owner & REVERSE) === 0 ? 'forward' : 'reverse';
    packet.isBetweenRouters = isBetween(owner);
    const tally = session[packet.direction];
    tally.packets++;
    tally.bytes += packet.frame.originalLength;
    if (hasMetadata) tally.withMetadata++;
    session.lastSeconds = secondsOf(packet);
    if (dropReason(packet.frame.comments()) !== undefined) session.dropped++;
  }

  #noteWaypoints({ waypoints }: Session, layers: Layers): void {
    if (waypoints.length === WAYPOINT_PAIRS_MAX) return;
    const { bytes, addressLength, sourceAt, sourcePort, destinationAt, destinationPort } = layers;
    const ends = [
      formatEndAt(bytes, sourceAt, addressLength, sourcePort),
      formatEndAt(bytes, destinationAt, addressLength, destinationPort),
    ];
    const pair = ends.sort().join(' ');
    if (!waypoints.includes(pair)) waypoints.push(pair);
  }
}

/** An owner is a session's place in the list, times four, with these bits. */
const REVERSE = 1;
const BETWEEN = 2;

const ownerOf = (session: number, direction: Direction, between: boolean): number =>
  (session << 2) | (between ? BETWEEN : 0) | (direction === 'reverse' ? REVERSE : 0);

const isBetween = (owner: number): boolean => (owner & BETWEEN) !== 0;

const secondsOf = ({ frame }: Dissection): number => frame.seconds + frame.nanoseconds / 1e9;

/** What metadata says of its session; undefined if it says nothing of which session it is. */
function identityOf(attributes: Attributes): SessionIdentity | undefined {
  const { sessionUuid, service, tenant, sourceRouter } = attributes;
  const context = contextIn(attributes);
  if (!sessionUuid && !context) return undefined;
  return {
    uuid: sessionUuid ? formatUuid(sessionUuid) : contextText(context as Context),
    uuidBytes: sessionUuid,
    context,
    service,
    tenant,
    sourceRouter,
    isEncrypted: attributes.sessionPayloadEncrypted !== undefined,
  };
}

const forwardContext = (attributes: Attributes): Context | undefined =>
  attributes.forwardContextIpv4 ?? attributes.forwardContextIpv6;
const reverseContext = (attributes: Attributes): Context | undefined =>
  attributes.reverseContextIpv4 ?? attributes.reverseContextIpv6;

/** As the originator sees it. */
function contextIn(attributes: Attributes): Context | undefined {
  const reverse = reverseContext(attributes);
  return (
    forwardContext(attributes) ??
    (reverse && {
      source: reverse.destination,
      destination: reverse.source,
      sourcePort: reverse.destinationPort,
      destinationPort: reverse.sourcePort,
      protocol: reverse.protocol,
    })
  );
}

function directionOf(attributes: Attributes): Direction | undefined {
  if (forwardContext(attributes)) return 'forward';
  return reverseContext(attributes) ? 'reverse' : undefined;
}

const contextText = ({ source, sourcePort, destination, destinationPort, protocol }: Context): string =>
  `${formatAddressBytes(source)}-${sourcePort}-${formatAddressBytes(destination)}-${destinationPort}-${protocol}`;

const sameContext = (one: Context | undefined, other: Context | undefined): boolean =>
  one === other || (one !== undefined && other !== undefined && contextText(one) === contextText(other));
