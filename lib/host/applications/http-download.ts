import { formatAddress } from '../../address.ts';
import { after, between, NEVER, type Duration, type Instant } from '../../time.ts';
import type { Sockets, StreamHandlers, TcpStream } from '../sockets.ts';
import type { Application } from './application.ts';
import { bodyByte, downloadPath, HeadReader, readResponse, requestHead } from './http.ts';
import type { SideReport } from './report.ts';
import { Tally } from './tally.ts';
import type { HttpDownloadTraffic } from './traffic.ts';

/** Fetches a body by HTTP, and compares every byte of it with what it must be. */
export class HttpDownloader implements Application {
  readonly #traffic: HttpDownloadTraffic;
  readonly #sockets: Sockets;
  readonly #headReader = new HeadReader();
  #tally = new Tally(0 as Instant);
  #beginAt: Instant = NEVER;
  #begunAt: Instant = NEVER;
  #stream: TcpStream | undefined;
  #hasHead = false;
  #bytes = 0;
  #isEqual = true;
  #took: Duration | undefined;
  #isClosed = false;

  constructor(traffic: HttpDownloadTraffic, sockets: Sockets) {
    this.#traffic = traffic;
    this.#sockets = sockets;
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#beginAt = after(now, this.#traffic.start);
  }

  poll(now: Instant): void {
    if (now < this.#beginAt) return;
    this.#beginAt = NEVER;
    this.#begunAt = now;
    this.#tally.sent(0, now);
    const { destination, port } = this.#traffic;
    this.#stream = this.#sockets.connect({ address: destination, port }, this.#handlers(), now);
  }

  nextDeadline(): Instant {
    return this.#beginAt;
  }

  report(): SideReport {
    const finished = this.#took !== undefined;
    return this.#tally.report(this.#stream?.localPort ?? 0, {
      bytes: this.#bytes,
      finished,
      checksumEqual: finished && this.#isEqual,
      took: this.#took,
      ...(this.#isClosed && !finished && { brokenOff: true }),
    });
  }

  stop(now: Instant): void {
    this.#beginAt = NEVER;
    this.#stream?.abort(now);
  }

  #handlers(): StreamHandlers {
    const { destination, port, bytes } = this.#traffic;
    const address = formatAddress(destination);
    const host = `${destination.family === 6 ? `[${address}]` : address}:${port}`;
    return {
      onOpen: (now) => void this.#stream?.write(requestHead(downloadPath(bytes), host), now),
      onData: (chunk, now) => this.#onData(chunk, now),
      onEnd: (now) => this.#stream?.end(now),
      onClose: () => void (this.#isClosed = true),
    };
  }

  #onData(chunk: Uint8Array, now: Instant): void {
    if (this.#hasHead) {
      this.#takeBody(chunk, now);
      return;
    }
    const result = this.#headReader.read(chunk);
    if (!result) {
      if (this.#headReader.isTooLong) this.#giveUp(now);
      return;
    }
    const response = readResponse(result.head);
    if (response?.status !== 200 || response.bodyLength !== this.#traffic.bytes) {
      this.#giveUp(now);
      return;
    }
    this.#hasHead = true;
    this.#takeBody(chunk.subarray(result.taken), now);
  }

  #takeBody(chunk: Uint8Array, now: Instant): void {
    for (let i = 0; i < chunk.length; i++) if (chunk[i] !== bodyByte(this.#bytes + i)) this.#isEqual = false;
    this.#bytes += chunk.length;
    if (this.#bytes > this.#traffic.bytes) this.#isEqual = false;
    if (this.#bytes < this.#traffic.bytes || this.#took !== undefined) return;
    this.#took = between(this.#begunAt, now);
    if (this.#isEqual) this.#tally.received(0, now);
    else this.#tally.unexpected();
  }

  #giveUp(now: Instant): void {
    this.#tally.unexpected();
    this.#stream?.abort(now);
  }
}
