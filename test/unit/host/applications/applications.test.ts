import { deepEqual, equal, ok } from 'node:assert/strict';
import { applicationsFor, type HostApplication } from '../../../../lib/host/applications/applications.ts';
import { messageKinds, trafficId, writeMessage } from '../../../../lib/host/applications/marker.ts';
import { mergeReports } from '../../../../lib/host/applications/report.ts';
import type { Traffic, TrafficReport } from '../../../../lib/host/applications/traffic.ts';
import { milliseconds, seconds } from '../../../../lib/time.ts';
import { address, Pair, type PairOptions } from '../pair.ts';

const base = {
  name: 'traffic',
  from: 'client',
  to: 'server',
  destination: address('10.1.0.20'),
  port: 7_000,
  start: seconds(1),
};
const paced = { ...base, every: milliseconds(500), count: 10, length: 64, silences: [] };

class Run {
  readonly pair: Pair;
  readonly #traffic: readonly Traffic[];
  readonly #applications: HostApplication[];

  constructor(traffic: readonly Traffic[], options: PairOptions = {}) {
    this.pair = new Pair(options);
    this.#traffic = traffic;
    const { client, server, now } = this.pair;
    const onClient = applicationsFor('client', traffic, client);
    const onServer = applicationsFor('server', traffic, server);
    this.#applications = [...onClient, ...onServer];
    for (const { application } of onServer) server.run(application, now);
    for (const { application } of onClient) client.run(application, now);
  }

