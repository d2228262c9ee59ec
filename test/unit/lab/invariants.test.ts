import { deepEqual, equal, match } from 'node:assert/strict';
import { Frame } from '../../../lib/frame.ts';
import { Invariants } from '../../../lib/lab/invariants/invariants.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { encodeMetadata, type MetadataEncoding } from '../../../lib/metadata/codec.ts';
import type { Duration } from '../../../lib/time.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { twoRouters } from '../../support/two-routers.ts';

const scenario = loadScenario('scenarios/session-recovery.yaml');
const now = 1_000 as Duration;

/** A UDP packet of four bytes from the client's port 5000 to the server's port 7000; `last` is its last byte. */
const udp = ({ last = 0x44, ttl = 64, sourcePort = 5_000, id = 7 } = {}): Frame => {
  const ip = [0x45, 0, 0, 32, 0, 0, 0, 0, ttl, 17, 0, 0, 10, 1, 0, 10, 10, 2, 0, 10];
  const folded = (() => {
    let sum = 0;
    for (let i = 0; i < 20; i += 2) sum += (ip[i] << 8) | ip[i + 1];
    while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
    return ~sum & 0xffff;
  })();
  [ip[10], ip[11]] = [folded >>> 8, folded & 0xff];
  const ethernet = [2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 0x08, 0x00];
  const header = [sourcePort >>> 8, sourcePort & 0xff, 7_000 >>> 8, 7_000 & 0xff, 0, 12, 0, 0];
  const frame = Frame.of(Uint8Array.from([...ethernet, ...ip, ...header, 0x11, 0x22, 0x33, last]));
  frame.id = id;
  return frame;
};

const broken = (look: (invariants: Invariants) => void): string[] => {
  const invariants = new Invariants(scenario, [scenario.authority]);
  look(invariants);
  return invariants.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
};

describe('the invariant of delivery', () => {
  it('holds for a packet that comes as it was sent, but for its TTL', () => {
    const found = broken((invariants) => {
      invariants.hostSent(udp());
      invariants.hostGot('server', udp({ ttl: 61 }), now);
    });
    deepEqual(found, []);
  });

  for (const [what, other] of Object.entries({
    'another payload': { last: 0x45 },
    'another port': { sourcePort: 5_001 },
  }))
    it(`is broken by ${what}`, () => {
      const [found] = broken((invariants) => {
        invariants.hostSent(udp());
        invariants.hostGot('server', udp(other), now);
      });
      match(
        found,
        /^delivery: a packet of 4 bytes by UDP from 10.1.0.10 port 500\d to 10.2.0.10 port 7000 has come, which no host/,
      );
    });

  it('is broken by a packet that comes more often than it was sent', () => {
    const [found, ...more] = broken((invariants) => {
      for (let i = 0; i < 2; i++) invariants.hostSent(udp());
      for (let i = 0; i < 3; i++) invariants.hostGot('server', udp(), now);
    });
    match(found, /has come 3 times, and was sent 2 times$/);
    equal(more.length, 0);
  });

  it('knows what links do: copies, and other bits', () => {
    const found = broken((invariants) => {
      invariants.hostSent(udp());
      invariants.changed(udp(), [{ type: 'frame-duplicated' }], true);
      for (let i = 0; i < 2; i++) invariants.hostGot('server', udp(), now);
      invariants.changed(udp({ id: 8 }), [{ type: 'frame-corrupted' }], true);
      invariants.hostGot('server', udp({ id: 8, last: 0x45 }), now);
      invariants.changed(udp({ id: 9 }), [{ type: 'frame-altered', reason: 'alter-payload' }], true);
      invariants.hostGot('server', udp({ id: 9, last: 0x46 }), now);
    });
    deepEqual(found, []);
  });

  it('knows that sealed packets come as they were sent and once, whatever links and attackers do to them', () => {
    const disturbed = (begin: (invariants: Invariants) => void): string[] =>
      broken((invariants) => {
        begin(invariants);
        invariants.hostSent(udp());
        invariants.attackerSent();
        invariants.changed(udp(), [{ type: 'frame-duplicated' }, { type: 'frame-corrupted' }], false);
        for (let i = 0; i < 2; i++) invariants.hostGot('server', udp(), now);
        invariants.hostGot('server', udp({ last: 0x45 }), now);
      });
    const [copy, other] = disturbed(() => undefined);
    match(copy, /has come 2 times, and was sent once$/);
    match(other, /has come, which no host has sent like this$/);
    // Who was started anew may take what was taken before, but nothing else.
    const [only, ...more] = disturbed((invariants) => invariants.startedAnew());
    match(only, /which no host has sent like this$/);
    equal(more.length, 0);
  });

  it('says where and when', () => {
    const invariants = new Invariants(scenario, [scenario.authority]);
    invariants.hostSent(udp());
    invariants.hostGot('server', udp({ last: 0 }), now);
    const [{ node, time, packet }] = invariants.violations;
    deepEqual([node, time, packet], ['server', 1_000, 7]);
  });
});

describe('the invariant of sessions', () => {
  const attacked = loadScenario('scenarios/attack-flood.yaml');
  const lab = twoRouters();
  lab.client.ask('question', { from: 5_000 });
  lab.settle();

  for (const router of ['spoke', 'hub'] as const)
    it(`is broken where no host has spoken as in a session of the ${router}`, () => {
      const look = (frame: Frame): string[] => {
        const invariants = new Invariants(attacked, [attacked.authority]);
        invariants.hostSent(frame);
        invariants.tablesOf(router, lab[router].device, lab.now, now);
        return invariants.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
      };
      deepEqual(look(udp()), []);
      match(
        look(udp({ sourcePort: 5_001 }))[0],
        /^sessions: it has a session by udp from .* no host has ever spoken so$/,
      );
    });
});

describe('the invariant of secrecy', () => {
  const encrypted = loadScenario('scenarios/key-rotation.yaml');
  const seen = (of: Scenario, attributes: Attributes, encoding: MetadataEncoding): string[] => {
    const invariants = new Invariants(of, [of.authority]);
    const bytes = new Uint8Array(200);
    encodeMetadata(attributes, encoding, bytes, 60);
    invariants.betweenRouters('spoke', Frame.of(bytes), now);
    return invariants.violations.map(({ invariant, what }) => `${invariant}: ${what}`);
  };

  for (const encoding of ['tlv', 'protobuf'] as const)
    it(`is broken by a name in metadata that routers encrypt, written as ${encoding}`, () => {
      deepEqual(seen(encrypted, { tenant: 'corp' }, encoding), [
        'secrecy: the name of tenant corp in metadata, which routers encrypt, can be read',
      ]);
      deepEqual(seen(encrypted, { service: 'questions' }, encoding), [
        'secrecy: the name of service questions in metadata, which routers encrypt, can be read',
      ]);
    });

  it('holds for a longer name, and where nothing is encrypted', () => {
    deepEqual(seen(encrypted, { tenant: 'corporation' }, 'tlv'), []);
    deepEqual(seen(scenario, { tenant: 'corp' }, 'tlv'), []);
  });
});
