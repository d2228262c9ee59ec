import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { fillBody } from '../../../../lib/host/applications/http.ts';
import type { StreamEnd, StreamHandlers, TcpStream } from '../../../../lib/host/sockets.ts';
import type { TcpConnection } from '../../../../lib/host/tcp/connection.ts';
import { RECEIVE_BUFFER_LENGTH } from '../../../../lib/host/tcp/reception.ts';
import { CONNECTIONS_MAX } from '../../../../lib/host/tcp/tcp.ts';
import { between, milliseconds, seconds, type Instant } from '../../../../lib/time.ts';
import { tcpFlags, tcpFlagsOf, tcpSequence } from '../../../../lib/wire/tcp.ts';
import { address, Pair, START, type PairOptions } from '../pair.ts';

const SERVER4 = { address: address('10.1.0.20'), port: 80 };
const SERVER6 = { address: address('fd00:1::20'), port: 80 };
const TCP_AT = 34;

/** Writes `length` bytes of the formula and ends, as fast as the stream takes them. */
class Sender {
  stream: TcpStream | undefined;
  #sent = 0;
  readonly #length: number;

  constructor(length: number) {
    this.#length = length;
  }

  send(now: Instant): void {
    while (this.#sent < this.#length) {
      const chunk = new Uint8Array(Math.min(10_000, this.#length - this.#sent));
      fillBody(chunk, this.#sent);
      const taken = this.stream!.write(chunk, now);
      this.#sent += taken;
      if (taken < chunk.length) return;
    }
    this.stream!.end(now);
  }
}

/** What one end of a stream was told, in order, with the bytes compared to the formula as they come. */
class Listener implements StreamHandlers {
  readonly told: string[] = [];
  bytes = 0;
  isEqual = true;
  onDataToo: ((bytes: Uint8Array, now: Instant) => void) | undefined;
  onEndToo: ((now: Instant) => void) | undefined;
  onOpenToo: ((now: Instant) => void) | undefined;
  onWritableToo: ((now: Instant) => void) | undefined;

  onOpen(now: Instant): void {
    this.told.push('open');
    this.onOpenToo?.(now);
  }

  onData(bytes: Uint8Array, now: Instant): void {
    const expected = new Uint8Array(bytes.length);
    fillBody(expected, this.bytes);
    this.isEqual &&= bytes.every((byte, i) => byte === expected[i]);
    this.bytes += bytes.length;
    this.onDataToo?.(bytes, now);
  }

  onWritable(now: Instant): void {
    this.onWritableToo?.(now);
  }

  onEnd(now: Instant): void {
    this.told.push('end');
    this.onEndToo?.(now);
  }

  onClose(end: StreamEnd): void {
    this.told.push(end);
  }
}

interface Download {
  readonly pair: Pair;
  readonly client: Listener;
  readonly server: Listener;
  readonly clientStream: TcpConnection;
}

/** A client that connects and ends when the server does; a server that sends `length` bytes at once. */
function download(length: number, options: PairOptions = {}, to = SERVER4): Download {
  const pair = new Pair(options);
  const client = new Listener();
  const server = new Listener();
  const sender = new Sender(length);
  pair.server.listen(to.address.family, to.port, (stream, now) => {
    sender.stream = stream;
    sender.send(now);
    return server;
  });
  server.onWritableToo = (now) => sender.send(now);
  const clientStream = pair.client.connect(to, client, pair.now);
  client.onEndToo = (now) => clientStream.end(now);
  return { pair, client, server, clientStream };
}

const isOver = ({ client, server }: Download): boolean => client.told.length === 3 && server.told.length === 2;

describe('TCP', () => {
  for (const to of [SERVER4, SERVER6])
    it(`carries a stream over IPv${to.address.family} and tells both ends that it finished`, () => {
      const run = download(100_000, {}, to);
      run.pair.runUntil(() => isOver(run));
      equal(run.client.bytes, 100_000);
      ok(run.client.isEqual);
      deepEqual(run.client.told, ['open', 'end', 'finished']);
      deepEqual(run.server.told, ['end', 'finished']);
      ok(between(START, run.pair.now) < seconds(1));
    });

  for (const seed of [1, 2, 3])
    it(`carries 3 MB over a link of 10 ms that loses 5 % in both directions (seed ${seed})`, () => {
      const run = download(3_000_000, { seed, impairment: { delay: milliseconds(10), loss: 0.05 } });
      run.pair.runUntil(() => isOver(run));
      equal(run.client.bytes, 3_000_000);
      ok(run.client.isEqual);
      ok(run.pair.toClient.statistics.framesLost > 50);
      ok(between(START, run.pair.now) < seconds(60), `${between(START, run.pair.now) / 1e6} s`);
    });

  it('is quick over a clean link of 10 ms, so the window grows beyond 64 KB', () => {
    const run = download(3_000_000, { impairment: { delay: milliseconds(10) } });
    run.pair.runUntil(() => isOver(run));
    ok(between(START, run.pair.now) < milliseconds(600), `${between(START, run.pair.now) / 1e6} s`);
  });

  it('goes on where it was when the path was dead for 5 s in the middle', () => {
    const run = download(3_000_000, { impairment: { delay: milliseconds(10) } });
    run.pair.runUntil(() => run.client.bytes > 1_000_000);
    run.pair.cut();
    run.pair.runFor(seconds(5));
    const bytesWhenHealed = run.client.bytes;
    run.pair.heal();
    const healedAt = run.pair.now;
    run.pair.runUntil(() => isOver(run));
    ok(bytesWhenHealed < 2_000_000);
    equal(run.client.bytes, 3_000_000);
    ok(run.client.isEqual);
    ok(between(healedAt, run.pair.now) < seconds(8), `${between(healedAt, run.pair.now) / 1e6} s`);
  });

  it('gives the same frames for the same seed', () => {
    const frames = [1, 2].map(() => {
      const run = download(200_000, { seed: 7, impairment: { jitter: milliseconds(1), loss: 0.05 } });
      run.pair.runUntil(() => isOver(run));
      return run.pair.frames;
    });
    deepEqual(frames[0], frames[1]);
  });

  it('repairs one lost segment by fast retransmit, without waiting for the timer', () => {
    const run = download(200_000, { impairment: { delay: milliseconds(10) } });
    run.pair.runUntil(() => run.client.bytes >= 50_000);
    run.pair.toLose.server = 1;
    run.pair.runUntil(() => isOver(run));
    ok(run.client.isEqual);
    equal(run.client.bytes, 200_000);
    const frames = run.pair.frames.filter(({ from, bytes }) => from === 'server' && bytes.length > TCP_AT + 20);
    const sequences = frames.map(({ bytes }) => tcpSequence(bytes, TCP_AT));
    const sentAgain = frames.filter((_, i) => sequences.indexOf(sequences[i]) < i);
    equal(sentAgain.length, 1);
    const first = frames[sequences.indexOf(tcpSequence(sentAgain[0].bytes, TCP_AT))];
    equal(between(first.at, sentAgain[0].at), milliseconds(20), 'one round trip');
  });

  it('is refused at once by a port that nobody listens to', () => {
    const pair = new Pair();
    const client = new Listener();
    pair.client.connect({ ...SERVER4, port: 81 }, client, pair.now);
    pair.runFor(milliseconds(100));
    deepEqual(client.told, ['refused']);
  });

  it('gives up after the last SYN is not answered', () => {
    const pair = new Pair();
    const client = new Listener();
    pair.cut();
    pair.client.connect(SERVER4, client, pair.now);
    pair.runUntil(() => client.told.length > 0);
    deepEqual(client.told, ['timed-out']);
    equal(between(START, pair.now), seconds(1 + 2 + 4 + 8 + 16 + 32 + 60), 'the timer doubles, up to 60 s');
  });

  it('tells the peer of an abort, whose data is then lost', () => {
    const run = download(3_000_000);
    run.pair.runUntil(() => run.client.bytes > 100_000);
    run.clientStream.abort(run.pair.now);
    run.pair.runFor(seconds(1));
    deepEqual(run.client.told, ['open', 'aborted']);
    deepEqual(run.server.told, ['reset']);
  });

  it('asks in a long silence whether its peer is still there, and learns so that it has gone', () => {
    const pair = new Pair();
    let accepted: TcpStream | undefined;
    pair.server.listen(4, 80, (stream) => {
      accepted = stream;
      return new Listener();
    });
    const client = new Listener();
    pair.client.connect(SERVER4, client, pair.now);
    pair.runFor(seconds(25));
    deepEqual(client.told, ['open'], 'who answers is still there');
    pair.toLose.server = 1;
    accepted!.abort(pair.now);
    pair.runFor(seconds(10));
    deepEqual(client.told, ['open', 'reset']);
  });

  it('answers segments of a connection that it does not know with a reset', () => {
    const run = download(3_000_000);
    run.pair.runUntil(() => run.client.bytes > 100_000);
    const stranger = new Pair();
    stranger.runFor(seconds(1));
    const data = run.pair.frames.findLast(({ from }) => from === 'client')!.bytes;
    stranger.giveServer(data);
    stranger.runFor(seconds(1));
    const reset = stranger.frames.findLast(({ from }) => from === 'server')!.bytes;
    equal(tcpFlagsOf(reset, TCP_AT), tcpFlags.rst);
  });

  it('ignores a reset whose number is not exactly the expected one', () => {
    const run = download(3_000_000);
    run.pair.runUntil(() => run.client.bytes > 100_000);
    const acknowledgement = run.pair.frames.findLast(({ from }) => from === 'client')!.bytes.slice();
    const offBy = (count: number): Uint8Array => {
      const reset = acknowledgement.slice();
      reset[TCP_AT + 13] = tcpFlags.rst;
      // The checksum is kept right: the flags lost ACK and won RST, the number grew by `count`.
      const total = (word: number, change: number): number => (word + change + 0x1fffe) % 0xffff;
      const checksum = (reset[TCP_AT + 16] << 8) | reset[TCP_AT + 17];
      const low = tcpSequence(reset, TCP_AT) + count;
      reset.set([(low >>> 24) & 0xff, (low >>> 16) & 0xff, (low >>> 8) & 0xff, low & 0xff], TCP_AT + 4);
      const changed = total(checksum, tcpFlags.ack - tcpFlags.rst - count);
      reset.set([changed >>> 8, changed & 0xff], TCP_AT + 16);
      return reset;
    };
    run.pair.giveServer(offBy(1));
    run.pair.runFor(milliseconds(1));
    deepEqual(run.server.told, []);
    equal(run.pair.server.statistics.malformed, 0);
    run.pair.giveServer(offBy(0));
    deepEqual(run.server.told, ['reset']);
  });

  it('goes on receiving after it has ended its own direction', () => {
    const pair = new Pair();
    const client = new Listener();
    const server = new Listener();
    let accepted: TcpStream | undefined;
    pair.server.listen(4, 80, (stream) => {
      accepted = stream;
      return server;
    });
    const stream = pair.client.connect(SERVER4, client, pair.now);
    client.onOpenToo = (now) => stream.end(now);
    pair.runUntil(() => server.told.includes('end'));
    const late = new Uint8Array(5_000);
    fillBody(late, 0);
    accepted!.write(late, pair.now);
    pair.runFor(seconds(1));
    equal(client.bytes, 5_000);
    ok(client.isEqual);
    equal(stream.state, 'fin-wait-2');
    accepted!.end(pair.now);
    pair.runFor(seconds(1));
    deepEqual(client.told, ['open', 'end', 'finished']);
    deepEqual(server.told, ['end', 'finished']);
    equal(stream.state, 'time-wait');
    pair.runFor(seconds(61));
    equal(stream.state, 'closed');
  });

  it('closes its window while the application pauses, and goes on when it resumes', () => {
    const run = download(1_000_000, { impairment: { delay: milliseconds(10) } });
    run.pair.runUntil(() => run.client.bytes > 10_000);
    run.clientStream.pause();
    run.pair.runFor(seconds(100));
    const whilePaused = run.pair.frames.length;
    const bytesPaused = run.client.bytes;
    run.pair.runFor(seconds(100));
    ok(run.pair.frames.length - whilePaused < 40, 'only a question now and then');
    equal(run.client.bytes, bytesPaused);
    run.clientStream.resume(run.pair.now);
    ok(run.client.bytes - bytesPaused <= RECEIVE_BUFFER_LENGTH);
    run.pair.runUntil(() => isOver(run));
    equal(run.client.bytes, 1_000_000);
    ok(run.client.isEqual);
  });

  it('finds out that a closed window has opened although the news of it was lost', () => {
    const run = download(1_000_000);
    run.pair.runUntil(() => run.client.bytes > 10_000);
    run.clientStream.pause();
    run.pair.runFor(seconds(10));
    run.pair.toServer.cut();
    run.clientStream.resume(run.pair.now);
    run.pair.runFor(milliseconds(100));
    run.pair.toServer.heal();
    run.pair.runUntil(() => isOver(run));
    equal(run.client.bytes, 1_000_000);
    ok(run.client.isEqual);
  });

  it('drops a segment whose checksum is wrong, and recovers it', () => {
    const run = download(100_000);
    run.pair.runUntil(() => run.client.bytes > 20_000);
    const broken = run.pair.frames.findLast(({ from }) => from === 'client')!.bytes.slice();
    broken[TCP_AT + 8] ^= 1;
    run.pair.giveServer(broken);
    equal(run.pair.server.statistics.malformed, 1);
    run.pair.runUntil(() => isOver(run));
    ok(run.client.isEqual);
  });

  it('has a bound on its connections, and closed ones that only wait make room for new ones', () => {
    const pair = new Pair();
    pair.server.listen(4, 80, (stream) => ({
      onData: () => {},
      onEnd: (now) => stream.end(now),
      onClose: () => {},
    }));
    const streams = Array.from({ length: CONNECTIONS_MAX }, () =>
      pair.client.connect(SERVER4, new Listener(), pair.now),
    );
    throws(() => pair.client.connect(SERVER4, new Listener(), pair.now), RangeError);
    pair.runFor(seconds(10));
    for (const stream of streams) stream.end(pair.now);
    pair.runFor(seconds(1));
    ok(streams.every(({ state }) => state === 'time-wait'));
    const client = new Listener();
    pair.client.connect(SERVER4, client, pair.now);
    pair.runFor(seconds(1));
    deepEqual(client.told, ['open']);
  });

  it('opens anew from a port whose last connection still waits', () => {
    const options = { seed: 1, impairment: { delay: milliseconds(1) } };
    const first = new Pair(options);
    const server = new Listener();
    first.server.listen(4, 80, (stream, now) => {
      stream.end(now);
      return server;
    });
    const client = new Listener();
    const stream = first.client.connect(SERVER4, client, first.now);
    client.onEndToo = (now) => stream.end(now);
    first.runFor(seconds(1));
    deepEqual(server.told, ['end', 'finished'], 'and waits now');
    const syn = first.frames.find(({ bytes }) => tcpFlagsOf(bytes, TCP_AT) === tcpFlags.syn)!.bytes.slice();
    first.giveServer(syn);
    const refusal = first.frames[first.frames.length - 1].bytes;
    equal(tcpFlagsOf(refusal, TCP_AT), tcpFlags.ack, 'the old SYN once more is no new connection');
    // One more in the sequence number's high byte, one less in the checksum.
    syn[TCP_AT + 4]++;
    const checksum = (((syn[TCP_AT + 16] << 8) | syn[TCP_AT + 17]) + 0xffff - 0x100) % 0xffff;
    syn.set([checksum >>> 8, checksum & 0xff], TCP_AT + 16);
    first.giveServer(syn);
    const answer = first.frames[first.frames.length - 1].bytes;
    equal(tcpFlagsOf(answer, TCP_AT), tcpFlags.syn | tcpFlags.ack);
  });
});
