import { spawn, type ChildProcess } from 'node:child_process';
import { createHash } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { Readable } from 'node:stream';
import { formatAddress } from '../../lib/address.ts';
import type { Application } from '../../lib/host/applications/application.ts';
import { downloadLength, downloadPath, fillBody } from '../../lib/host/applications/http.ts';
import { NOTHING_SEEN, type SideReport } from '../../lib/host/applications/report.ts';
import { Tally } from '../../lib/host/applications/tally.ts';
import type { HttpDownloadTraffic } from '../../lib/host/applications/traffic.ts';
import { after, between, NEVER, type Duration, type Instant } from '../../lib/time.ts';
import { wallClock } from '../clock.ts';

const CHUNK_LENGTH = 64 * 1024;

/** The body of a download, piece by piece. */
function* body(length: number): Generator<Uint8Array> {
  for (let offset = 0; offset < length; offset += CHUNK_LENGTH) {
    const chunk = new Uint8Array(Math.min(CHUNK_LENGTH, length - offset));
    fillBody(chunk, offset);
    yield chunk;
  }
}

function checksumOf(length: number): string {
  const hash = createHash('sha256');
  for (const chunk of body(length)) hash.update(chunk);
  return hash.digest('hex');
}

/** Node's own HTTP server, which serves downloads of any length. */
export class DownloadServer implements Application {
  readonly #port: number;
  #server: Server | undefined;

  constructor({ port }: HttpDownloadTraffic) {
    this.#port = port;
  }

  start(): void {
    const server = createServer((request, response) => {
      const length = request.method === 'GET' ? downloadLength(request.url ?? '') : undefined;
      if (length === undefined) {
        response.writeHead(request.method === 'GET' ? 404 : 405, { allow: 'GET' }).end();
        return;
      }
      response.writeHead(200, { 'content-type': 'application/octet-stream', 'content-length': length });
      Readable.from(body(length), { objectMode: false })
        .on('error', () => {})
        .pipe(response);
    });
    server.listen(this.#port);
    this.#server = server;
  }

  poll(): void {}

  nextDeadline(): Instant {
    return NEVER;
  }

  report(): SideReport {
    return { ...NOTHING_SEEN, sourcePort: this.#port };
  }

  stop(): void {
    this.#server?.close();
    this.#server?.closeAllConnections();
  }
}

/** Fetches a body with curl, and compares its SHA-256. */
export class CurlDownload implements Application {
  readonly #traffic: HttpDownloadTraffic;
  #tally = new Tally(0 as Instant);
  #beginAt: Instant = NEVER;
  #curl: ChildProcess | undefined;
  #bytes = 0;
  #sourcePort = 0;
  #checksumEqual = false;
  #took: Duration | undefined;
  #isOver = false;

  constructor(traffic: HttpDownloadTraffic) {
    this.#traffic = traffic;
  }

  start(now: Instant): void {
    this.#tally = new Tally(now);
    this.#beginAt = after(now, this.#traffic.start);
  }

  poll(now: Instant): void {
    if (now < this.#beginAt) return;
    this.#beginAt = NEVER;
    this.#tally.sent(0, now);
    const { destination, port, bytes } = this.#traffic;
    const address = formatAddress(destination);
    const host = destination.family === 6 ? `[${address}]` : address;
    const url = `http://${host}:${port}${downloadPath(bytes)}`;
    const curl = spawn('curl', ['--silent', '--fail', '--globoff', '--write-out', '%{stderr}%{local_port}', url], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const hash = createHash('sha256');
    curl.stdout.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      hash.update(chunk);
    });
    curl.stderr.on('data', (text: Buffer) => (this.#sourcePort = Number(text.toString()) || 0));
    curl.on('error', () => this.#tally.unexpected());
    curl.on('close', (status) => this.#ended(status === 0, now, hash.digest('hex')));
    this.#curl = curl;
  }

  nextDeadline(): Instant {
    return this.#beginAt;
  }

  report(): SideReport {
    const transfer = {
      bytes: this.#bytes,
      finished: this.#took !== undefined,
      checksumEqual: this.#checksumEqual,
      ...(this.#took !== undefined && { took: this.#took }),
      ...(this.#isOver && this.#took === undefined && { brokenOff: true }),
    };
    return this.#tally.report(this.#sourcePort, transfer);
  }

  stop(): void {
    this.#beginAt = NEVER;
    this.#curl?.kill('SIGKILL');
  }

  #ended(isWhole: boolean, begunAt: Instant, checksum: string): void {
    const now = wallClock();
    this.#isOver = true;
    if (!isWhole) return;
    this.#took = between(begunAt, now);
    this.#checksumEqual = checksum === checksumOf(this.#traffic.bytes);
    if (this.#checksumEqual) this.#tally.received(0, now);
    else this.#tally.unexpected();
  }
}
