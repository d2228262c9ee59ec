import { deepEqual, equal } from 'node:assert/strict';
import { milliseconds, seconds } from '../../../lib/time.ts';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { addressBytes, joined, text, udpPacket } from '../../support/packets.ts';
import {
  kindOf,
  metadataBytes,
  twoRouters,
  type Lab,
  type LabOptions,
  type WanPacket,
} from '../../support/two-routers.ts';

const UUID = Uint8Array.from({ length: 16 }, (_, i) => i);

/** An established session, and a packet of each side that forgeries are made after. */
function forgingLab(options: LabOptions = {}): { lab: Lab; fromSpoke: WanPacket; fromHub: WanPacket } {
  const lab = twoRouters(options);
  lab.server.isServer = true;
  lab.exchange('1', '2');
  const [fromSpoke] = lab.wan.sentBy('spoke');
  const [fromHub] = lab.wan.sentBy('hub');
  lab.mark();
  return { lab, fromSpoke, fromHub };
}

/** The same, with ports on which the hub has no flow. */
function elsewhere({ packet, ...rest }: WanPacket): WanPacket {
  return { ...rest, packet: { ...packet, sourcePort: packet.sourcePort ^ 0x100 } };
}

const forwardMetadata = (overrides: Attributes = {}): Attributes => ({
  forwardContextIpv4: {
    source: addressBytes('10.1.0.10'),
    destination: addressBytes('10.2.0.10'),
    sourcePort: 50_000,
    destinationPort: 7_000,
    protocol: 17,
  },
  sessionUuid: UUID,
  tenant: 'corp',
  service: 'questions',
  sourceRouter: 'spoke',
  ...overrides,
});

/** SVR sheet, section 1.3. */
describe('a control message', () => {
  it('keep alive is counted and dropped', () => {
    const { lab, fromSpoke } = forgingLab();
    lab.wan.forgeMetadata(fromSpoke, { controlMessage: 'keepAlive' });
    lab.settle();
    equal(lab.hub.count('receivedKeepAlive'), 1);
    deepEqual(lab.server.received, []);
    deepEqual(lab.hub.reasons('control-received'), ['keepAlive']);
  });

  it('enable metadata turns metadata on for the flow that goes back', () => {
    const { lab, fromSpoke, fromHub } = forgingLab();
    lab.wan.forgeMetadata(fromHub, { controlMessage: 'enableMetadata' });
    lab.settle();
    lab.exchange('forward again');
    lab.wan.forgeMetadata(fromSpoke, { controlMessage: 'enableMetadata' });
    lab.settle();
    lab.server.say('reverse again', 7_000, ['10.1.0.10', 40_000]);
    lab.settle();
    lab.exchange('bare');
    deepEqual(lab.wan.packets.map(kindOf), ['forward', 'reverse', 'reverse', 'bare', 'bare']);
    for (const router of [lab.spoke, lab.hub]) {
      equal(router.count('receivedEnableMetadata'), 1);
      equal(router.count('invalidatedForEnableMetadata'), 1);
    }
    deepEqual(
      lab.wan.attributes('modifyRequest').map(({ sequence }) => sequence),
      [1, 1],
    );
  });

  it('disable metadata turns metadata off, unless it is about another session', () => {
    const lab = twoRouters({ emulator: { 'disable-metadata-delay': '60000ms' } });
    lab.exchange('1');
    const [fromSpoke] = lab.wan.packets;
    const { source, sourcePort, destination, destinationPort } = fromSpoke.packet;
    const fromHub: WanPacket = {
      ...fromSpoke,
      from: 'hub',
      frame: joined(fromSpoke.frame.slice(6, 12), fromSpoke.frame.slice(0, 6), fromSpoke.frame.slice(12)),
      packet: {
        ...fromSpoke.packet,
        source: destination,
        destination: source,
        sourcePort: destinationPort,
        destinationPort: sourcePort,
      },
    };
    lab.wan.forgeMetadata(fromHub, { controlMessage: 'disableMetadata', sessionUuid: UUID });
    lab.settle();
    lab.exchange('2');
    lab.wan.forgeMetadata(fromHub, { controlMessage: 'disableMetadata' });
    lab.settle();
    lab.exchange('3');
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'forward', 'bare']);
    equal(lab.spoke.count('receivedDisableMetadata'), 2);
  });

  it('delete session ends it', () => {
    const { lab, fromSpoke } = forgingLab();
    lab.wan.forgeMetadata(fromSpoke, { controlMessage: 'deleteSession' });
    lab.settle();
    equal(lab.hub.sessionCount, 0);
    equal(lab.hub.count('sessionsClosed'), 1);
    equal(lab.spoke.sessionCount, 1);
  });

  for (const code of [0, 4, 5, 7, 9, 255]) {
    it(`with code ${code} is counted as unknown, and dropped`, () => {
      const { lab, fromSpoke } = forgingLab();
      lab.wan.forgeMetadata(fromSpoke, { controlMessage: code === 0 ? 'unknown' : code });
      lab.settle();
      equal(lab.hub.count('unknownForcedDropReason'), 1);
      deepEqual([lab.wan.packets, lab.server.received], [[], []]);
      equal(lab.hub.sessionCount, 1);
    });
  }

  it('for a flow that is not there is counted if it asks for metadata, and never answered', () => {
    for (const mode of ['packet-based', 'inactivity-based'] as const) {
      const { lab, fromSpoke } = forgingLab({ mode });
      const stray = elsewhere(fromSpoke);
      const codes = [
        'unknown',
        'keepAlive',
        'enableMetadata',
        'disableMetadata',
        'deleteSession',
        'sessionExists',
        77,
      ] as const;
      for (const controlMessage of codes)
        lab.wan.forgeMetadata(stray, { controlMessage, sessionHealthCheck: 'request' });
      lab.settle();
      deepEqual(lab.wan.packets, []);
      equal(lab.hub.count('enableMetadataFlowMiss'), 1);
      equal(lab.hub.count('unknownWaypointSilent'), codes.length - 1);
      equal(lab.hub.sessionCount, 1);
    }
  });

  it('is obeyed, and what stands behind it is dropped', () => {
    const { lab, fromSpoke } = forgingLab();
    lab.wan.forgeMetadata(fromSpoke, { controlMessage: 'keepAlive' }, 'payload');
    lab.settle();
    deepEqual(lab.server.received, []);
  });
});

