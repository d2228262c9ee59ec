import { deepEqual, equal } from 'node:assert/strict';
import { isUsable, pathCondition, type PathFacts } from '../../../lib/peering/path-status.ts';

/** A path of which nothing is wrong. */
const good: PathFacts = {
  isInterfaceUp: true,
  isStandby: false,
  isWatched: true,
  isNextHopSilent: false,
  isSessionUp: true,
  isHeldDown: false,
  isStarting: false,
  isPeerOutboundOnly: false,
  lastDown: 'timer-expiry',
};

const described = (facts: Partial<PathFacts>): string => {
  const { status, reason } = pathCondition({ ...good, ...facts });
  return `${status}: ${reason}`;
};

describe('the status of a path', () => {
  it('is up while its session is', () => equal(described({}), 'up: bfd-up'));

  it('is up when nobody watches it', () =>
    equal(described({ isWatched: false, isSessionUp: false }), 'up: bfd-disabled'));

  it('is initializing until the session has had time to come up', () =>
    equal(described({ isSessionUp: false, isStarting: true }), 'initializing: bfd-starting'));

  for (const lastDown of ['timer-expiry', 'remote-down', 'remote-admin-down', 'local-oper-down'] as const)
    it(`is down for the reason that its session went down: ${lastDown}`, () =>
      equal(described({ isSessionUp: false, lastDown }), `down: ${lastDown}`));

  it('is down while a session that came up again is held down', () =>
    equal(described({ isHeldDown: true }), 'down: hold-down'));

  it('is down at once with its interface or its gateway, whatever its session says', () => {
    equal(described({ isInterfaceUp: false }), 'down: interface-down');
    equal(described({ isNextHopSilent: true }), 'down: gateway-arp-unresolved');
    equal(described({ isInterfaceUp: false, isWatched: false }), 'down: interface-down');
  });

  it('is standby while another node has the interface', () =>
    equal(described({ isStandby: true, isSessionUp: false }), 'standby: interface-standby'));

  it('lets sessions over it when it is up or initializing', () =>
    deepEqual(
      (['up', 'initializing', 'down', 'standby'] as const).map((status) => isUsable({ status, reason: 'bfd-up' })),
      [true, true, false, false],
    ));

  it('is not trusted while it starts if the peer only reaches out, and has not yet', () => {
    const facts = { isSessionUp: false, isStarting: true, isPeerOutboundOnly: true };
    equal(described(facts), 'initializing: awaits-pinhole');
    equal(isUsable(pathCondition({ ...good, ...facts })), false);
    equal(described({ ...facts, isStarting: false }), 'down: timer-expiry');
  });
});
