import { deepEqual, equal } from 'node:assert/strict';
import { PathOrder } from '../../../../lib/capture/ladder/path-order.ts';

/** The order that comes of hops, each as two letters. */
function orderOf(...hops: string[]): string {
  const order = new PathOrder(64);
  for (const [before, after] of hops) order.follow(order.placeOf(before), order.placeOf(after));
  return order.ordered().join('');
}

describe('the order of nodes on a path', () => {
  it('is that of the hops, whatever was seen first', () => {
    equal(orderOf('cd', 'ab', 'bc'), 'abcd');
  });

  it('puts nodes that stand in for each other beside each other, the first seen first', () => {
    equal(orderOf('ab', 'bd', 'de', 'ac', 'cd'), 'abcde');
  });

  it('follows the greater number where hops contradict each other, and the first sight in a circle', () => {
    equal(orderOf('ba', 'ab', 'ab'), 'ab');
    equal(orderOf('ab', 'bc', 'ca'), 'abc');
  });

  it('has no place for more nodes than it may tell apart', () => {
    const order = new PathOrder(2);
    deepEqual(
      ['a', 'b', 'c', 'a'].map((name) => order.placeOf(name)),
      [0, 1, -1, 0],
    );
  });
});