describe('metadata for a flow that is not there', () => {
  const refused: Record<string, [Attributes, Record<string, number>]> = {
    'no tenant': [{ tenant: undefined }, { missingSourceTenant: 1 }],
    'no service': [{ service: undefined }, { missingForwardSessionKey: 1 }],
    'no session': [{ sessionUuid: undefined }, { missingForwardSessionKey: 1 }],
    'no context': [{ forwardContextIpv4: undefined }, { missingForwardSessionKey: 1 }],
    'a service that is not configured': [{ service: 'gopher' }, { serviceNotFound: 1 }],
    'a tenant that may not use the service': [{ tenant: 'servers' }, { accessDenied: 1 }],
    'a destination that is not of the service': [
      { forwardContextIpv4: { ...context(), destination: addressBytes('10.3.0.10') } },
      { invalidPacket: 1 },
    ],
    'a port that is not of the service': [
      { forwardContextIpv4: { ...context(), destinationPort: 53 } },
      { invalidPacket: 1 },
    ],
    'a protocol that is not carried': [{ forwardContextIpv4: { ...context(), protocol: 47 } }, { invalidPacket: 1 }],
  };

  function context(): NonNullable<Attributes['forwardContextIpv4']> {
    const { forwardContextIpv4 } = forwardMetadata();
    if (!forwardContextIpv4) throw new Error('there is one');
    return forwardContextIpv4;
  }

  it('sets up a session', () => {
    const { lab, fromSpoke } = forgingLab();
    lab.wan.forgeMetadata(elsewhere(fromSpoke), forwardMetadata(), 'first');
    lab.settle();
    deepEqual(lab.server.answers, ['first']);
    equal(lab.hub.sessionCount, 2);
    deepEqual(lab.hub.sessionIds()[1], '00010203-0405-0607-0809-0a0b0c0d0e0f');
  });

  for (const [what, [overrides, counted]] of Object.entries(refused)) {
    it(`sets up none, and draws no answer, with ${what}`, () => {
      const { lab, fromSpoke } = forgingLab();
      const attributes = Object.fromEntries(
        Object.entries(forwardMetadata(overrides)).filter(([, value]) => value !== undefined),
      );
      lab.wan.forgeMetadata(elsewhere(fromSpoke), attributes, 'first');
      lab.settle();
      deepEqual(lab.hub.counted(), { hmacNotRequired: 1, serviceAreaDropped: 1, ...counted });
      deepEqual([lab.wan.packets, lab.server.received], [[], []]);
      equal(lab.hub.sessionCount, 1);
    });
  }

  it('sets up none if its UDP checksum is wrong', () => {
    const { lab, fromSpoke } = forgingLab();
    const { source, sourcePort, destination, destinationPort } = elsewhere(fromSpoke).packet;
    const packet = udpPacket([source, sourcePort], [destination, destinationPort], metadataBytes(forwardMetadata()));
    packet[packet.length - 1] ^= 1;
    lab.wan.deliver('hub', joined(fromSpoke.frame.slice(0, 14), packet));
    lab.settle();
    deepEqual(lab.hub.counted(), { hmacNotRequired: 1, badChecksum: 1 });
  });

  it('sets up none, and draws nothing, from an address that is no peer', () => {
    const { lab, fromSpoke } = forgingLab();
    const attributes: Attributes[] = [
      forwardMetadata(),
      { sessionHealthCheck: 'request' },
      { controlMessage: 'enableMetadata' },
    ];
    for (const one of attributes) {
      const packet = udpPacket(['172.16.0.66', 20_000], ['172.16.0.2', 20_001], metadataBytes(one));
      lab.wan.deliver('hub', joined(fromSpoke.frame.slice(0, 14), packet));
    }
    lab.settle();
    deepEqual(lab.hub.counted(), { unknownWaypointSilent: 3 });
    deepEqual(lab.wan.packets, []);
  });

  it('is answered with enable-metadata if it is a health check alone', () => {
    const { lab, fromSpoke } = forgingLab();
    for (const sessionHealthCheck of ['request', 'requestTimeout'] as const)
      lab.wan.forgeMetadata(elsewhere(fromSpoke), { sessionHealthCheck });
    lab.settle();
    deepEqual(lab.wan.packets.map(kindOf), ['control enableMetadata', 'control enableMetadata']);
    equal(lab.hub.count('unknownWaypointAnswered'), 2);
  });

  it('is stepped over as far as it is unknown', () => {
    const { lab, fromSpoke } = forgingLab();
    const block = metadataBytes(forwardMetadata(), 'tlv');
    const unknown = joined(
      block.slice(0, 8),
      Uint8Array.of(0x10, 12 + 5),
      block.slice(10, 12),
      Uint8Array.of(0, 99, 0, 1, 7),
      block.slice(12),
    );
    lab.wan.forge(elsewhere(fromSpoke), joined(unknown, text('first')));
    lab.settle();
    equal(lab.hub.count('metadataInvalidType'), 1);
    deepEqual(lab.server.answers, ['first']);
  });

  it('is dropped if its bytes do not add up', () => {
    const { lab, fromSpoke } = forgingLab();
    const block = metadataBytes(forwardMetadata());
    for (const damage of [
      (bytes: Uint8Array): void => void (bytes[8] = 0x20),
      (bytes: Uint8Array): void => void (bytes[9] = 3),
      (bytes: Uint8Array): void => void (bytes[10] = 0xff),
      (bytes: Uint8Array): void => void (bytes[15] ^= 0x40),
    ]) {
      const bytes = block.slice();
      damage(bytes);
      for (const like of [fromSpoke, elsewhere(fromSpoke)]) lab.wan.forge(like, bytes);
    }
    lab.settle();
    equal(lab.hub.count('metadataGetLength'), 8);
    equal(lab.hub.sessionCount, 1);
    deepEqual([lab.wan.packets, lab.server.received], [[], []]);
  });
});

