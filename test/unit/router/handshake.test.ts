import { deepEqual, equal, ok } from 'node:assert/strict';
import { after, milliseconds, seconds } from '../../../lib/time.ts';
import { echoPacket, text, textOf } from '../../support/packets.ts';
import { LAB_START, WAN_DELAY, kindOf, twoRouters } from '../../support/two-routers.ts';

/** SVR sheet, section 2.3. */
describe('the metadata handshake', () => {
  it('puts metadata on forward packets until reverse metadata comes, and on reverse ones until a bare forward packet does', () => {
    const lab = twoRouters();
    for (const payload of ['1', '2', '3']) lab.client.ask(payload);
    lab.settle();
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'forward', 'forward']);
    deepEqual(lab.server.answers, ['1', '2', '3']);

    for (const payload of ['a', 'b']) lab.server.say(payload, 7_000, ['10.1.0.10', 40_000]);
    lab.settle();
    deepEqual(lab.wan.kinds('hub'), ['reverse', 'reverse']);
    deepEqual(lab.client.answers, ['a', 'b']);
    equal(lab.spoke.count('validReverseMetadata'), 1, 'the first reverse metadata ends the forward one');
    equal(lab.spoke.count('duplicateReverseMetadata'), 1);

    lab.client.ask('4');
    lab.settle();
    lab.server.say('c', 7_000, ['10.1.0.10', 40_000]);
    lab.settle();
    deepEqual(lab.wan.packets.map(kindOf), ['forward', 'forward', 'forward', 'reverse', 'reverse', 'bare', 'bare']);
    deepEqual(lab.server.answers, ['1', '2', '3', '4']);
    deepEqual(lab.client.answers, ['a', 'b', 'c']);

    deepEqual(lab.spoke.counted(), {
      metadataAdded: 3,
      metadataAddNotRequired: 1,
      metadataRemoved: 2,
      metadataRemoveNotRequired: 1,
      hmacNotRequired: 3,
      existingFlows: 2,
      validReverseMetadata: 1,
      duplicateReverseMetadata: 1,
      arpResolvePending: 1,
      sessionsInstalled: 1,
      sessionsCreated: 1,
    });
    deepEqual(lab.hub.counted(), {
      metadataAdded: 2,
      metadataAddNotRequired: 1,
      metadataRemoved: 3,
      metadataRemoveNotRequired: 1,
      hmacNotRequired: 4,
      existingFlows: 2,
      existingSession: 2,
      serviceValidated: 1,
      arpResolvePending: 1,
      sessionsInstalled: 1,
      sessionsCreated: 1,
    });
  });

  it('tells the hub who asks what of whom, and where it came in', () => {
    const lab = twoRouters();
    lab.exchange('question');
    const [{ packet, metadata }] = lab.wan.packets;
    deepEqual([packet.source, packet.destination], ['172.16.0.1', '172.16.0.2']);
    equal(packet.sourcePort % 2, 0, 'even for the initiator');
    equal(packet.destinationPort % 2, 1, 'odd for its peer');
    ok(packet.isIntact);
    const { sessionUuid, forwardContextIpv4, ...rest } = metadata?.attributes ?? {};
    deepEqual(rest, { tenant: 'corp', service: 'questions', sourceRouter: 'spoke' });
    deepEqual(forwardContextIpv4, {
      source: Uint8Array.of(10, 1, 0, 10),
      destination: Uint8Array.of(10, 2, 0, 10),
      sourcePort: 40_000,
      destinationPort: 7_000,
      protocol: 17,
    });
    equal(sessionUuid?.length, 16);
    deepEqual(lab.hub.sessionIds(), lab.spoke.sessionIds());
    equal(textOf(packet.payload.slice(metadata?.length)), 'question');
  });

  it('answers with the same endpoints, as the server sees them', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('question');
    const [forward, reverse] = lab.wan.packets;
    deepEqual(reverse.metadata?.attributes.reverseContextIpv4, {
      source: Uint8Array.of(10, 2, 0, 10),
      destination: Uint8Array.of(10, 1, 0, 10),
      sourcePort: 7_000,
      destinationPort: 40_000,
      protocol: 17,
    });
    equal(reverse.metadata?.attributes.disableForwardMetadata, true);
    deepEqual(reverse.metadata?.attributes.sessionUuid, forward.metadata?.attributes.sessionUuid);
    deepEqual(
      [reverse.packet.sourcePort, reverse.packet.destinationPort],
      [forward.packet.destinationPort, forward.packet.sourcePort],
    );
  });

  it('stops the metadata of one-way traffic by a message, after the delay that is configured', () => {
    const lab = twoRouters({ emulator: { 'disable-metadata-delay': '300ms' } });
    lab.client.ask('log 1');
    lab.runFor(milliseconds(200));
    lab.client.ask('log 2');
    lab.runFor(milliseconds(200));
    lab.client.ask('log 3');
    lab.settle();
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'forward', 'bare']);
    deepEqual(lab.wan.kinds('hub'), ['control disableMetadata']);
    const sentAfter = lab.wan.sentBy('hub')[0].at - lab.wan.sentBy('spoke')[0].at;
    // The first packet waits for the hub's link address, there and back.
    ok(sentAfter >= milliseconds(300) + WAN_DELAY && sentAfter < milliseconds(300) + 4 * WAN_DELAY);
    deepEqual(lab.server.answers, ['log 1', 'log 2', 'log 3']);
    equal(lab.hub.count('sentDisableMetadata'), 1);
    equal(lab.spoke.count('receivedDisableMetadata'), 1);

    lab.mark();
    lab.server.say('late answer', 7_000, ['10.1.0.10', 40_000]);
    lab.settle();
    deepEqual(lab.wan.kinds('hub'), ['bare'], 'the bare packet had ended the reverse metadata');
    deepEqual(lab.client.answers, ['late answer']);
  });

  it('needs no message if anything goes back within the delay', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('question');
    lab.runFor(seconds(1));
    deepEqual(lab.wan.kinds('hub'), ['reverse']);
    equal(lab.hub.count('sentDisableMetadata'), 0);
  });

  it('ends reverse metadata by a message when the client is silent and the server goes on', () => {
    const lab = twoRouters();
    lab.client.ask('subscribe');
    lab.settle();
    for (let i = 0; i < 5; i++) {
      lab.server.say(`update ${i}`, 7_000, ['10.1.0.10', 40_000]);
      lab.runFor(milliseconds(150));
    }
    deepEqual(lab.wan.kinds('hub'), ['reverse', 'reverse', 'reverse', 'bare', 'bare']);
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'control disableMetadata']);
    deepEqual(lab.client.answers, ['update 0', 'update 1', 'update 2', 'update 3', 'update 4']);
    equal(lab.hub.count('receivedDisableMetadata'), 1);
  });

  it('goes on with metadata when reverse metadata is lost, and ends with the next', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.wan.lose(1, ({ from }) => from === 'hub');
    lab.exchange('1', '2', '3', '4');
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'forward', 'bare', 'bare']);
    deepEqual(lab.wan.kinds('hub'), ['reverse', 'reverse', 'bare', 'bare']);
    deepEqual(lab.client.answers, ['2', '3', '4']);
  });

  it('ends for payloads that begin with the cookie too', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    const cookie = Uint8Array.of(0x4c, 0x48, 0xdb, 0xc6, 0xdd, 0xf6, 0x67, 0x0c);
    for (let i = 0; i < 3; i++) {
      lab.client.ask(cookie);
      lab.settle();
    }
    deepEqual(lab.wan.kinds('spoke'), ['forward', 'marker', 'marker']);
    deepEqual(lab.wan.kinds('hub'), ['reverse', 'marker', 'marker']);
  });

  it('is told in the trace', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1', '2');
    const types = (events: readonly { readonly type: string }[]): string[] => events.map(({ type }) => type);
    deepEqual(types(lab.spoke.events), [
      'session-created',
      'metadata-added',
      'metadata-received',
      'metadata-turned-off',
    ]);
    deepEqual(types(lab.hub.events), ['metadata-received', 'session-created', 'metadata-added', 'metadata-turned-off']);
    const [session] = lab.spoke.sessionIds();
    ok(lab.spoke.events.every((event) => event.session === session));
  });

  it('takes the time that packets take, and no more', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.exchange('1');
    ok(lab.now < after(LAB_START, milliseconds(40)), 'three round trips, ARP included');
  });

  it('keeps two sessions of one client apart', () => {
    const lab = twoRouters();
    lab.server.isServer = true;
    lab.client.ask('a', { from: 40_000 });
    lab.client.ask('b', { from: 40_001 });
    lab.client.sendIp(echoPacket('request', '10.1.0.10', '10.2.0.10', 40_000, text('c')));
    lab.settle();
    deepEqual(lab.client.answers, ['a', 'b', 'c']);
    equal(lab.spoke.sessionCount, 3);
    equal(new Set(lab.wan.sentBy('spoke').map(({ packet }) => packet.sourcePort)).size, 3);
  });
});
