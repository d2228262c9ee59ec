import { deepEqual, equal, ok } from 'node:assert/strict';
import { milliseconds, seconds } from '../../../lib/time.ts';
import { labConfiguration, type LabConfiguration } from '../../support/lab-configuration.ts';
import { kindOf, twoRouters, type Lab, type LabOptions } from '../../support/two-routers.ts';

const KEY = '000102030405060708090a0b0c0d0e0f';
const OTHER_KEY = '0f0e0d0c0b0a09080706050403020100';

/** A lab with one session, established. */
function established(options: LabOptions = {}): Lab {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  lab.establish();
  return lab;
}

const edited = (edit: (text: string) => string, options: LabConfiguration = {}): LabConfiguration => ({
  ...options,
  edit,
});

describe('a running router with another configuration', () => {
  it('asks after the new inactivity-timeout, and keeps the session', () => {
    const lab = established({ inactivityTimeoutSeconds: 5 });
    const before = lab.spoke.sessionIds();
    lab.reconfigure({ inactivityTimeoutSeconds: 1 });
    lab.runFor(milliseconds(1_100));
    lab.exchange('after 1.1 s');
    deepEqual(lab.wan.kinds('spoke'), ['check request']);
    deepEqual(lab.spoke.sessionIds(), before);
  });

  it('turns from one recovery detection to the other and back', () => {
    const lab = established({ mode: 'packet-based' });
    lab.reconfigure({ mode: 'inactivity-based', inactivityTimeoutSeconds: 1 });
    lab.hub.forgetSessions();
    lab.exchange('nobody answers a bare packet');
    deepEqual(lab.wan.kinds('hub'), []);
    lab.reconfigure({ mode: 'packet-based' });
    lab.exchange('answered', 'found');
    deepEqual(lab.wan.packets.slice(1).map(kindOf), ['bare', 'control enableMetadata', 'forward', 'reverse']);
  });

  it('takes metadata, attempts and their timeouts from the new configuration', () => {
    const lab = established();
    lab.reconfigure({ emulator: { 'acknowledgement-timeout': '100', 'health-check-attempts': '1' } });
    lab.wan.fate = () => 'lost';
    lab.runFor(seconds(6));
    lab.client.ask('lost');
    lab.runFor(milliseconds(150));
    lab.spoke.expectHealth({ added: 1, timeout: 1 });
    deepEqual(lab.spoke.reasons('metadata-turned-on'), ['session-health-check timeouts']);
  });

  it('ends the sessions of a service that is disabled, at both routers, and no other', () => {
    const lab = established();
    lab.client.ping(7, 'echo');
    lab.settle();
    equal(lab.spoke.sessionCount, 2);
    lab.reconfigure(edited((text) => text.replace('service questions', 'service questions\nenabled false')));
    equal(lab.spoke.sessionCount, 1);
    equal(lab.hub.sessionCount, 1);
    deepEqual(
      lab.spoke.device.sessions(lab.now).map(({ service }) => service),
      ['echo', 'echo'],
    );
  });

  it('ends the sessions of a tenant that may not use their service any more', () => {
    const lab = established();
    const denied = (text: string): string => text.replace(/(service questions[^]*?access-policy) corp/, '$1 servers');
    lab.reconfigure(edited(denied));
    equal(lab.spoke.sessionCount, 0);
    lab.exchange('denied');
    equal(lab.spoke.sessionCount, 0);
  });

  it('lets sessions know their service by its name when others come before it', () => {
    const lab = established();
    lab.reconfigure(
      edited((text) => text.replace('service web', 'service first\naddress 10.9.0.0/24\nexit\nservice web')),
    );
    deepEqual(new Set(lab.hub.device.sessions(lab.now).map(({ service }) => service)), new Set(['questions']));
    lab.exchange('goes on');
    deepEqual(lab.client.answers, ['goes on']);
  });

  it('times sessions out by the new session-type', () => {
    const lab = established();
    const quick = 'session-type quick\ntimeout 2000\nexit';
    lab.reconfigure(
      edited((text) => text.replace('service questions', `${quick}\nservice questions\nsession-type quick`)),
    );
    lab.runFor(seconds(3));
    equal(lab.spoke.sessionCount, 0);
  });

  for (const payload of [false, true]) {
    it(`goes on under another key, ${payload ? 'payload' : 'metadata'} included`, () => {
      const lab = established({ encryption: { key: KEY, payload }, hmac: {} });
      const before = lab.spoke.sessionIds();
      lab.reconfigure({
        encryption: { key: OTHER_KEY, payload, securityId: 2 },
        hmac: { key: '00112233445566778899aabbccddeeff' },
      });
      lab.hub.forgetSessions();
      lab.runFor(seconds(6));
      lab.exchange('lost', 'found');
      deepEqual(lab.client.answers, ['found']);
      deepEqual(lab.hub.sessionIds(), before);
    });
  }

  it('goes on when payload is encrypted that was not, and the other way round', () => {
    const lab = established({ encryption: { key: KEY } });
    lab.reconfigure({ encryption: { key: KEY, payload: true } });
    lab.exchange('hidden');
    ok(!Buffer.from(lab.wan.packets[0].frame).includes('hidden'));
    lab.reconfigure({ encryption: { key: KEY } });
    lab.exchange('open');
    ok(Buffer.from(lab.wan.packets.at(-2)?.frame ?? []).includes('open'));
    deepEqual(lab.client.answers, ['hidden', 'open']);
  });

  for (const isTurned of [true, false]) {
    it(`${isTurned ? 'keeps to the key that it was turned to' : 'keeps to its key'} when the new configuration says nothing of it`, () => {
      const encryption = { key: KEY, keys: { 2: OTHER_KEY } };
      const lab = established({ encryption, hubDiffers: { encryption: { key: KEY } } });
      if (isTurned) lab.spoke.device.rotateKey('between-routers', 2);
      deepEqual(
        lab.spoke.reconfigure(labConfiguration({ encryption: { key: KEY, keys: { 2: OTHER_KEY, 3: KEY } } })),
        [],
      );
      lab.client.ask('a new session', { from: 40_001 });
      lab.settle();
      equal(lab.hub.sessionCount, isTurned ? 1 : 2, 'the hub knows the first key alone');
    });
  }

  describe('at another address of the link between routers', () => {
    const change = (text: string): string => text.replace('address 172.16.0.1\n', 'address 172.16.0.77\n');
    /** A session of each direction, and a spoke that is elsewhere since. */
    const moved = (options: LabConfiguration): { readonly lab: Lab; readonly before: readonly string[] } => {
      const lab = established(options);
      for (const push of ['one', 'two', 'three']) askClient(lab, push);
      lab.runFor(seconds(3));
      lab.mark();
      const before = lab.spoke.sessionIds();
      deepEqual(lab.spoke.reconfigure(labConfiguration(edited(change, options))), []);
      lab.runFor(milliseconds(50));
      return { lab, before };
    };
    const askClient = (lab: Lab, payload: string, from = 50_000): void => {
      [lab.client.isServer, lab.server.isServer] = [true, false];
      lab.server.say(payload, from, ['10.1.0.10', 9_000]);
      lab.settle();
      [lab.client.isServer, lab.server.isServer] = [false, true];
    };

    for (const [how, options] of [
      ['the HMAC of their metadata', { hmac: {} }],
      ['what BFD has told', { failover: true }],
    ] as const)
      it(`keeps its sessions: the peer follows them there by ${how}, though nobody speaks`, () => {
        const { lab, before } = moved(options);
        equal(before.length, 2);
        equal(lab.spoke.count('modifyRequestSent'), 2);
        equal(lab.hub.reasons('session-moved').length, 2);
        lab.exchange('asked');
        askClient(lab, 'pushed');
        deepEqual(lab.client.answers, ['asked', 'pushed']);
        deepEqual(lab.server.answers, ['asked', 'pushed']);
        deepEqual([lab.spoke.sessionIds(), lab.hub.sessionIds().sort()], [before, before.toSorted()]);
        const sources = lab.wan.packets.filter(({ from }) => from === 'spoke').map(({ packet }) => packet.source);
        deepEqual(new Set(sources), new Set(['172.16.0.77']));
      });

    it('is where new sessions of the peer go, once BFD has found it', () => {
      const { lab } = moved({ failover: true });
      askClient(lab, 'new', 50_001);
      deepEqual(lab.server.answers, ['new']);
    });

    for (const [hmac, status] of [
      [{}, 'up'],
      [undefined, 'down'],
    ] as const)
      it(`is ${hmac ? 'found' : 'not believed, without an HMAC,'} by a peer that has been started anew`, () => {
        const { lab } = moved({ failover: true, ...(hmac && { hmac }) });
        lab.hub.restart();
        lab.runFor(seconds(10));
        equal(lab.hub.device.peers(lab.now)[0].status, status);
      });

    it('gives its sessions back to the old address when that is its own again', () => {
      const { lab, before } = moved({ failover: true });
      deepEqual(lab.spoke.reconfigure(labConfiguration({ failover: true })), []);
      lab.runFor(milliseconds(50));
      lab.exchange('asked');
      deepEqual(lab.client.answers, ['asked']);
      deepEqual(lab.hub.sessionIds().sort(), before.toSorted());
      equal(lab.hub.count('sessionsRecreated'), 0);
    });

    it('is left with all sessions of a peer that has forgotten them there', () => {
      const { lab } = moved({ failover: true, mode: 'packet-based' });
      lab.spoke.forgetSessions();
      deepEqual(lab.spoke.reconfigure(labConfiguration({ failover: true, mode: 'packet-based' })), []);
      lab.runFor(milliseconds(50));
      for (const payload of ['asked for', 'found']) askClient(lab, payload);
      deepEqual(lab.server.answers, ['found']);
    });

    it('is not the only one at which a peer is looked for that waits to be spoken to', () => {
      const options = { failover: true, pinhole: true };
      const elsewhere = edited((text) => text.replace('address 172.16.0.2\n', 'address 172.16.0.88\n'), options);
      const lab = established(options);
      lab.runFor(seconds(3));
      deepEqual(lab.hub.reconfigure(labConfiguration(elsewhere)), []);
      lab.runFor(seconds(1));
      lab.wan.fate = () => 'lost';
      deepEqual(lab.hub.reconfigure(labConfiguration(options)), []);
      lab.runFor(seconds(8));
      equal(lab.spoke.device.peers(lab.now)[0].status, 'down');
      lab.wan.fate = () => 'arrives';
      lab.runFor(seconds(8));
      equal(lab.spoke.device.peers(lab.now)[0].status, 'up');
    });

    it('tells who is on the link, and answers there alone', () => {
      const { lab } = moved({});
      const [announced] = lab.wan.frames
        .map(({ frame }) => frame)
        .filter((frame) => frame[12] === 8 && frame[13] === 6);
      deepEqual([...announced.subarray(28, 32), ...announced.subarray(38, 42)], [172, 16, 0, 77, 172, 16, 0, 77]);
    });
  });

  it('refuses what takes a restart, names it, and changes nothing', () => {
    const lab = established();
    const next = labConfiguration({
      inactivityTimeoutSeconds: 1,
      emulator: { 'session-table-size': '7' },
      edit: (text) =>
        text.replace(
          'device-interface lan\nnetwork-interface lan',
          'device-interface lan\nnetwork-interface lan\nvlan 7',
        ),
    });
    deepEqual(lab.spoke.reconfigure(next), [
      "changing 'authority emulator session-table-size' from its default to 7 needs a restart",
      "changing 'authority router spoke node spoke device-interface lan network-interface lan vlan' " +
        'from its default to 7 needs a restart',
    ]);
    lab.runFor(milliseconds(1_100));
    lab.exchange('after 1.1 s');
    deepEqual(lab.wan.kinds('spoke'), ['bare']);
  });
});

