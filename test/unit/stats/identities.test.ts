import { deepEqual } from 'node:assert/strict';
import { counter, counterPath, type CounterName, type CountingKind } from '../../../lib/stats/counters.ts';
import { brokenIdentities, identities } from '../../../lib/stats/identities.ts';

const broken = (kind: CountingKind, values: Partial<Record<CounterName, number>>): string[] =>
  brokenIdentities(
    kind,
    new Map(Object.entries(values).map(([name, value]) => [counterPath(counter[name as CounterName]), value])),
  );

describe('the identities of counters', () => {
  it('hold when nothing has been counted', () => {
    deepEqual(
      (['router', 'nat', 'firewall'] as const).flatMap((kind) => broken(kind, {})),
      [],
    );
  });

  it('hold for sessions that are there or have ended, and tell of one that has vanished', () => {
    const counted = {
      arpResolveSuccess: 2,
      arpResolvePending: 3,
      sessionsCreated: 5,
      sessionsTimedOut: 1,
      sessionsForgotten: 2,
    };
    deepEqual(broken('router', { ...counted, sessionsEntries: 2 }), []);
    deepEqual(broken('router', { ...counted, sessionsEntries: 1 }), [
      'it does not hold that each session that was set up is there, or has ended for a reason that is counted: 5 against 4',
    ]);
  });

  for (const { of, says, sum, is, to } of identities)
    it(`break when it does not hold that ${says}`, () => {
      const [names] = [is === 'equal' ? to : sum];
      // One more on the side that may not have more.
      const values = { [names[0]]: 1 };
      deepEqual(
        broken(of[0], values).filter((what) => what.includes(says)).length,
        1,
        `${sum.join(' + ')} is ${is} to ${to.join(' + ')}`,
      );
    });
});
