import { deepEqual, equal } from 'node:assert/strict';
import { LinkDirection } from '../../../daemon/link-direction.ts';
import { Frame } from '../../../lib/frame.ts';
import { NO_IMPAIRMENT } from '../../../lib/link/impairment.ts';
import { linkChance, LinkModel } from '../../../lib/link/link-model.ts';
import { milliseconds, NEVER, type Instant } from '../../../lib/time.ts';

const at = (ms: number): Instant => (ms * 1_000) as Instant;
const lostBy = (reason: string): object[] => [{ type: 'frame-lost', reason }];
const frame = (byte: number): Frame => Frame.of(Uint8Array.of(byte));

function direction(delayMs: number, loss = 0): { link: LinkDirection; delivered: [number, number][] } {
  const delivered: [number, number][] = [];
  const impairment = { ...NO_IMPAIRMENT, delay: milliseconds(delayMs), loss };
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
    link.poll(at(20));
    equal(delivered.length, 8_192);
    deepEqual(link.send(frame(3), at(20)), []);
  });
});
