import { assert } from '../assert.ts';
import { KEY_WORDS, sameKey } from '../highway/flow-key.ts';
import type { SlowPath } from '../highway/highway.ts';
import { isErrorType } from '../highway/icmp-quote.ts';
import type { Packet } from '../highway/packet.ts';
import { SVR_BFD_PORT } from '../highway/peer-path.ts';
import type { Attributes } from '../metadata/attributes.ts';
import type { Metadata } from '../metadata/codec.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import { hasCookie, isFalsePositiveMarker } from '../metadata/header.ts';
import { findMetrics } from '../metadata/metrics-block.ts';
import type { StateStore } from '../state-store.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import { earliest, type Instant } from '../time.ts';
import { icmpv6Types } from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { Handshake } from './handshake.ts';
import { IcmpRelay, type Undeliverable } from './icmp-relay.ts';
import { answerEcho, isEchoRequest } from './own-packets.ts';
import { Moves } from './moves.ts';
import type { ServiceAreaParts } from './parts.ts';
import { Replication, type RedundancyState } from './replication.ts';
import { Sessions } from './sessions.ts';
import { SessionSetup } from './setup.ts';
import { SetupQueue } from './setup-queue.ts';

/** The lowest port that can be a waypoint (SVR sheet, section 2.8: port-range). */
const WAYPOINT_PORT_MIN = 1_025;

/** The slow path: everything that is not forwarding on a flow that is there. */
export class ServiceArea implements SlowPath {
  readonly sessions: Sessions;
  readonly handshake: Handshake;
  readonly moves: Moves;
  readonly #parts: ServiceAreaParts;
  readonly setups: SetupQueue;
  readonly #setup: SessionSetup;
  readonly #icmpRelay: IcmpRelay;
  #replication: Replication | undefined;

