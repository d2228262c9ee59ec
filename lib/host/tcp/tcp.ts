import type { Family, IpAddress } from '../../address.ts';
import type { Random } from '../../random.ts';
import { earliest, NEVER, type Instant } from '../../time.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import { TCP_HEADER_LENGTH, tcpDestinationPort, tcpFlags, tcpSourcePort } from '../../wire/tcp.ts';
import type { Datagram, IpLayer } from '../ip.ts';
import { failureOf, type Failures } from '../failures.ts';
import { addressKey } from '../key.ts';
import type { Ports } from '../ports.ts';
import type { Endpoint, Listener, StreamHandlers } from '../sockets.ts';
import { resetFor, TcpConnection, type Accept, type ConnectionOptions } from './connection.ts';
import { readSegment, segmentLength, writeSegment, type Segment } from './segment.ts';
import { sequenceDistance } from './sequence.ts';

/** Emulator choice. Connections in TIME-WAIT make room for new ones. */
export const CONNECTIONS_MAX = 1_024;

/** Both ends of a connection, the own one first. */
interface Pair {
  readonly local: Endpoint;
  readonly remote: Endpoint;
}

/** TCP of a host: its connections and listeners, RFC 9293. */
export class TcpLayer {
  readonly #ip: IpLayer;
  readonly #ports: Ports;
  readonly #random: Random;
  readonly #failures: Failures;
  readonly #connections = new Map<string, TcpConnection>();
  readonly #listeners = { 4: new Map<number, Accept>(), 6: new Map<number, Accept>() };
  /** Wrong checksum or incomplete. */
  malformed = 0;
  /** Connections that were asked for when there was no room for one more. */
  connectionsRefused = 0;

  constructor(ip: IpLayer, ports: Ports, random: Random, failures: Failures = new Map()) {
    this.#failures = failures;
    this.#ip = ip;
    this.#ports = ports;
    this.#random = random;
  }

  connect(remote: Endpoint, handlers: StreamHandlers, now: Instant): TcpConnection {
    const address = this.#ip.sourceFor(remote.address) ?? unspecified(remote.address.family);
    const pairFrom = (port: number): Pair => ({ local: { address, port }, remote });
    const pair = pairFrom(this.#ports.free((port) => this.#connections.has(keyOf(pairFrom(port)))));
    if (!this.#makeRoom()) throw new RangeError(`${CONNECTIONS_MAX} TCP connections are open`);
    const connection = TcpConnection.connect(this.#optionsFor(pair), handlers, now);
    this.#connections.set(keyOf(pair), connection);
    return connection;
  }

  /** Throws a RangeError if the port is taken. */
  listen(family: Family, localPort: number, accept: Accept): Listener {
    const listeners = this.#listeners[family];
    if (listeners.has(localPort)) throw new RangeError(`TCP port ${localPort} is in use`);
    listeners.set(localPort, accept);
    return { close: () => void listeners.delete(localPort) };
  }

  receive(datagram: Datagram, now: Instant): void {
    const segment = readSegment(datagram);
    if (!segment) {
      this.malformed++;
      return;
    }
    const pair: Pair = {
      local: { address: datagram.destination, port: tcpDestinationPort(datagram.bytes, datagram.at) },
      remote: { address: datagram.source, port: tcpSourcePort(datagram.bytes, datagram.at) },
    };
    const key = keyOf(pair);
    const connection = this.#connections.get(key);
    const failure = failureOf(this.#failures, pair.local.port);
    if (failure === (isOpening(segment) ? 'refuse' : 'reset')) return this.#refuse(pair, connection, segment, now);
    if (connection && !this.#isReplaced(connection, segment)) connection.receive(segment, now);
    else this.#receiveForNone(pair, key, segment, now);
  }

  poll(now: Instant): void {
    for (const connection of this.#connections.values()) if (now >= connection.nextDeadline()) connection.poll(now);
  }

  nextDeadline(): Instant {
    let deadline = NEVER;
    for (const connection of this.#connections.values()) deadline = earliest(deadline, connection.nextDeadline());
    return deadline;
  }

  /** A connection in TIME-WAIT gives way to a new one that begins behind it (RFC 9293, section 3.10.7.4). */
  #isReplaced(connection: TcpConnection, segment: Segment): boolean {
    return (
      connection.state === 'time-wait' &&
      isOpening(segment) &&
      sequenceDistance(connection.expectedSequence, segment.sequence) > 0
    );
  }

  #receiveForNone(pair: Pair, key: string, segment: Segment, now: Instant): void {
    const accept = this.#listeners[pair.local.address.family].get(pair.local.port);
    if (accept && isOpening(segment)) {
      if (this.#makeRoom())
        this.#connections.set(key, TcpConnection.accept(this.#optionsFor(pair), segment, accept, now));
      else this.connectionsRefused++;
    } else if ((segment.flags & tcpFlags.rst) === 0) {
      this.#transmit(pair, resetFor(segment), now);
    }
  }

  #refuse(pair: Pair, connection: TcpConnection | undefined, segment: Segment, now: Instant): void {
    if (connection) connection.abort(now);
    else if ((segment.flags & tcpFlags.rst) === 0) this.#transmit(pair, resetFor(segment), now);
  }

  #makeRoom(): boolean {
    if (this.#connections.size < CONNECTIONS_MAX) return true;
    for (const [key, connection] of this.#connections)
      if (connection.state === 'time-wait') return this.#connections.delete(key);
    return false;
  }

  #optionsFor(pair: Pair): ConnectionOptions {
    const key = keyOf(pair);
    return {
      localPort: pair.local.port,
      initialSequence: this.#random.below(0x1_0000_0000),
      maximumSegmentSize: this.#ip.payloadLengthMax(pair.remote.address.family) - TCP_HEADER_LENGTH,
      transmit: (segment, now) => this.#transmit(pair, segment, now),
      onGone: () => void this.#connections.delete(key),
    };
  }

  #transmit({ local, remote }: Pair, segment: Segment, now: Instant): void {
    const emit = (bytes: Uint8Array, at: number): void =>
      writeSegment(bytes, at, local.address, local.port, remote.address, remote.port, segment);
    this.#ip.send(local.address, remote.address, ipProtocols.tcp, segmentLength(segment), emit, now);
  }
}

function isOpening(segment: Segment): boolean {
  return (segment.flags & (tcpFlags.syn | tcpFlags.ack | tcpFlags.rst)) === tcpFlags.syn;
}

const keyOf = ({ local, remote }: Pair): string =>
  `${local.port} ${remote.port} ${addressKey(local.address.bytes)}${addressKey(remote.address.bytes)}`;

const unspecified = (family: Family): IpAddress => ({ family, bytes: new Uint8Array(family === 4 ? 4 : 16) });
