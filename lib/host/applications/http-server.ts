import type { Family } from '../../address.ts';
import { NEVER, type Instant } from '../../time.ts';
import type { Listener, Sockets, StreamHandlers, TcpStream } from '../sockets.ts';
import type { Application } from './application.ts';
import { downloadLength, fillBody, HeadReader, readRequest, responseHead, type HttpStatus } from './http.ts';
import { NOTHING_SEEN, type SideReport } from './report.ts';
import type { HttpDownloadTraffic } from './traffic.ts';

const CHUNK_LENGTH = 16_384;

/** The HTTP ports of one host, shared by the traffic entries that download from them. */
export class HttpServers {
  readonly #sockets: Sockets;
  readonly #servers = new Map<string, { readonly listener: Listener; users: number }>();

  constructor(sockets: Sockets) {
    this.#sockets = sockets;
  }

  /** Serves downloads of any length on `port`, until `close` has been called as often as `open`. */
  open(family: Family, port: number): Listener {
    const key = `${family} ${port}`;
    const server = this.#servers.get(key) ?? { listener: this.#listen(family, port), users: 0 };
    this.#servers.set(key, server);
    server.users++;
    return {
      close: () => {
        if (--server.users > 0) return;
        server.listener.close();
        this.#servers.delete(key);
      },
    };
  }

  #listen(family: Family, port: number): Listener {
    return this.#sockets.listen(family, port, (stream) => new HttpExchange(stream));
  }
}

/** Serves the bodies that are asked for; what came through, the downloading side knows. */
export class HttpDownloadServer implements Application {
  readonly #traffic: HttpDownloadTraffic;
  readonly #servers: HttpServers;
  #server: Listener | undefined;

  constructor(traffic: HttpDownloadTraffic, servers: HttpServers) {
    this.#traffic = traffic;
    this.#servers = servers;
  }

  start(): void {
    this.#server = this.#servers.open(this.#traffic.destination.family, this.#traffic.port);
  }

  poll(): void {}

  nextDeadline(): Instant {
    return NEVER;
  }

  report(): SideReport {
    return { ...NOTHING_SEEN, sourcePort: this.#traffic.port };
  }

  stop(): void {
    this.#server?.close();
    this.#server = undefined;
  }
}

/** One request and its response; what a client sends behind its request is not looked at. */
class HttpExchange implements StreamHandlers {
  readonly #stream: TcpStream;
  readonly #headReader = new HeadReader();
  readonly #chunk = new Uint8Array(CHUNK_LENGTH);
  #isAnswering = false;
  #bodyLength = 0;
  #bodySent = 0;

  constructor(stream: TcpStream) {
    this.#stream = stream;
  }

  onData(bytes: Uint8Array, now: Instant): void {
    if (this.#isAnswering) return;
    const result = this.#headReader.read(bytes);
    if (result) this.#answer(result.head, now);
    else if (this.#headReader.isTooLong) this.#stream.abort(now);
  }

  onWritable(now: Instant): void {
    this.#sendBody(now);
  }

  onEnd(now: Instant): void {
    if (!this.#isAnswering) this.#stream.end(now);
  }

  onClose(): void {}

  #answer(head: string, now: Instant): void {
    this.#isAnswering = true;
    const request = readRequest(head);
    if (!request) {
      this.#stream.abort(now);
      return;
    }
    const length = downloadLength(request.path);
    const status: HttpStatus = request.method !== 'GET' ? 405 : length === undefined ? 404 : 200;
    this.#bodyLength = status === 200 ? (length ?? 0) : 0;
    this.#stream.write(responseHead(status, this.#bodyLength), now);
    this.#sendBody(now);
  }

  #sendBody(now: Instant): void {
    while (this.#bodySent < this.#bodyLength) {
      const chunk = this.#chunk.subarray(0, Math.min(CHUNK_LENGTH, this.#bodyLength - this.#bodySent));
      fillBody(chunk, this.#bodySent);
      const taken = this.#stream.write(chunk, now);
      this.#bodySent += taken;
      if (taken < chunk.length) return;
    }
    this.#stream.end(now);
  }
}
