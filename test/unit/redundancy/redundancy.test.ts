import { deepEqual, equal, ok } from 'node:assert/strict';
import { svr } from '../../../proto/svr/v1/state.ts';
import { Frame } from '../../../lib/frame.ts';
import { decodeMetadata } from '../../../lib/metadata/codec.ts';
import { MemoryStore, type TwinEnd } from '../../../lib/stores/memory.ts';
import { redundancyTable } from '../../../lib/stats/redundancy-table.ts';
import { PACKETS_BEFORE_SYNC } from '../../../lib/service-area/replication.ts';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { NodePair } from '../../support/node-pair.ts';
import { isArpFrame, readFrame } from '../../support/packets.ts';

const { NodeState, SessionState } = svr.v1;

/** A pair whose node0 is the active one. */
function activePair(edit?: (text: string) => string): NodePair {
  const pair = new NodePair(edit && { edit });
  pair.runFor(seconds(2));
  return pair;
}

/** node1 has the priority, so that it takes the place of node0 when it can. */
const preferNode1 = (text: string): string =>
  text.replace(/(redundancy-group {2}node1\s+priority {2})50/, (_, head: string) => `${head}60`);

describe('two nodes of a router', () => {
  it('agree that the first of equals works, and the other keeps silent on the ports that they share', () => {
    const pair = activePair();
    deepEqual(pair.roles(), ['active', 'standby']);
    equal(pair.ask(5), 5);
    deepEqual([...new Set(pair.sent.map(({ node }) => node))], [0]);
    ok(pair.count(1, 'redundancyIgnored') > 0);
  });

  it('prefer the one of higher priority', () => {
    deepEqual(activePair(preferNode1).roles(), ['standby', 'active']);
  });

  it(`share a session after ${PACKETS_BEFORE_SYNC} packets, not one of fewer`, () => {
    const pair = activePair();
    pair.ask(PACKETS_BEFORE_SYNC / 2 - 1, 40_000);
    pair.ask(PACKETS_BEFORE_SYNC / 2, 40_001);
    pair.runFor(milliseconds(500));
    const rows = pair.node(0).sessions(pair.now);
    deepEqual(
      rows
        .filter(({ direction }) => direction === 'fwd')
        .map(({ sourcePort, redundancyState }) => [sourcePort, redundancyState]),
      [
        [40_000, 'NOT_SYNCED'],
        [40_001, 'SYNCED'],
      ],
    );
    deepEqual(pair.sessionIds(pair.node(1)), [
      ...new Set(rows.filter(({ redundancyState }) => redundancyState === 'SYNCED').map(({ sessionId }) => sessionId)),
    ]);
  });

  it('know a session by the same addresses, tenant, service and age', () => {
    const pair = activePair();
    pair.ask(20);
    pair.runFor(milliseconds(500));
    const [own, twin] = [pair.node(0), pair.node(1)].map((node) =>
      node.sessions(pair.now).map((row) => ({ ...row, timeout: 0 })),
    );
    deepEqual(twin, own);
  });

  it('hold a session of the twin for as long as the twin does', () => {
    const pair = activePair();
    pair.ask(20);
    pair.runFor(seconds(170));
    equal(pair.node(1).sessionCount, 1);
    pair.runFor(seconds(20));
    deepEqual([pair.node(0).sessionCount, pair.node(1).sessionCount], [0, 0]);
    equal(pair.count(1, 'sessionsDeletedByTwin'), 1);
  });
});