  constructor(parts: ServiceAreaParts) {
    this.#parts = parts;
    this.sessions = new Sessions(parts);
    this.handshake = new Handshake(parts, this.sessions);
    this.#setup = new SessionSetup(parts, this.sessions, this.handshake);
    this.moves = new Moves(parts, this.sessions, this.#setup, this.handshake);
    this.#icmpRelay = new IcmpRelay(parts);
    this.setups = new SetupQueue((port, frame, now) => parts.highway().receive(port, frame, now));
  }

  /** Shares the sessions with the twin node from now on. */
  replicate(store: StateStore): Replication {
    this.#replication = new Replication(this.#parts, this.sessions, this.handshake, store);
    return this.#replication;
  }

  /** Whether the twin node knows a session; undefined where there is none. */
  redundancyState(session: number): RedundancyState | undefined {
    return this.#replication?.state(session);
  }

  nextDeadline(): Instant {
    const setups = this.setups.nextDeadline();
    return earliest(
      earliest(setups, this.moves.nextDeadline()),
      earliest(this.sessions.nextDeadline(), this.handshake.nextDeadline()),
    );
  }

  poll(now: Instant): void {
    this.setups.poll(now);
    this.moves.poll(now);
    this.handshake.poll(now);
    this.sessions.poll(now);
  }

  miss(packet: Packet, now: Instant): void {
    const { interfaces } = this.#parts;
    for (const name of handedOver) this.#count(name);
    if (packet.isIcmpMessage) return this.#icmpMessage(packet, now);
    if (interfaces.owns(packet.networkInterface, packet.frame.bytes, packet.destinationAt, packet.family))
      return this.#own(packet, now);
    if (isMulticast(packet)) return this.#drop(packet, 'frameUnsupported');
    if (!this.#hasToWait(packet, now)) this.#setup.fromHost(packet, now);
  }

  #icmpMessage(packet: Packet, now: Instant): void {
    const type = packet.frame.bytes[packet.l4At];
    const isNeighborMessage =
      packet.protocol === ipProtocols.icmpv6 &&
      (type === icmpv6Types.neighborSolicitation || type === icmpv6Types.neighborAdvertisement);
    if (isNeighborMessage) this.#parts.neighbors.receiveNeighborMessage(packet, now);
    else if (isErrorType(packet.family, type)) {
      if (!this.#parts.hearIcmpError(packet, now)) this.#icmpRelay.fromWire(packet, now);
    } else this.#drop(packet, 'frameUnsupported');
  }

  /** A packet for an address of ours, of no flow. */
  #own(packet: Packet, now: Instant): void {
    if (isEchoRequest(packet)) return answerEcho(this.#parts, packet);
    if (isDetoured(packet)) return this.#metadataForUnknownFlow(packet, now);
    if (packet.protocol === ipProtocols.udp && this.#parts.listen(packet, now)) return;
    const { hasPeers } = this.#parts.interfaces.list[packet.networkInterface];
    const isForWaypoint =
      hasPeers && packet.protocol === ipProtocols.udp && packet.destinationPort >= WAYPOINT_PORT_MIN;
    if (!isForWaypoint) return this.#drop(packet, 'frameUnsupported');
    const former = this.sessions.formerKeys.find(packet.key, now);
    if (former && this.#parts.sessions.hasUuid(former.flow >> 1, former.uuid))
      return this.#parts.highway().forward(former.flow, packet, now);
    const { bytes } = packet.frame;
    const { payloadAt, end } = packet;
    const isBare =
      !hasCookie(bytes, payloadAt, end) ||
      isFalsePositiveMarker(bytes, payloadAt, end) ||
      findMetrics(bytes, payloadAt, end) >= 0;
    if (!isBare) this.#metadataForUnknownFlow(packet, now);
    else this.#bareForUnknownFlow(packet, now);
  }

  /**
   * Packet-based detection answers whatever comes for a flow that is not there, which a port scanner can see.
   * Inactivity-based detection keeps silent (SVR sheet, section 2.5).
   */
  #bareForUnknownFlow(packet: Packet, now: Instant): void {
    this.#count('metadataNotPresent');
    // Its seal is bound to a session, without which it cannot be checked.
    if (this.#parts.interfaces.list[packet.networkInterface].seal) this.#count('hmacContextNotFound');
    const { mode } = this.#parts.authority.sessionRecoveryDetection;
    if (mode === 'packet-based') this.#askForMetadata(packet, now);
    else this.#drop(packet, 'unknownWaypointSilent');
  }

  #metadataForUnknownFlow(packet: Packet, now: Instant): void {
    if (this.#hasToWait(packet, now)) return;
    const highway = this.#parts.highway();
    const { seal } = this.#parts.interfaces.list[packet.networkInterface];
    // Without an HMAC the address is all there is to tell a peer from a stranger.
    if (!seal && !this.#parts.comesFromPeer(packet)) return this.#drop(packet, 'unknownWaypointSilent');
    const opened = highway.openMetadata(packet, seal, now);
    if (opened) this.#byMetadata(packet, opened.metadata, opened.end, now);
  }

  /** Acts on authentic metadata that came for a flow that is not there. */
  #byMetadata(packet: Packet, metadata: Metadata, end: number, now: Instant): void {
    const { attributes } = metadata;
    this.#traceReceived(packet, attributes);
    if (icmpErrorLocation(metadata)) return this.#drop(packet, 'icmpErrorNoSession');
    if (attributes.controlMessage !== undefined && !isMove(metadata)) {
      // A message is never answered by a message: two routers that both forgot would not stop.
      return this.#drop(
        packet,
        attributes.controlMessage === 'enableMetadata' ? 'enableMetadataFlowMiss' : 'unknownWaypointSilent',
      );
    }
    if (!hasContext(metadata) && attributes.sessionHealthCheck !== undefined) return this.#askForMetadata(packet, now);
    if (isDetoured(packet)) this.#setup.fromPinhole(packet, metadata, end, now);
    else this.#setup.fromPeer(packet, metadata, end, now);
  }

  #askForMetadata(packet: Packet, now: Instant): void {
    const { interfaces, authority, paths, trace } = this.#parts;
    const path = paths.find(({ networkInterface }) => networkInterface === packet.networkInterface);
    const encoding = path?.encoding ?? authority.emulator.metadataEncoding;
    if (
      !this.#parts
        .highway()
        .own.answer(
          packet,
          { controlMessage: 'enableMetadata' },
          encoding,
          interfaces.list[packet.networkInterface],
          now,
        )
    )
      return this.#drop(packet, 'reverseBufferAllocation');
    trace?.event({ type: 'control-sent', packet: 0, reason: 'enableMetadata' });
    this.#drop(packet, 'unknownWaypointAnswered');
  }

  /** Whether the packet waits its turn, or has found no room to. */
  #hasToWait(packet: Packet, now: Instant): boolean {
    if (!this.setups.isSlow) return false;
    const { port } = this.#parts.interfaces.list[packet.networkInterface];
    if (!this.setups.hold(packet, port, now)) this.#drop(packet, 'serviceAreaDropped');
    return true;
  }

  metadataArrived(flow: number, packet: Packet, metadata: Metadata, end: number, now: Instant): boolean {
    const location = icmpErrorLocation(metadata);
    if (location) {
      this.#traceReceived(packet, metadata.attributes);
      this.#icmpRelay.fromPeer(flow, packet, location, packet.payloadAt + metadata.length, end, now);
      return false;
    }
    // One that moved away a moment ago, and is back where it was.
    if (isMove(metadata) && !sameKey(this.#parts.flows.keys, flow * KEY_WORDS, packet.key, 0)) {
      this.#setup.fromPeer(packet, metadata, end, now);
      return false;
    }
    const arrival = this.handshake.metadataArrived(flow, packet, metadata, now);
    if (arrival === 'other-session') {
      // The ports were given to another session since: the one that has them here is over.
      this.#count('staleFlowHit');
      this.sessions.remove(flow >> 1, 'replaced');
      this.#setup.fromPeer(packet, metadata, end, now);
    }
    return arrival === 'forward';
  }

  undeliverable(
    kind: Undeliverable,
    flow: number,
    packet: Packet,
    at: number,
    end: number,
    room: number,
    now: Instant,
  ): void {
    this.#icmpRelay.undeliverable(kind, flow, packet, at, end, room, now);
  }

  bareArrived(flow: number, now: Instant): void {
    this.handshake.bareArrived(flow, now);
  }

  attributesFor(flow: number, packet: Packet, now: Instant): Attributes | undefined {
    return this.handshake.attributesFor(flow, packet, now);
  }

  tcpSegment(flow: number, flags: number, now: Instant): void {
    this.sessions.tcpSegment(flow, flags, now);
  }

  payloadKeys(flow: number): KeyRing {
    const keys = this.#parts.payloadKeys[this.#parts.sessions.service[flow >> 1]];
    assert(keys !== undefined, 'a session is encrypted whose service has no keys');
    return keys;
  }

  sessionUuid(flow: number, target: Uint8Array): void {
    this.#parts.sessions.copyUuid(flow >> 1, target);
  }

  #traceReceived(packet: Packet, attributes: Attributes): void {
    this.#parts.trace?.event({
      type: 'metadata-received',
      packet: packet.frame.id,
      attributes: Object.keys(attributes),
    });
  }

  #drop(packet: Packet, reason: CounterName): void {
    this.#parts.highway().drop(packet, counter[reason]);
  }

  #count(name: CounterName): void {
    this.#parts.counters.values[counter[name]]++;
  }
}

