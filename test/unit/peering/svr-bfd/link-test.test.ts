import { deepEqual, equal, ok } from 'node:assert/strict';
import { LinkTest, type LinkTestOptions, type PathMetrics } from '../../../../lib/peering/svr-bfd/link-test.ts';
import type { Echo } from '../../../../lib/peering/svr-bfd/metadata.ts';
import type { Random } from '../../../../lib/random.ts';
import { NEVER, after, milliseconds, seconds, type Duration, type Instant } from '../../../../lib/time.ts';

const START = seconds(1_000) as number as Instant;
const atOnce: Random = { unit: () => 0, below: () => 0, fill: () => undefined };

/** A path whose far end answers each echo after a delay of its own, or never. */
class Path {
  now = START;
  readonly sent: { readonly echo: Echo; readonly at: Duration }[] = [];
  readonly results: PathMetrics[] = [];
  readonly test: LinkTest;
  roundTrip: (echo: Echo) => Duration | undefined = () => milliseconds(20);
  readonly #replies: { readonly at: Instant; readonly echo: Echo }[] = [];

  constructor(options: Partial<LinkTestOptions> = {}) {
    this.test = new LinkTest({
      interval: seconds(10),
      length: 10,
      averageOver: seconds(60),
      random: atOnce,
      send: (echo, now) => {
        this.sent.push({ echo, at: (now - START) as Duration });
        const trip = this.roundTrip(echo);
        if (trip !== undefined) this.#replies.push({ at: after(now, trip), echo: { ...echo, kind: 'reply' } });
      },
      finished: (metrics) => this.results.push(metrics),
      ...options,
    });
  }

  runFor(duration: Duration): this {
    const end = after(this.now, duration);
    for (;;) {
      this.#replies.sort((a, b) => a.at - b.at);
      const next = Math.min(this.#replies[0]?.at ?? NEVER, this.test.nextDeadline()) as Instant;
      if (next > end) break;
      this.now = Math.max(this.now, next) as Instant;
      const reply = this.#replies[0]?.at <= this.now ? this.#replies.shift() : undefined;
      if (reply) this.test.reply(reply.echo, this.now);
      else this.test.poll(this.now);
    }
    this.now = end;
    return this;
  }
}

const started = (options?: Partial<LinkTestOptions>): Path => {
  const path = new Path(options);
  path.test.start(START);
  return path;
};

describe('a link test', () => {
  it('sends a burst of so many packets, once in an interval', () => {
    const path = started().runFor(seconds(25));
    equal(path.sent.length, 30);
    deepEqual(
      path.sent.slice(9, 12).map(({ echo, at }) => [echo.burst, echo.index, at / 1_000]),
      [
        [1, 9, 900],
        [2, 0, 10_000],
        [2, 1, 10_100],
      ],
    );
  });

  it('tells latency one way, jitter, loss and the score', () => {
    const path = started();
    path.roundTrip = ({ index }) => milliseconds(index % 2 === 0 ? 40 : 44);
    path.runFor(seconds(5));
    equal(path.results.length, 1);
    const [{ latencyMs, jitterMs, loss, mos }] = path.results;
    deepEqual([latencyMs, jitterMs, loss], [21, 2, 0]);
    ok(mos > 4.3 && mos < 4.5);
  });

  it('is over with its last reply, or a second after its last packet', () => {
    const path = started().runFor(milliseconds(920));
    equal(path.results.length, 1);
    const lossy = started();
    lossy.roundTrip = ({ index }) => (index === 9 ? undefined : milliseconds(20));
    lossy.runFor(milliseconds(1_899));
    equal(lossy.results.length, 0);
    lossy.runFor(milliseconds(1));
    equal(lossy.results.length, 1);
    ok(Math.abs(lossy.results[0].loss - 0.1) < 1e-9);
  });

  it('that loses all keeps the latency that was', () => {
    const path = started().runFor(seconds(5));
    path.roundTrip = () => undefined;
    path.runFor(seconds(10));
    deepEqual([path.results[1].latencyMs, path.results[1].loss], [10, 1]);
    ok(path.results[1].mos < 2);
  });

  it('fits into an interval that is short', () => {
    const path = started({ interval: seconds(1), length: 50 }).runFor(milliseconds(9_999));
    equal(path.sent.length, 500);
    equal(path.results.length, 10);
  });

  it('takes no reply twice, none to another burst, and none that was not asked for', () => {
    const path = started();
    path.roundTrip = () => undefined;
    path.runFor(milliseconds(150));
    const reply = (burst: number, index: number): boolean => path.test.reply({ kind: 'reply', burst, index }, path.now);
    deepEqual(
      [reply(1, 1), reply(1, 1), reply(0, 0), reply(2, 0), reply(1, 2), reply(1, 4_000_000_000)],
      [true, false, false, false, false, false],
    );
  });

  it('of length 0 is none', () => {
    equal(started({ length: 0 }).test.nextDeadline(), NEVER);
  });

  it('stops with the session, and forgets what it measured', () => {
    const path = started().runFor(seconds(15));
    path.test.stop();
    equal(path.test.nextDeadline(), NEVER);
    equal(path.test.last, undefined);
    equal(path.test.average(path.now), undefined);
  });

  it('averages over the bursts of the last minute', () => {
    const path = started();
    path.roundTrip = ({ burst }) => milliseconds(burst <= 2 ? 200 : 40);
    path.runFor(seconds(20));
    equal(path.test.average(path.now)?.latencyMs, 100);
    path.runFor(seconds(20));
    equal(path.test.average(path.now)?.latencyMs, 60);
    path.runFor(seconds(60));
    equal(path.test.average(path.now)?.latencyMs, 20);
  });
});