describe('a takeover', () => {
  it('lets every session go on, which the peer never has to make again', () => {
    const pair = activePair();
    pair.ask(20);
    pair.runFor(milliseconds(500));
    const before = pair.sessionIds(pair.hub);

    pair.kill(0);
    pair.runFor(seconds(2));
    equal(pair.ask(20), 20);

    deepEqual(pair.roles(), [undefined, 'active']);
    deepEqual(pair.sessionIds(pair.hub), before);
    deepEqual(pair.sessionIds(pair.node(1)), before);
    equal(pair.count(1, 'sessionsCreated') + pair.count(1, 'sessionsRecreated'), 0);
    equal(pair.count(1, 'replayed'), 0);
    equal(pair.hub.counters.read('emulator hmac replayed'), 0);
  });

  it('comes within the detection time and two beats', () => {
    const pair = activePair();
    const killedAt = pair.now;
    pair.kill(0);
    pair.runFor(seconds(3));
    const [takeover] = pair.events.filter(
      ({ type, node, reason }) => type === 'role-changed' && node === 1 && reason === 'active',
    );
    ok(takeover.at - killedAt >= seconds(1) - milliseconds(334));
    ok(takeover.at - killedAt <= seconds(1) + milliseconds(2 * 334));
  });

  it('describes each session to the peer with its next packet, and then no more', () => {
    const pair = activePair();
    pair.ask(20);
    pair.runFor(milliseconds(500));
    pair.kill(0);
    pair.runFor(seconds(2));
    pair.ask(3);
    equal(pair.count(1, 'metadataAdded'), 1);
  });

  it('tells both links where the addresses are: by gratuitous ARP and unsolicited neighbor advertisement, three times', () => {
    const pair = activePair();
    pair.kill(0);
    pair.runFor(seconds(6));
    const announced = pair.sent.filter(({ node }) => node === 1);
    const arps = announced.filter(({ bytes }) => isArpFrame(bytes));
    const all = arps.map(({ port, bytes }) => [
      port,
      [...bytes.slice(0, 6)],
      [...bytes.slice(28, 32)],
      [...bytes.slice(38, 42)],
    ]);
    const gratuitous = all.filter(([, , sender, target]) => String(sender) === String(target));
    const everybody = [255, 255, 255, 255, 255, 255];
    const lan = ['lan', everybody, [10, 1, 0, 1], [10, 1, 0, 1]];
    const wan = ['wan', everybody, [172, 16, 0, 1], [172, 16, 0, 1]];
    deepEqual(gratuitous, [lan, wan, lan, wan, lan, wan]);

    const advertisements = announced.filter(({ bytes }) => readFrame(bytes)?.icmp?.[0] === 136);
    deepEqual(
      advertisements.map(({ port, bytes }) => [port, readFrame(bytes)?.destination, bytes[0], readFrame(bytes)?.l4[4]]),
      // Neither asked for nor from a router: of the flags only 'override' is set.
      Array.from({ length: 3 }, () => ['lan', 'ff02::1', 0x33, 0x20]),
    );
  });

  it('refuses a copy of metadata that the dead node has taken, while its time is not over', () => {
    const pair = activePair((text) => text.replace('authority\n', 'authority\nemulator\nhmac-time-window 20\nexit\n'));
    pair.ask(1);
    const [copy] = pair.fromHub.filter((frame) => {
      const payload = readFrame(frame)?.payload;
      return payload && typeof decodeMetadata(payload, 0, payload.length) === 'object';
    });
    ok(copy);
    pair.ask(20);
    pair.kill(0);
    pair.runFor(seconds(2));
    const answers = pair.client.answers.length;

    pair.node(1).receive(1, Frame.of(copy), pair.now);
    pair.runFor(milliseconds(10));

    deepEqual([pair.count(1, 'outsideTimeWindow'), pair.client.answers.length], [1, answers]);
  });

  it('refuses a copy of a packet that the dead node has taken', () => {
    const pair = activePair((text) => text.replace(/hmac-mode +time-based/, 'hmac-mode regular'));
    pair.ask(20);
    const copy = pair.fromHub.at(-1);
    ok(copy);
    // A refresh tells the twin how far the packets have come.
    pair.runFor(seconds(40));
    pair.kill(0);
    pair.runFor(seconds(2));
    const answers = pair.client.answers.length;

    pair.node(1).receive(1, Frame.of(copy), pair.now);
    pair.runFor(milliseconds(10));

    deepEqual([pair.count(1, 'replayed'), pair.client.answers.length], [1, answers]);
    equal(pair.ask(5), 5);
  });
});

