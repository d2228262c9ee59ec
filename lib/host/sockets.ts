import type { Family, IpAddress } from '../address.ts';
import type { Instant } from '../time.ts';

/** An address and a UDP or TCP port. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

/**
 * What applications need of the host that they run on: a simulated host and a real one offer the same.
 *
 * Nothing waits: bytes come in through callbacks, and what cannot be sent is lost as on a wire. Only a port that cannot
 * be had throws, a RangeError. Bytes that are handed over, in either direction, are lent until the call returns. Time
 * comes with every call; a real host takes its own clock for the calls that it makes, and leaves the argument of those
 * that it gets unused.
 */
export interface Sockets {
  /** A UDP socket on `localPort`, on every address of the family; port 0 takes a free one. */
  udp(family: Family, localPort: number, onMessage: OnMessage): UdpSocket;
  /** A socket for echo requests, with an ICMP identifier of its own. */
  ping(family: Family, onReply: OnReply): PingSocket;
  /** Begins a TCP connection; its end, good or bad, is told by `onClose`. */
  connect(remote: Endpoint, handlers: StreamHandlers, now: Instant): TcpStream;
  /** Takes TCP connections to `localPort`. `accept` is called for each, once it is open, and says who handles it. */
  listen(family: Family, localPort: number, accept: (stream: TcpStream, now: Instant) => StreamHandlers): Listener;
}

export type OnMessage = (payload: Uint8Array, from: Endpoint, now: Instant) => void;

/** `data` is what stood behind the echo header. */
export type OnReply = (data: Uint8Array, from: IpAddress, now: Instant) => void;

export interface UdpSocket {
  /** 0 as long as a real host has not bound the socket. */
  readonly localPort: number;
  send(payload: Uint8Array, to: Endpoint, now: Instant): void;
  close(): void;
}

export interface PingSocket {
  /** The identifier of its echo requests; 0 as long as a real host does not know it. */
  readonly identifier: number;
  /** `sequence` is cut to its low 16 bits. */
  send(data: Uint8Array, to: IpAddress, sequence: number, now: Instant): void;
  close(): void;
}

export interface Listener {
  /** Takes no more connections; those that are open stay. */
  close(): void;
}

/** Why a stream ended: both sides finished, the peer refused or reset it, nobody answered, or this side gave it up. */
export type StreamEnd = 'finished' | 'refused' | 'reset' | 'timed-out' | 'aborted';

export interface StreamHandlers {
  /** The handshake is done. Not called for accepted streams, which are open from the start. */
  onOpen?(now: Instant): void;
  onData(bytes: Uint8Array, now: Instant): void;
  /** There is room again, after a `write` that took less than it was given. */
  onWritable?(now: Instant): void;
  /** The peer sends no more; this side still may. */
  onEnd(now: Instant): void;
  /** Called once, last. */
  onClose(end: StreamEnd, now: Instant): void;
}

export interface TcpStream {
  readonly localPort: number;
  /** Queues a copy of as many bytes as there is room for, and returns how many; 0 before it is open or after `end`. */
  write(bytes: Uint8Array, now: Instant): number;
  /** Sends no more once everything that was written has gone out; receiving goes on. */
  end(now: Instant): void;
  /** Resets the connection at once. */
  abort(now: Instant): void;
}