const handedOver = [
  'serviceAreaDequeued',
  'serviceAreaScheduledPackets',
  'serviceAreaScheduled',
  'serviceAreaSent',
] as const satisfies readonly CounterName[];

const icmpErrorLocation = ({ attributes }: Metadata): Uint8Array | undefined =>
  attributes.icmpErrorLocationIpv4 ?? attributes.icmpErrorLocationIpv6;

const hasContext = ({ attributes }: Metadata): boolean =>
  (attributes.forwardContextIpv4 ??
    attributes.forwardContextIpv6 ??
    attributes.reverseContextIpv4 ??
    attributes.reverseContextIpv6) !== undefined;

/** A keep-alive that describes its session tells that the session has moved to where it comes from. */
const isMove = (metadata: Metadata): boolean =>
  metadata.attributes.controlMessage === 'keepAlive' && hasContext(metadata);

/** Metadata where BFD is spoken belongs to a session whose own pinhole is not known to be open. */
function isDetoured({ protocol, destinationPort, frame, payloadAt, end }: Packet): boolean {
  return protocol === ipProtocols.udp && destinationPort === SVR_BFD_PORT && hasCookie(frame.bytes, payloadAt, end);
}

function isMulticast(packet: Packet): boolean {
  const first = packet.frame.bytes[packet.destinationAt];
  return packet.family === 4 ? first >= 224 : first === 0xff;
}