describe('a node that comes back', () => {
  it('learns every session, and leaves the active node of the same priority where it is', () => {
    const pair = activePair();
    pair.ask(20);
    pair.runFor(milliseconds(500));
    pair.kill(0);
    pair.runFor(seconds(2));
    pair.start(0);
    pair.runFor(seconds(5));
    deepEqual(pair.roles(), ['standby', 'active']);
    deepEqual(pair.sessionIds(pair.node(0)), pair.sessionIds(pair.node(1)));
    equal(pair.ask(5), 5);

    pair.kill(1);
    pair.runFor(seconds(2));
    equal(pair.ask(5), 5);
    equal(pair.count(0, 'sessionsCreated') + pair.count(0, 'sessionsRecreated'), 0);
  });

  it('of higher priority takes its place again, without a break', () => {
    const pair = activePair(preferNode1);
    pair.ask(20);
    pair.kill(1);
    pair.runFor(seconds(2));
    const killed = pair.ask(20);
    pair.start(1);
    pair.client.received.length = 0;
    pair.ask(300);
    deepEqual(pair.roles(), ['standby', 'active']);
    // For the moment in which both work, an answer may come twice on a link that tells everybody everything.
    deepEqual([killed, new Set(pair.client.answers).size], [20, 300]);
    equal(pair.count(0, 'redundancyStepDowns'), 1);
    deepEqual(pair.sessionIds(pair.node(0)), pair.sessionIds(pair.node(1)));
  });
});

describe('a node that loses the carrier of a port', () => {
  for (const port of ['lan', 'wan'] as const)
    it(`leaves all ports to its twin at once, with every session (${port})`, () => {
      const pair = activePair();
      pair.ask(20);
      pair.runFor(milliseconds(500));
      pair.setCarrier(0, port, false);
      pair.runFor(milliseconds(10));
      deepEqual(pair.roles(), ['standby', 'active']);
      equal(pair.ask(20), 20);
      equal(pair.count(1, 'sessionsCreated') + pair.count(1, 'sessionsRecreated'), 0);

      pair.setCarrier(0, port, true);
      pair.runFor(seconds(3));
      deepEqual(pair.roles(), ['standby', 'active'], 'equals stay where they are');
      equal(pair.ask(5), 5);
    });

  it('takes its place again when it has it back, if its priority is higher', () => {
    const pair = activePair(preferNode1);
    pair.ask(20);
    pair.setCarrier(1, 'wan', false);
    pair.runFor(seconds(1));
    deepEqual(pair.roles(), ['active', 'standby']);
    pair.setCarrier(1, 'wan', true);
    pair.runFor(seconds(1));
    deepEqual(pair.roles(), ['standby', 'active']);
    equal(pair.ask(5), 5);
  });

  it('stays the active one while its twin has lost as many', () => {
    const pair = activePair();
    pair.setCarrier(1, 'lan', false);
    pair.setCarrier(0, 'wan', false);
    pair.runFor(seconds(3));
    deepEqual(pair.roles(), ['active', 'standby']);
  });
});

describe('a store that is lost', () => {
  it('stops nothing and moves nobody, and knows everything again when it is back empty', () => {
    const store = new MemoryStore();
    const pair = new NodePair({ store });
    pair.runFor(seconds(2));
    pair.ask(20);
    pair.runFor(milliseconds(500));

    store.fail(pair.now);
    equal(pair.ask(300), 300);
    pair.ask(20, 40_001);
    deepEqual(pair.roles(), ['active', 'standby']);
    equal(pair.node(1).sessionCount, 1);
    store.empty();
    store.recover(pair.now);
    pair.runFor(seconds(2));

    deepEqual(pair.roles(), ['active', 'standby']);
    deepEqual(pair.sessionIds(pair.node(1)).sort(), pair.sessionIds(pair.node(0)).sort());
    equal(pair.node(1).sessionCount, 2);
    pair.kill(0);
    pair.runFor(seconds(2));
    deepEqual([pair.ask(5), pair.ask(5, 40_001)], [5, 5]);
    deepEqual(
      pair.events.filter(({ type, node }) => type === 'store-changed' && node === 1).map(({ reason }) => reason),
      ['connected', 'lost', 'connected'],
    );
  });

  it('takes sessions with it that ended meanwhile', () => {
    const store = new MemoryStore();
    const pair = new NodePair({ store });
    pair.runFor(seconds(2));
    pair.ask(20);
    pair.runFor(milliseconds(500));
    store.fail(pair.now);
    pair.node(0).forgetSessions();
    store.recover(pair.now);
    pair.runFor(seconds(1));
    equal(pair.node(1).sessionCount, 0);
  });
});

