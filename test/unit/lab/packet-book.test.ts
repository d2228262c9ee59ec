import { deepEqual, equal } from 'node:assert/strict';
import { PacketBook } from '../../../lib/lab/invariants/packet-book.ts';
import { SeededRandom } from '../../../lib/random.ts';

describe('a packet book', () => {
  it('counts as a map would, while it grows and with numbers that meet in one slot', () => {
    const random = new SeededRandom(1);
    const book = new PacketBook();
    const known = new Map<number, { sent: number; delivered: number }>();
    for (let i = 0; i < 10_000; i++) {
      // Those that differ in their high bits only begin their search at the same slot.
      const packet = random.below(2 ** 9) * 2 ** 40 + random.below(8) + 1;
      const expected = known.get(packet);
      equal(book.has(packet), expected !== undefined);
      if (expected && random.below(2) === 0) {
        equal(book.countDelivered(packet), ++expected.delivered);
      } else {
        book.countSent(packet);
        known.set(packet, { sent: (expected?.sent ?? 0) + 1, delivered: expected?.delivered ?? 0 });
      }
    }
    equal(book.size, known.size);
    const counted = [...known.keys()].map((packet) => [book.sent(packet), book.countDelivered(packet) - 1]);
    deepEqual(
      counted,
      [...known.values()].map(({ sent, delivered }) => [sent, delivered]),
    );
  });

  it('knows nothing that was not sent', () => {
    const book = new PacketBook();
    book.countSent(2 ** 53);
    deepEqual([book.has(2 ** 53), book.has(1), book.has(2 ** 53 - 1_024)], [true, false, false]);
  });
});