  reports(): TrafficReport[] {
    const side = (name: string, which: 'from' | 'to') =>
      this.#applications.find(({ traffic, side }) => traffic === name && side === which)?.application.report();
    // Reports travel between processes as JSON.
    return this.#traffic.map((entry) => {
      const [from, to] = [side(entry.name, 'from'), side(entry.name, 'to')].map((report) =>
        report ? (JSON.parse(JSON.stringify(report)) as typeof report) : undefined,
      );
      return mergeReports(entry, from, to);
    });
  }

  probe(): void {
    for (const { application } of this.#applications) application.probe?.(this.pair.now);
  }

  stop(): void {
    for (const { application } of this.#applications) application.stop(this.pair.now);
  }
}

function reportOf(traffic: Traffic, options: PairOptions = {}): TrafficReport {
  const run = new Run([traffic], options);
  run.pair.runFor(seconds(30));
  return run.reports()[0];
}

/** What is counted, without the times. */
const counts = ({ sent, received, unexpected }: TrafficReport): object => ({ sent, received, unexpected });

describe('traffic', () => {
  for (const destination of [address('10.1.0.20'), address('fd00:1::20')]) {
    const family = `IPv${destination.family}`;

    it(`udp-request: every question is answered over ${family}, and when`, () => {
      const report = reportOf({ ...paced, kind: 'udp-request', destination });
      deepEqual(counts(report), { sent: 10, received: 10, unexpected: 0 });
      const times = report.exchanges.map(({ sentAt, receivedAt }) => [sentAt, receivedAt]);
      const [first, ...others] = times;
      deepEqual(first, [seconds(1), seconds(1) + 4_000], 'one round trip to find the neighbor, one for the question');
      deepEqual(
        others,
        others.map((_, i) => [seconds(1.5) + i * 500_000, seconds(1.5) + i * 500_000 + 2_000]),
      );
    });

    it(`udp-push: pushes go back to who asked over ${family}`, () => {
      const report = reportOf({ ...paced, kind: 'udp-push', destination });
      deepEqual(counts(report), { sent: 10, received: 10, unexpected: 0 });
      const { sentAt, receivedAt } = report.exchanges[9];
      ok(receivedAt !== undefined && receivedAt - sentAt === 1_000);
    });

    it(`udp-one-way: what arrives over ${family} is counted where it arrives, and nothing comes back`, () => {
      const run = new Run([{ ...paced, kind: 'udp-one-way', destination }]);
      run.pair.runFor(seconds(30));
      const [report] = run.reports();
      deepEqual(counts(report), { sent: 10, received: 10, unexpected: 0 });
      equal(run.pair.frames.filter(({ from }) => from === 'server').length, 1, 'the answer to ARP alone');
    });

    it(`ping: every echo comes back over ${family}`, () => {
      deepEqual(counts(reportOf({ ...paced, kind: 'ping', destination, port: 0 })), {
        sent: 10,
        received: 10,
        unexpected: 0,
      });
    });

    it(`http-download: every byte comes over ${family}, and is the right one`, () => {
      const report = reportOf({ ...base, kind: 'http-download', destination, port: 80, bytes: 1_000_000 });
      deepEqual(counts(report), { sent: 1, received: 1, unexpected: 0 });
      const { took, ...transfer } = report.transfer!;
      deepEqual(transfer, { bytes: 1_000_000, finished: true, checksumEqual: true });
      ok(took !== undefined && took > 0 && took < seconds(1));
    });
  }

  it('keeps silent when it shall, and sends everything nevertheless', () => {
    const silences = [{ start: seconds(2), end: seconds(10) }];
    const { exchanges } = reportOf({ ...paced, kind: 'udp-request', silences, count: 4 });
    deepEqual(
      exchanges.map(({ sentAt }) => sentAt),
      [seconds(1), seconds(1.5), seconds(10), seconds(10.5)],
    );
  });

  for (const kind of ['udp-request', 'udp-push', 'udp-one-way', 'ping'] as const)
    it(`tries a session of ${kind} beside what it reports`, () => {
      const run = new Run([{ ...paced, kind }]);
      run.pair.runFor(seconds(30));
      const [before] = run.reports();
      run.probe();
      run.pair.runFor(seconds(1));
      run.pair.toClient.cut();
      run.pair.toServer.cut();
      run.probe();
      run.pair.runFor(seconds(1));
      deepEqual(run.reports(), [{ ...before, probes: { sent: 2, answered: 1 } }]);
    });

  it('has nobody to try that was never pushed to', () => {
    const run = new Run([{ ...paced, kind: 'udp-push' }]);
    run.probe();
    run.pair.runFor(seconds(0.5));
    equal(run.reports()[0].probes, undefined);
  });

  it('tells what was lost from what was not', () => {
    const run = new Run([{ ...paced, kind: 'udp-request' }]);
    run.pair.runFor(seconds(2.2));
    run.pair.toClient.cut();
    run.pair.runFor(seconds(1));
    run.pair.toClient.heal();
    run.pair.runFor(seconds(30));
    const [report] = run.reports();
    deepEqual(counts(report), { sent: 10, received: 8, unexpected: 0 });
    deepEqual(
      report.exchanges.map(({ receivedAt }) => receivedAt !== undefined),
      [true, true, true, false, false, true, true, true, true, true],
    );
  });

  it('counts answers that come twice, were not asked for, or hold wrong bytes as unexpected', () => {
    const run = new Run([{ ...paced, kind: 'udp-request' }]);
    run.pair.runFor(seconds(2.2));
    const answers = run.pair.frames.filter(({ from, bytes }) => from === 'server' && bytes.length > 60);
    const answer = answers[answers.length - 1].bytes;
    equal(answers.length, 3);
    run.pair.giveClient(answer);
    const wrong = answer.slice();
    wrong[wrong.length - 1] ^= 1;
    wrong.set([0, 0], 40);
    run.pair.giveClient(wrong);
    const socket = run.pair.server.udp(4, 7_001, () => {});
    const marker = { traffic: trafficId('traffic'), sequence: 0, kind: messageKinds.answer };
    const client = { address: address('10.1.0.10'), port: (answer[36] << 8) | answer[37] };
    socket.send(writeMessage(marker, 64), client, run.pair.now);
    run.pair.runFor(milliseconds(10));
    deepEqual(counts(run.reports()[0]), { sent: 3, received: 3, unexpected: 3 });
  });

  it('goes to one port of one host in several entries, which do not disturb each other', () => {
    const run = new Run([
      { ...paced, kind: 'udp-request', name: 'first' },
      { ...paced, kind: 'udp-request', name: 'second', count: 3 },
      { ...paced, kind: 'udp-push', name: 'third', count: 4 },
      { ...base, kind: 'http-download', name: 'fourth', port: 80, bytes: 1_000 },
      { ...base, kind: 'http-download', name: 'fifth', port: 80, bytes: 2_000 },
    ]);
    run.pair.runFor(seconds(30));
    deepEqual(
      run.reports().map(({ name, sent, received, unexpected }) => [name, sent, received, unexpected]),
      [
        ['first', 10, 10, 0],
        ['second', 3, 3, 0],
        ['third', 4, 4, 0],
        ['fourth', 1, 1, 0],
        ['fifth', 1, 1, 0],
      ],
    );
  });

  it('frees its ports when it is stopped', () => {
    const traffic: Traffic[] = [
      { ...paced, kind: 'udp-request' },
      { ...base, kind: 'http-download', name: 'download', port: 80, bytes: 1_000 },
    ];
    const run = new Run(traffic);
    run.stop();
    run.pair.runFor(seconds(10));
    equal(run.pair.frames.length, 0, 'nothing is sent any more');
    run.pair.server.udp(4, 7_000, () => {}).close();
    run.pair.server.listen(4, 80, () => ({ onData: () => {}, onEnd: () => {}, onClose: () => {} })).close();
  });

  it('scan: counts the ports that answered, and each of them once', () => {
    const scan: Traffic = { ...base, kind: 'scan', port: 0, ports: [6_998, 7_003], every: milliseconds(100) };
    const run = new Run([scan]);
    const answering = run.pair.server.udp(4, 7_000, (_payload, from, now) =>
      answering.send(Uint8Array.of(1), from, now),
    );
    const babbling = run.pair.server.udp(4, 7_002, (_payload, from, now) => {
      babbling.send(Uint8Array.of(1), from, now);
      babbling.send(Uint8Array.of(2), from, now);
    });
    run.pair.runFor(seconds(10));
    const [report] = run.reports();
    deepEqual(counts(report), { sent: 6, received: 2, unexpected: 1 });
    deepEqual(
      report.exchanges.map(({ receivedAt }) => receivedAt !== undefined),
      [false, false, true, false, true, false],
    );
  });

  it('http-download: survives loss and a path that is dead for 5 s', () => {
    const traffic: Traffic = { ...base, kind: 'http-download', port: 80, bytes: 1_000_000 };
    const run = new Run([traffic], { impairment: { delay: milliseconds(10), loss: 0.02 } });
    run.pair.runFor(seconds(1.5));
    run.pair.cut();
    run.pair.runFor(seconds(5));
    run.pair.heal();
    run.pair.runFor(seconds(60));
    const { bytes, finished, checksumEqual, took } = run.reports()[0].transfer!;
    deepEqual({ bytes, finished, checksumEqual }, { bytes: 1_000_000, finished: true, checksumEqual: true });
    ok(took! > seconds(5));
  });

  it('http-download: says so when it did not finish', () => {
    const traffic: Traffic = { ...base, kind: 'http-download', port: 80, bytes: 10_000_000 };
    const run = new Run([traffic], { impairment: { delay: milliseconds(10) } });
    run.pair.runFor(seconds(1.5));
    const [report] = run.reports();
    deepEqual(counts(report), { sent: 1, received: 0, unexpected: 0 });
    const { bytes, ...transfer } = report.transfer!;
    ok(bytes > 0 && bytes < 10_000_000);
    deepEqual(transfer, { finished: false, checksumEqual: false });
  });

  it('http-download: says so when it never will, as nobody is there to serve it', () => {
    const traffic: Traffic = { ...base, to: 'elsewhere', kind: 'http-download', port: 80, bytes: 4 };
    const run = new Run([traffic]);
    run.pair.runFor(seconds(10));
    deepEqual(run.reports()[0].transfer, {
      bytes: 0,
      finished: false,
      checksumEqual: false,
      brokenOff: true,
    });
  });

  it('http-download: finds a wrong byte', () => {
    const traffic: Traffic = { ...base, to: 'elsewhere', kind: 'http-download', port: 80, bytes: 4 };
    const run = new Run([traffic]);
    run.pair.server.listen(4, 80, (stream, now) => {
      const head = 'HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\n';
      stream.write(
        Uint8Array.from(`${head}oops`, (character) => character.charCodeAt(0)),
        now,
      );
      stream.end(now);
      return { onData: () => {}, onEnd: () => {}, onClose: () => {} };
    });
    run.pair.runFor(seconds(10));
    const [report] = run.reports();
    deepEqual(counts(report), { sent: 1, received: 0, unexpected: 1 });
    deepEqual([report.transfer?.finished, report.transfer?.checksumEqual], [true, false]);
  });

  it('has an empty report when its side never ran', () => {
    const traffic: Traffic = { ...paced, kind: 'udp-one-way' };
    deepEqual(mergeReports(traffic), { name: 'traffic', sent: 0, received: 0, unexpected: 0, exchanges: [] });
  });
});
