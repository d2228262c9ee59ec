import { deepEqual, equal } from 'node:assert/strict';
import { HoldDown, type HoldDownPolicy } from '../../../../lib/peering/svr-bfd/hold-down.ts';
import { NEVER, seconds, type Instant } from '../../../../lib/time.ts';

const at = (second: number): Instant => seconds(second) as number as Instant;

const holdDown = (policy: Partial<HoldDownPolicy> = {}): HoldDown =>
  new HoldDown({ holdDownTime: seconds(5), dynamicDamping: false, maximumHoldDownTime: seconds(3_600), ...policy });

/** Comes up and stays up for so many seconds, again and again; the hold-down time before each. */
function flaps(policy: Partial<HoldDownPolicy>, ...upFor: number[]): number[] {
  const held = holdDown(policy);
  held.sessionUp(at(0));
  held.sessionDown(at(1));
  let now = 1;
  return upFor.map((duration) => {
    const current = held.current / 1_000_000;
    held.sessionUp(at(now));
    held.sessionDown(at((now += duration)));
    return current;
  });
}

describe('the hold-down of a path', () => {
  it('lets a path be used at once when it comes up for the first time', () => {
    const held = holdDown();
    equal(held.until, NEVER);
    held.sessionUp(at(7));
    equal(held.until, at(7));
  });

  it('keeps a path that has failed down for the hold-down time', () => {
    const held = holdDown();
    held.sessionUp(at(1));
    held.sessionDown(at(2));
    equal(held.until, NEVER);
    held.sessionUp(at(10));
    equal(held.until, at(15));
  });

  it('counts failures while the path is held down', () => {
    const held = holdDown();
    held.sessionUp(at(0));
    held.sessionDown(at(1));
    equal(held.flaps, 0);
    held.sessionUp(at(2));
    held.sessionDown(at(3));
    equal(held.flaps, 1);
    held.sessionUp(at(4));
    held.sessionDown(at(20));
    equal(held.flaps, 1);
  });

  it('does not grow without dynamic damping', () => {
    deepEqual(flaps({}, 1, 1, 1, 1), [5, 5, 5, 5]);
  });
});

describe('dynamic damping', () => {
  it('doubles the hold-down time with every failure, up to the maximum', () => {
    deepEqual(flaps({ dynamicDamping: true, maximumHoldDownTime: seconds(60) }, 1, 1, 1, 1, 1), [5, 10, 20, 40, 60]);
  });

  it('begins again after three maxima in a row (SVR sheet, section 4.1)', () => {
    deepEqual(
      flaps({ dynamicDamping: true, maximumHoldDownTime: seconds(20) }, 1, 1, 1, 1, 1, 1, 1),
      [5, 10, 20, 20, 20, 5, 10],
    );
  });

  it('begins again when the path was steady for as long as it had been held down', () => {
    deepEqual(flaps({ dynamicDamping: true }, 1, 1, 39, 80, 1), [5, 10, 20, 40, 5]);
  });
});