describe('reverse metadata', () => {
  it('of another session is counted as stale, and dropped', () => {
    const { lab, fromHub } = forgingLab();
    const attributes = { ...fromHub.metadata?.attributes, sessionUuid: UUID };
    lab.wan.forgeMetadata(fromHub, attributes, 'stale');
    lab.settle();
    equal(lab.spoke.count('staleReverseMetadata'), 1);
    deepEqual(lab.client.received, []);
  });

  it('for a session that is lost is stale if its endpoints have a newer one', () => {
    const { lab, fromHub } = forgingLab();
    lab.spoke.forgetSessions();
    lab.wan.fate = () => 'lost';
    lab.exchange('newer');
    lab.wan.fate = () => 'arrives';
    lab.wan.forgeMetadata(fromHub, fromHub.metadata?.attributes ?? {}, 'stale');
    lab.settle();
    equal(lab.spoke.count('staleReverseMetadata'), 1);
    equal(lab.spoke.sessionCount, 1);
  });

  it('is invalid if its client is of another tenant, or nowhere', () => {
    const { lab, fromHub } = forgingLab();
    lab.spoke.forgetSessions();
    const attributes = fromHub.metadata?.attributes ?? {};
    const context = attributes.reverseContextIpv4;
    if (!context) throw new Error('reverse metadata has a reverse context');
    for (const destination of ['10.99.0.1', '172.16.0.9'])
      lab.wan.forgeMetadata(fromHub, {
        ...attributes,
        reverseContextIpv4: { ...context, destination: addressBytes(destination) },
      });
    lab.settle();
    equal(lab.spoke.count('invalidReverseMetadata'), 2);
    equal(lab.spoke.sessionCount, 0);
    deepEqual(lab.wan.packets, []);
  });
});

describe('two routers that have both forgotten', () => {
  it('do not answer each other without end', () => {
    for (const mode of ['packet-based', 'inactivity-based'] as const) {
      const { lab, fromSpoke, fromHub } = forgingLab({ mode });
      lab.spoke.forgetSessions();
      lab.hub.forgetSessions();
      lab.wan.forgeMetadata(fromSpoke, { sessionHealthCheck: 'request' });
      lab.wan.forgeMetadata(fromHub, { sessionHealthCheck: 'request' });
      lab.runFor(seconds(1));
      deepEqual(lab.wan.packets.map(kindOf), ['control enableMetadata', 'control enableMetadata']);
      lab.runFor(milliseconds(1));
      equal(lab.spoke.count('enableMetadataFlowMiss'), 1);
      equal(lab.hub.count('enableMetadataFlowMiss'), 1);
    }
  });
});
