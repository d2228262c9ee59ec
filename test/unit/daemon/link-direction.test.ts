import { deepEqual, equal, ok } from 'node:assert/strict';
import { LinkDirection } from '../../../daemon/link-direction.ts';
import { Frame } from '../../../lib/frame.ts';
import { NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { linkChance, LinkModel } from '../../../lib/link/link-model.ts';
import { milliseconds, NEVER, type Instant } from '../../../lib/time.ts';

const at = (ms: number): Instant => (ms * 1_000) as Instant;
const lostBy = (reason: string): object[] => [{ type: 'frame-lost', reason }];
const frame = (byte: number): Frame => Frame.of(Uint8Array.of(byte));

function direction(
  delayMs: number,
  loss = 0,
  more: Partial<Impairment> = {},
): { link: LinkDirection; delivered: [number, number][] } {
  const delivered: [number, number][] = [];
  const impairment = { ...NO_IMPAIRMENT, delay: milliseconds(delayMs), loss, ...more };
  const link = new LinkDirection(new LinkModel(impairment, linkChance(1, 'link')), (frame, now) =>
    delivered.push([frame.bytes[frame.start], now / 1_000]),
  );
  return { link, delivered };
}

describe('one direction of a link on a real fabric', () => {
  it('delivers at once what is not delayed', () => {
    const { link, delivered } = direction(0);
    deepEqual(link.send(frame(1), at(5)), []);
    deepEqual(delivered, [[1, 5]]);
    equal(link.nextDeadline(), NEVER);
  });

  it('holds a copy of what is delayed until it is due, and keeps the order', () => {
    const { link, delivered } = direction(20);
    const reused = frame(1);
    link.send(reused, at(0));
    reused.bytes[reused.start] = 2;
    link.send(reused, at(10));
    equal(link.nextDeadline(), at(20));
    link.poll(at(19));
    deepEqual(delivered, []);
    link.poll(at(25));
    link.poll(at(30));
    deepEqual(delivered, [
      [1, 25],
      [2, 30],
    ]);
    equal(link.nextDeadline(), NEVER);
  });

  it('lets nothing overtake what is on its way when the delay goes away', () => {
    const { link, delivered } = direction(20);
    link.send(frame(1), at(0));
    link.model.impair(NO_IMPAIRMENT);
    link.send(frame(2), at(5));
    link.poll(at(20));
    deepEqual(
      delivered.map(([byte]) => byte),
      [1, 2],
    );
  });

  it('lets a frame that is faster overtake, if frames need not keep their order', () => {
    const { link, delivered } = direction(20, 0, { order: 'free' });
    link.send(frame(1), at(0));
    link.model.impair({ ...NO_IMPAIRMENT, delay: milliseconds(5), order: 'free' });
    link.send(frame(2), at(1));
    equal(link.nextDeadline(), at(6));
    link.poll(at(30));
    deepEqual(delivered.map(([byte]) => byte).join(), '2,1');
  });

  it('delivers a duplicate as well, with the id of the packet', () => {
    const ids: number[] = [];
    const impairment = { ...NO_IMPAIRMENT, delay: milliseconds(5), duplicate: 1 };
    const link = new LinkDirection(new LinkModel(impairment, linkChance(1, 'link')), ({ id }) => ids.push(id));
    const sent = frame(1);
    sent.id = 42;
    deepEqual(link.send(sent, at(0)), [{ type: 'frame-duplicated' }]);
    link.poll(at(5));
    deepEqual(ids, [42, 42]);
  });

  for (const delayMs of [0, 5])
    it(`delivers a corrupted copy with a comment, and leaves the frame as it was sent, delayed by ${delayMs} ms`, () => {
      const seen: string[] = [];
      const impairment = { ...NO_IMPAIRMENT, delay: milliseconds(delayMs), corrupt: 1 };
      const link = new LinkDirection(new LinkModel(impairment, linkChance(1, 'link')), (frame, _, comments) =>
        seen.push(`${frame.copy().filter((byte) => byte !== 0).length} byte wrong, ${comments.join()}`),
      );
      const sent = Frame.of(new Uint8Array(60));
      const [{ type, reason }] = link.send(sent, at(0));
      link.poll(at(delayMs));
      deepEqual([type, seen], ['frame-corrupted', [`1 byte wrong, corrupted on the link: ${reason}`]]);
      ok(sent.copy().every((byte) => byte === 0));
    });

  it('sends at its rate, and loses what its queue has no room for', () => {
    const { link, delivered } = direction(0, 0, { rate: 1e6, limit: 2 });
    const sent = [1, 2, 3].map((byte) => link.send(Frame.of(new Uint8Array(125).fill(byte)), at(0)));
    deepEqual(sent, [[], [], lostBy('queue-full')]);
    for (const ms of [1, 2]) link.poll(at(ms));
    deepEqual(delivered, [
      [1, 1],
      [2, 2],
    ]);
  });

  it('tells why a frame does not arrive', () => {
    deepEqual(direction(0, 1).link.send(frame(1), at(0)), lostBy('loss'));
    const { link, delivered } = direction(0);
    link.model.cut();
    deepEqual(link.send(frame(1), at(0)), lostBy('cut'));
    link.model.heal();
    deepEqual(link.send(frame(2), at(1)), []);
    deepEqual(delivered, [[2, 1]]);
  });

  it('is bounded: a full link loses what comes, and goes on when it has drained', () => {
    const { link, delivered } = direction(20);
    for (let i = 0; i < 8_192; i++) deepEqual(link.send(frame(1), at(0)), []);
    deepEqual(link.send(frame(2), at(0)), lostBy('queue-full'));
    deepEqual([link.model.statistics.framesPassed, link.model.statistics.framesQueueFull], [8_192, 1]);
    link.poll(at(20));
    equal(delivered.length, 8_192);
    deepEqual(link.send(frame(3), at(20)), []);
  });
});
