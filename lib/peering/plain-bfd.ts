import { formatAddress, type IpAddress } from '../address.ts';
import type { BfdNeighbor } from '../config/index.ts';
import type { CryptoProvider } from '../crypto.ts';
import { DeadlineHeap } from '../deadline-heap.ts';
import type { PortIndex } from '../device.ts';
import type { FramePool } from '../highway/frame-pool.ts';
import type { NetworkInterfaces } from '../highway/interfaces.ts';
import type { Neighbors } from '../highway/neighbors.ts';
import type { Packet } from '../highway/packet.ts';
import type { Random } from '../random.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { bfdTable } from '../stats/peer-path-table.ts';
import { NEVER, milliseconds, seconds, type Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import { equalBytes } from '../wire/bytes.ts';
import { Authentication } from './bfd/authentication.ts';
import { decodeControlPacket, encodeControlPacket, type ControlPacket } from './bfd/control-packet.ts';
import { BfdSession } from './bfd/session.ts';
import { BFD_TTL, bfdPorts, isTtlAcceptable, takeDiscriminator, takeSourcePort, type BfdHops } from './bfd/udp.ts';
import { Datagrams } from './datagrams.ts';
import type { Journal } from './journal.ts';
import type { BfdRow } from './rows.ts';
import { utf8Bytes } from '../utf8.ts';

/** A system beside SVR, and the network-interface behind which it is. */
export interface PlainNeighbor {
  readonly node: string;
  readonly networkInterface: number;
  readonly settings: BfdNeighbor;
}

export interface PlainBfdParts {
  readonly neighbors: readonly PlainNeighbor[];
  readonly interfaces: NetworkInterfaces;
  readonly linkNeighbors: Neighbors;
  readonly pool: FramePool;
  readonly counters: Counters;
  readonly crypto: CryptoProvider;
  readonly random: Random;
  readonly trace: Trace | undefined;
  readonly journal: Journal;
}

/** One session with what it needs to speak. */
interface PlainSession {
  readonly index: number;
  readonly neighbor: PlainNeighbor;
  readonly hops: BfdHops;
  local: IpAddress;
  readonly remote: IpAddress;
  readonly sourcePort: number;
  readonly authentication: Authentication | undefined;
  readonly session: BfdSession;
  /** Place of the next hop in the neighbor table. */
  readonly nextHop: number;
  upSince: Instant | undefined;
}

/** Plain BFD with foreign systems (RFC 5880, 5881, 5883). What it finds out is shown; no session of SVR depends on it. */
export class PlainBfd {
  readonly #parts: PlainBfdParts;
  readonly #datagrams: Datagrams;
  readonly #deadlines: DeadlineHeap;
  readonly #sessions: PlainSession[] = [];
  readonly #byDiscriminator = new Map<number, PlainSession>();
  readonly #sourcePorts = new Set<number>();
  #isStarted = false;

  constructor(parts: PlainBfdParts) {
    this.#parts = parts;
    this.#datagrams = new Datagrams(parts.linkNeighbors, parts.pool);
    this.#deadlines = new DeadlineHeap(parts.neighbors.length);
  }

  /** At once before the first `poll`, which begins the sessions. */
  nextDeadline(): Instant {
    if (!this.#isStarted) return this.#parts.neighbors.length > 0 ? (0 as Instant) : NEVER;
    return this.#deadlines.nextDeadline();
  }

  poll(now: Instant): void {
    if (!this.#isStarted) this.#start(now);
    while (this.#deadlines.nextDeadline() <= now) {
      const due = this.#sessions[this.#deadlines.first];
      due.session.poll(now);
      this.#schedule(due);
    }
  }

  #start(now: Instant): void {
    this.#isStarted = true;
    for (const neighbor of this.#parts.neighbors) {
      const begun = this.#begin(neighbor, this.#sessions.length, now);
      if (!begun) continue;
      this.#sessions.push(begun);
      this.#byDiscriminator.set(begun.session.localDiscriminator, begun);
      this.#schedule(begun);
    }
  }

  /** Undefined if no address, next hop or port is left to speak from. */
  #begin(neighbor: PlainNeighbor, index: number, now: Instant): PlainSession | undefined {
    const { interfaces, linkNeighbors, random, crypto } = this.#parts;
    const { settings, networkInterface } = neighbor;
    const out = interfaces.list[networkInterface];
    const remote = settings.ipAddress;
    const local = interfaces.ownAddress(networkInterface, remote.family);
    const hop = interfaces.nextHop(out, remote);
    const nextHop = hop ? linkNeighbors.hold(networkInterface, hop, now) : -1;
    const sourcePort = takeSourcePort(random, (port) => this.#sourcePorts.has(port));
    if (!local || nextHop < 0 || sourcePort === undefined) return undefined;
    this.#sourcePorts.add(sourcePort);
    const { authenticationType, authenticationKeys } = settings;
    const keys = authenticationKeys.map(({ id, secret }) => ({ id, secret: utf8Bytes(secret) }));
    const begun: PlainSession = {
      index,
      neighbor,
      hops: settings.multihop ? 'multihop' : 'single-hop',
      local: { family: remote.family, bytes: local },
      remote,
      sourcePort,
      authentication:
        authenticationType === 'none' ? undefined : new Authentication(authenticationType, keys, crypto, random),
      session: new BfdSession(
        {
          localDiscriminator: takeDiscriminator(random, (taken) => this.#byDiscriminator.has(taken)),
          desiredMinTx: settings.desiredTxInterval,
          requiredMinRx: settings.requiredMinRxInterval,
          detectMultiplier: settings.multiplier,
          isPassive: settings.passive,
          random,
          transmit: (packet, at) => this.#transmit(begun, packet, at),
          changed: (_state, before, _diagnostic, at) => this.#changed(begun, before === 'up', at),
        },
        now,
      ),
      nextHop,
      upSince: undefined,
    };
    return begun;
  }

  /** Sessions over a port that has lost its carrier are down at once (RFC 5880, section 6.8.1: 'path down'). */
  setCarrier(port: PortIndex, hasCarrier: boolean, now: Instant): void {
    if (hasCarrier) return;
    for (const of of this.#sessions) {
      if (this.#parts.interfaces.list[of.neighbor.networkInterface].port !== port) continue;
      of.session.signalDown('path-down', now);
      this.#schedule(of);
    }
  }

  #schedule({ index, session }: PlainSession): void {
    this.#deadlines.set(index, session.nextDeadline());
  }

  #transmit(of: PlainSession, packet: ControlPacket, now: Instant): void {
    const { neighbor, hops, remote, sourcePort, authentication, nextHop } = of;
    const { networkInterface } = neighbor;
    // The interface may have been given another address since.
    const own = this.#parts.interfaces.ownAddress(networkInterface, remote.family) ?? of.local.bytes;
    const local = (of.local = { family: remote.family, bytes: own });
    const route = { networkInterface, local, localPort: sourcePort, remote, remotePort: bfdPorts[hops] };
    this.#datagrams.send({ ...route, ttl: BFD_TTL, dscp: 0 }, nextHop, now, (bytes, at) => {
      const end = encodeControlPacket(packet, bytes, at);
      return authentication ? authentication.sign(bytes, at, end) : end;
    });
  }

  #changed(of: PlainSession, wasUp: boolean, now: Instant): void {
    const { session, neighbor, remote } = of;
    of.upSince = session.state === 'up' ? now : undefined;
    if (session.state !== 'up' && !wasUp) return;
    const why = session.state === 'up' ? '' : ` (${session.diagnostic})`;
    const message = `BFD session with ${formatAddress(remote)} is ${session.state}${why}`;
    this.#parts.journal.event({ time: now, category: 'bfd', node: neighbor.node, message });
  }

  /** Takes in a packet for one of the ports of plain BFD; false if it is for another. */
  receive(packet: Packet, now: Instant): boolean {
    const hops = hopsOf(packet.destinationPort);
    // Who speaks BFD with nobody is like anybody else who does not.
    if (!hops || this.#parts.neighbors.length === 0) return false;
    if (!this.#isStarted) this.#start(now);
    const fault = this.#take(packet, hops, now);
    if (!fault) return true;
    this.#parts.counters.values[counter[fault]]++;
    this.#parts.counters.values[counter.framesDropped]++;
    this.#parts.trace?.event({ type: 'packet-dropped', packet: packet.frame.id, reason: fault });
    return true;
  }

  #take(packet: Packet, hops: BfdHops, now: Instant): keyof typeof bfdTable | undefined {
    const { frame, payloadAt, end } = packet;
    if (!packet.hasRightUdpChecksum) return 'bfdMalformed';
    const control = decodeControlPacket(frame.bytes, payloadAt, end);
    if (typeof control === 'string') return 'bfdMalformed';
    const found = this.#find(packet, hops, control.yourDiscriminator);
    if (!found) return 'bfdMiss';
    const { session, authentication, neighbor } = found;
    if (!isTtlAcceptable(hops, packet.ttl, neighbor.settings.minimumTtl)) return 'bfdWrongTtl';
    if (authentication) {
      const fault = authentication.verify(frame.bytes, payloadAt, control, session.detectionTime, now);
      if (fault) return 'bfdUnauthentic';
    } else if (control.hasAuthentication) {
      return 'bfdUnauthentic';
    }
    session.receive(control, now);
    this.#schedule(found);
    return undefined;
  }

  /** By our discriminator, and before the other knows that, by its address (RFC 5881, section 3; RFC 5883, section 4). */
  #find(packet: Packet, hops: BfdHops, yourDiscriminator: number): PlainSession | undefined {
    const isOf = ({ neighbor, remote, hops: own }: PlainSession): boolean =>
      own === hops &&
      neighbor.networkInterface === packet.networkInterface &&
      remote.family === packet.family &&
      equalBytes(remote.bytes, 0, packet.frame.bytes, packet.sourceAt, remote.bytes.length);
    if (yourDiscriminator === 0) return this.#sessions.find(isOf);
    const named = this.#byDiscriminator.get(yourDiscriminator);
    return named && isOf(named) ? named : undefined;
  }

  rows(now: Instant): BfdRow[] {
    return this.#sessions.map(({ session, neighbor, hops, local, remote, upSince }) => ({
      peer: formatAddress(remote),
      local: formatAddress(local),
      networkInterface: this.#parts.interfaces.list[neighbor.networkInterface].name,
      hops,
      authentication: neighbor.settings.authenticationType,
      state: session.state,
      diagnostic: session.diagnostic,
      remoteState: session.remoteState,
      remoteDiagnostic: session.remoteDiagnostic,
      transmitIntervalMs: Number.isFinite(session.transmitInterval) ? session.transmitInterval / milliseconds(1) : 0,
      detectionTimeMs: session.detectionTime / milliseconds(1),
      uptime: upSince === undefined ? 0 : Math.floor((now - upSince) / seconds(1)),
    }));
  }
}

function hopsOf(port: number): BfdHops | undefined {
  if (port === bfdPorts['single-hop']) return 'single-hop';
  return port === bfdPorts.multihop ? 'multihop' : undefined;
}