describe('what comes from the store', () => {
  const honest = (): { pair: NodePair; record: ReturnType<typeof SessionState.decode>; key: string } => {
    const pair = activePair();
    let seen: [string, Uint8Array] | undefined;
    const store = pair.stores[0];
    ok(store);
    const put = store.put.bind(store);
    store.put = (key, value, now) => {
      if (key.startsWith('session/')) seen = [key, value];
      put(key, value, now);
    };
    pair.ask(20);
    pair.runFor(milliseconds(500));
    ok(seen);
    return { pair, record: SessionState.decode(seen[1]), key: seen[0] };
  };

  it('is refused and counted when it makes no sense, and nothing is set up', () => {
    const { pair, record, key } = honest();
    const store = pair.stores[0];
    ok(store);
    const { from, to } = record;
    ok(from && to);
    const wrong: [string, Uint8Array][] = [
      [key, Uint8Array.of(0xff, 0xff, 0xff)],
      [key, new Uint8Array()],
      ['session/another', SessionState.encode(record).finish()],
      [key, SessionState.encode({ ...record, uuid: record.uuid.slice(1) }).finish()],
      [key, SessionState.encode({ ...record, service: 'nobody' }).finish()],
      [key, SessionState.encode({ ...record, tenant: 'nobody' }).finish()],
      [key, SessionState.encode({ ...record, sourceRouter: 'nobody' }).finish()],
      [key, SessionState.encode({ ...record, timeoutMs: NaN }).finish()],
      [key, SessionState.encode({ ...record, createdAt: -1 }).finish()],
      [key, SessionState.encode({ ...record, from: { ...from, globalInterfaceId: 77 } }).finish()],
      [key, SessionState.encode({ ...record, from: { ...from, source: Uint8Array.of(1, 2) } }).finish()],
      [key, SessionState.encode({ ...record, from: { ...from, sourcePort: 70_000 } }).finish()],
      [key, SessionState.encode({ ...record, to: { ...to, path: { ...to.path, peer: 'nobody' } } }).finish()],
      [key, SessionState.encode({ ...record, to: null }).finish()],
      ['beat', Uint8Array.of(8, 9)],
      ['beat', Uint8Array.of(0xff)],
    ];
    const before = pair.sessionIds(pair.node(1));
    for (const [wrongKey, value] of wrong) store.put(wrongKey, value, pair.now);
    pair.runFor(milliseconds(100));
    equal(pair.count(1, 'redundancyRefused'), wrong.length);
    deepEqual(pair.sessionIds(pair.node(1)), before);
    deepEqual(pair.roles(), ['active', 'standby']);
  });

  it('is refused when it would put a session twice on one key', () => {
    const { pair, record, key } = honest();
    const store = pair.stores[0];
    ok(store && record.from);
    store.put(key, SessionState.encode({ ...record, to: record.from }).finish(), pair.now);
    pair.runFor(milliseconds(100));
    equal(pair.count(1, 'redundancyRefused'), 1);
  });
});

describe('the counters of a node with a twin', () => {
  /** Each with the least of what makes it count, at the end of which the node has counted. */
  const stories: Readonly<Record<keyof typeof redundancyTable, (pair: NodePair) => TwinEnd>> = {
    redundancyPublished: (pair) => (pair.ask(20), 0),
    redundancyImported: (pair) => (pair.ask(20), 1),
    redundancyRefused: (pair) => (pair.stores[0]?.put('beat', Uint8Array.of(0xff), pair.now), 1),
    redundancyTakeovers: () => 0,
    redundancyStepDowns(pair) {
      // What node0 says of itself sounds like the node that is preferred.
      pair.stores[1]?.put('beat', NodeState.encode({ role: 2, priority: 99 }).finish(), pair.now);
      return 0;
    },
    redundancyIgnored: (pair) => (pair.ask(1), 1),
    storeSent: () => 1,
    storeDropped: (pair) => (pair.store.fail(pair.now), 1),
    storeReceived: () => 1,
    storeLosses: (pair) => (pair.store.fail(pair.now), 1),
    storeRefused: () => 1,
    sessionsDeletedByTwin(pair) {
      pair.ask(20);
      pair.runFor(milliseconds(500));
      pair.node(0).forgetSessions();
      return 1;
    },
  };

  for (const name of Object.keys(redundancyTable) as (keyof typeof redundancyTable)[]) {
    // A store in memory gives no wrong answers: that one is counted by the Redis store.
    const expected = name === 'storeRefused' ? 0 : 1;
    it(`${redundancyTable[name].path}: ${redundancyTable[name].help}`, () => {
      const pair = activePair();
      const end = stories[name](pair);
      pair.runFor(milliseconds(600));
      equal(Math.min(pair.count(end, name), 1), expected);
    });
  }
});
