import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { formatAddress, type Family } from '../../lib/address.ts';
import type {
  Endpoint,
  Listener,
  OnMessage,
  OnReply,
  PingSocket,
  Sockets,
  StreamEnd,
  StreamHandlers,
  TcpStream,
  UdpSocket,
} from '../../lib/host/sockets.ts';
import { KEEP_ALIVE_AFTER } from '../../lib/host/tcp/connection.ts';
import type { Instant } from '../../lib/time.ts';
import { wallClock } from '../clock.ts';
import { RawPingSocket } from './ping-socket.ts';
import { systemAddress } from './system-address.ts';

/** A stream takes no more than this before it has to drain. */
const STREAM_QUEUE_BYTES = 256 * 1024;
const UDP_BUFFER_BYTES = 1 << 20;

/** The host that this process runs on, as applications see it. */
export class RealSockets implements Sockets {
  readonly #afterwards: () => void;

  /** `afterwards` is called whenever an application has been: its deadline may have moved. */
  constructor(afterwards: () => void) {
    this.#afterwards = afterwards;
  }

  udp(family: Family, localPort: number, onMessage: OnMessage): UdpSocket {
    return new RealUdpSocket(family, localPort, (...message) => {
      onMessage(...message);
      this.#afterwards();
    });
  }

  ping(family: Family, onReply: OnReply): PingSocket {
    return new RawPingSocket(family, (...reply) => {
      onReply(...reply);
      this.#afterwards();
    });
  }

  connect(remote: Endpoint, given: StreamHandlers, _now: Instant): TcpStream {
    const handlers = this.#watched(() => given);
    const to = { host: formatAddress(remote.address), port: remote.port };
    const keepAliveInitialDelay = KEEP_ALIVE_AFTER / 1_000;
    const socket = connect({ ...to, noDelay: true, keepAlive: true, keepAliveInitialDelay });
    socket.on('connect', () => handlers.onOpen?.(wallClock()));
    return new RealStream(socket, handlers);
  }

  listen(family: Family, localPort: number, accept: (stream: TcpStream, now: Instant) => StreamHandlers): Listener {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
      const late: { handlers?: StreamHandlers } = {};
      const handlers = this.#watched(() => late.handlers);
      late.handlers = accept(new RealStream(socket, handlers), wallClock());
    });
    server.listen({ port: localPort, host: anyAddress(family), ipv6Only: family === 6 });
    return { close: () => void server.close() };
  }

  /** Handlers that may not be there yet: a stream exists before it is known who handles it. */
  #watched(handlers: () => StreamHandlers | undefined): StreamHandlers {
    const afterwards = this.#afterwards;
    const call = (tell: (to: StreamHandlers) => void): void => {
      const to = handlers();
      if (to) tell(to);
      afterwards();
    };
    return {
      onOpen: (now) => call((to) => to.onOpen?.(now)),
      onData: (bytes, now) => call((to) => to.onData(bytes, now)),
      onWritable: (now) => call((to) => to.onWritable?.(now)),
      onEnd: (now) => call((to) => to.onEnd(now)),
      onClose: (end, now) => call((to) => to.onClose(end, now)),
    };
  }
}

const anyAddress = (family: Family): string => (family === 4 ? '0.0.0.0' : '::');

class RealUdpSocket implements UdpSocket {
  readonly #socket;
  #port = 0;
  #isClosed = false;

  constructor(family: Family, localPort: number, onMessage: OnMessage) {
    const type = family === 4 ? 'udp4' : 'udp6';
    this.#socket = createSocket({ type, ipv6Only: family === 6, recvBufferSize: UDP_BUFFER_BYTES });
    this.#socket.on('message', (payload, remote) => {
      const address = systemAddress(remote.address);
      if (address) onMessage(payload, { address, port: remote.port }, wallClock());
    });
    this.#socket.on('listening', () => (this.#port = this.#socket.address().port));
    this.#socket.bind({ port: localPort, address: anyAddress(family) });
  }

  get localPort(): number {
    return this.#port;
  }

  send(payload: Uint8Array, { address, port }: Endpoint): void {
    if (this.#isClosed) return;
    // An error here is a route or a neighbor that is missing: to the application, the datagram is lost.
    this.#socket.send(Buffer.from(payload), port, formatAddress(address), () => {});
  }

  close(): void {
    if (!this.#isClosed) this.#socket.close();
    this.#isClosed = true;
  }
}

class RealStream implements TcpStream {
  readonly #socket: Socket;
  #end: StreamEnd = 'finished';

  constructor(socket: Socket, handlers: StreamHandlers) {
    this.#socket = socket;
    socket.on('data', (bytes: Buffer) => handlers.onData(bytes, wallClock()));
    socket.on('drain', () => handlers.onWritable?.(wallClock()));
    socket.on('end', () => handlers.onEnd(wallClock()));
    socket.on('error', (error: NodeJS.ErrnoException) => (this.#end = streamEnds[error.code ?? ''] ?? 'reset'));
    socket.on('close', () => handlers.onClose(this.#end, wallClock()));
  }

  get localPort(): number {
    return this.#socket.localPort ?? 0;
  }

  write(bytes: Uint8Array): number {
    if (!this.#socket.writable || this.#socket.connecting) return 0;
    const room = STREAM_QUEUE_BYTES - this.#socket.writableLength;
    const taken = Math.max(0, Math.min(room, bytes.length));
    if (taken > 0) this.#socket.write(Uint8Array.prototype.slice.call(bytes, 0, taken));
    return taken;
  }

  end(): void {
    this.#socket.end();
  }

  abort(): void {
    this.#end = 'aborted';
    this.#socket.resetAndDestroy();
  }
}

const streamEnds: Readonly<Record<string, StreamEnd>> = { ECONNREFUSED: 'refused', ETIMEDOUT: 'timed-out' };