describe('the paths of a running router with another configuration', () => {
  const OPTIONS: LabOptions = { failover: true, wan: 'both' };
  const withoutIpv4 = (text: string): string =>
    text
      .replace('neighborhood wan\n', 'neighborhood nobody\n')
      .replace(
        /(\nrouter spoke[^]*?device-interface wan\nnetwork-interface wan\nmtu 9000)/,
        '$1\nadjacency fd00:a::2 hub\nbfd\nexit\nexit',
      )
      .replace(
        /(\nrouter hub[^]*?device-interface wan\nnetwork-interface wan\nmtu 9000)/,
        '$1\nadjacency fd00:a::1 spoke\nbfd\nexit\nexit',
      );

  /** The spoke's path and the hub's, as they tell of them. */
  const paths = (lab: Lab): string[] =>
    [lab.spoke, lab.hub].flatMap((router) =>
      router.device.peers(lab.now).map(({ destination, status, reason }) => `${destination} ${status} ${reason}`),
    );

  it('tells the peer of other BFD timers, and keeps the session of BFD', () => {
    const lab = twoRouters({ failover: true });
    lab.runFor(seconds(10));
    lab.mark();
    const timers = 'bfd\ndesired-tx-interval 200\nrequired-min-rx-interval 200\nexit\npeer';
    lab.reconfigure({
      ...{ failover: true },
      edit: (text) => text.replace(/peer (hub|spoke)\nrouter-name/g, `${timers} $1\nrouter-name`),
    });
    lab.runFor(seconds(5));
    deepEqual(
      [lab.spoke, lab.hub].flatMap((router) =>
        router.device.peers(lab.now).map((row) => [row.bfdState, row.transmitIntervalMs, row.detectionTimeMs]),
      ),
      [
        ['up', 200, 600],
        ['up', 200, 600],
      ],
    );
    equal(lab.spoke.count('bfdLinkUp'), 0);
  });

  it('moves the sessions of a path that is taken away to another', () => {
    const lab = established(OPTIONS);
    lab.runFor(seconds(4));
    equal(lab.wan.packets.filter(({ packet }) => packet.source.length > 8).length > 0, true);
    const before = lab.spoke.sessionIds();
    lab.reconfigure({ ...OPTIONS, edit: (text) => withoutIpv4(text) });
    lab.runFor(seconds(4));
    lab.exchange('over the other path');
    deepEqual(lab.client.answers, ['over the other path']);
    deepEqual(lab.spoke.sessionIds(), before);
    deepEqual(paths(lab), ['fd00:a::2 up bfd-up', 'fd00:a::1 up bfd-up']);
  });

  it('ends the sessions of a path that is taken away when there is no other', () => {
    const lab = established();
    const astray = (text: string): string =>
      withoutIpv4(text).replaceAll('fd00:a::2', '172.16.0.9').replaceAll('fd00:a::1', '172.16.0.8');
    lab.reconfigure(edited(astray));
    deepEqual([lab.spoke.sessionCount, lab.hub.sessionCount], [0, 0]);
    deepEqual(paths(lab), ['172.16.0.9 initializing bfd-starting', '172.16.0.8 initializing bfd-starting']);
  });

  it('keeps apart two paths that differ in their neighborhood alone', () => {
    const second = 'neighborhood second\ntopology mesh\nbfd\nstate disabled\nexit\nexit\n';
    const options = edited((text) =>
      text
        .replaceAll('neighborhood wan', `${second}neighborhood wan`)
        .replace('service-policy plain', 'service-policy plain\nlb-strategy proportional'),
    );
    const lab = established(options);
    const inTurn = (...payloads: readonly string[]): void =>
      payloads.forEach((payload, i) => {
        lab.client.ask(payload, { from: 40_000 + i });
        lab.settle();
      });
    inTurn('over one', 'over the other');
    lab.reconfigure({ ...options, inactivityTimeoutSeconds: 2 });
    inTurn('still one', 'still the other');
    deepEqual(lab.client.answers, ['over one', 'over the other', 'still one', 'still the other']);
  });

  it('watches paths by the configuration that it got before it began to', () => {
    const quick = (text: string): string =>
      text.replaceAll('state enabled', 'state enabled\ndesired-tx-interval 100\nrequired-min-rx-interval 100');
    const lab = twoRouters({ failover: true });
    lab.reconfigure(edited(quick, { failover: true }));
    lab.runFor(seconds(5));
    deepEqual(
      lab.spoke.device.peers(lab.now).map(({ transmitIntervalMs }) => transmitIntervalMs),
      [100],
    );
  });

  it('tells that a peer is not reachable any more when the path that is left is down', () => {
    const lab = established(OPTIONS);
    lab.wan.fate = ({ packet }) => (packet.family === 6 ? 'lost' : 'arrives');
    lab.runFor(seconds(10));
    lab.reconfigure({ ...OPTIONS, edit: (text) => withoutIpv4(text) });
    const alarms = lab.spoke.device.alarms().map(({ message }) => message);
    ok(alarms.includes('Peer hub is not reachable'), alarms.join('\n'));
  });

  it('brings up a path that is added', () => {
    const lab = established({ ...OPTIONS, edit: (text) => withoutIpv4(text) });
    lab.reconfigure(OPTIONS);
    lab.runFor(seconds(4));
    deepEqual(paths(lab).sort(), [
      '172.16.0.1 up bfd-up',
      '172.16.0.2 up bfd-up',
      'fd00:a::1 up bfd-up',
      'fd00:a::2 up bfd-up',
    ]);
    lab.exchange('goes on');
    deepEqual(lab.client.answers, ['goes on']);
  });
});

describe('an operator who deletes a session', () => {
  for (const transit of [false, true]) {
    it(`ends it at every router${transit ? ', also behind one between' : ''}`, () => {
      const lab = established({ transit });
      const [id] = lab.spoke.sessionIds();
      equal(lab.spoke.device.deleteSession(id, lab.now), true);
      lab.settle();
      deepEqual(
        [lab.spoke, lab.hub].map(({ sessionCount }) => sessionCount),
        [0, 0],
      );
      if (transit) equal(lab.mid.sessionCount, 0);
      equal(lab.spoke.device.deleteSession(id, lab.now), false);
    });
  }
});
