import { deepEqual, equal } from 'node:assert/strict';
import { captureInterface, linkTypes } from '../../../lib/capture/captured-frame.ts';
import { Dissection } from '../../../lib/capture/dissection.ts';
import { findField } from '../../../lib/capture/fields/table.ts';
import { Sessions, type SessionStarts } from '../../../lib/capture/sessions.ts';
import { summarize } from '../../../lib/capture/summary.ts';
import type { Attributes } from '../../../lib/metadata/attributes.ts';
import { encodeMetadata, type MetadataEncoding } from '../../../lib/metadata/codec.ts';
import { hex } from '../../support/captures.ts';
import { addressBytes, icmpPacket, joined, tcpPacket, text, udpPacket, type End } from '../../support/packets.ts';

const client: End = ['10.1.0.10', 40_000];
const server: End = ['10.2.0.10', 7000];
const spoke: End = ['172.16.0.1', 16_384];
const hub: End = ['172.16.0.2', 16_385];

const uuid = (number: number): Uint8Array => new Uint8Array(16).fill(number);
const nameOf = (number: number): string => {
  const digits = String(number).padStart(2, '0');
  return [4, 2, 2, 2, 6].map((length) => digits.repeat(length)).join('-');
};

function metadata(attributes: Attributes, encoding: MetadataEncoding = 'protobuf'): Uint8Array {
  const bytes = new Uint8Array(1000);
  return bytes.slice(0, encodeMetadata(attributes, encoding, bytes, 0));
}

const context = (from: End, to: End, protocol = 17): NonNullable<Attributes['forwardContextIpv4']> => ({
  source: addressBytes(from[0]),
  destination: addressBytes(to[0]),
  sourcePort: from[1],
  destinationPort: to[1],
  protocol,
});

const first = (number: number, from = client, to = server): Uint8Array =>
  metadata({ forwardContextIpv4: context(from, to), sessionUuid: uuid(number), tenant: 'corp', service: 'web' });

/** Raw IP packets, one after the other, with what is known of each. */
class Capture {
  readonly packet = new Dissection();
  readonly sessions: Sessions;

  constructor(starts?: SessionStarts) {
    this.sessions = new Sessions(starts);
  }

  load(bytes: Uint8Array, id = 0): Dissection {
    this.packet.load({
      seconds: 1,
      nanoseconds: 0,
      at: captureInterface('hub:wan', linkTypes.rawIp),
      direction: 'in',
      id,
      bytes,
      start: 0,
      end: bytes.length,
      originalLength: bytes.length,
      comments: () => [],
    });
    return this.packet;
  }

  /** 'UUID direction', with 'bare' or another kind; empty if it is of no session. */
  see(bytes: Uint8Array, id = 0): string {
    this.load(bytes, id);
    this.sessions.see(this.packet);
    const { session, direction, kind } = this.packet;
    return session ? `${session.uuid} ${direction}${kind ? ` ${kind}` : ''}` : (kind ?? '');
  }

  field(name: string): unknown {
    return findField(name)?.read(this.packet);
  }
}

describe('following sessions', () => {
  it('knows packets without metadata by their waypoints, whichever way they go, and hosts by the context', () => {
    for (const encoding of ['protobuf', 'tlv'] as const) {
      const capture = new Capture();
      const block = metadata({ forwardContextIpv4: context(client, server), sessionUuid: uuid(1) }, encoding);
      deepEqual(
        [
          capture.see(udpPacket(spoke, hub, text('before'))),
          capture.see(udpPacket(spoke, hub, joined(block, text('first')))),
          capture.see(udpPacket(spoke, hub, text('bare'))),
          capture.see(udpPacket(hub, spoke, text('answer'))),
          capture.see(udpPacket(client, server, text('host'))),
          capture.see(udpPacket(server, client, text('other host'))),
          capture.see(udpPacket(client, [server[0], 7001], text('somebody else'))),
        ],
        [
          '',
          `${nameOf(1)} forward metadata`,
          `${nameOf(1)} forward bare`,
          `${nameOf(1)} reverse bare`,
          `${nameOf(1)} forward`,
          `${nameOf(1)} reverse`,
          '',
        ],
      );
    }
  });

  it('begins with reverse metadata as well', () => {
    const capture = new Capture();
    const block = metadata({ reverseContextIpv4: context(server, client), sessionUuid: uuid(1) });
    equal(capture.see(udpPacket(hub, spoke, block)), `${nameOf(1)} reverse metadata`);
    equal(capture.see(udpPacket(spoke, hub, text('bare'))), `${nameOf(1)} forward bare`);
    equal(capture.see(udpPacket(client, server, text('host'))), `${nameOf(1)} forward`);
  });

  it('takes another session on known waypoints for a new one', () => {
    const capture = new Capture();
    capture.see(udpPacket(spoke, hub, first(1)));
    equal(capture.see(udpPacket(spoke, hub, first(2, [client[0], 40_001]))), `${nameOf(2)} forward metadata`);
    equal(capture.see(udpPacket(hub, spoke, text('bare'))), `${nameOf(2)} reverse bare`);
    equal(capture.see(udpPacket(client, server, text('host of the old one'))), `${nameOf(1)} forward`);
    deepEqual(
      capture.sessions.list.map(({ uuid: name }) => name),
      [nameOf(1), nameOf(2)],
    );
  });

  it('tells sessions without a UUID apart by their contexts', () => {
    const capture = new Capture();
    const block = (port: number): Uint8Array => metadata({ forwardContextIpv4: context([client[0], port], server) });
    capture.see(udpPacket(spoke, hub, block(1)));
    capture.see(udpPacket(spoke, hub, block(1)));
    capture.see(udpPacket(spoke, hub, block(2)));
    equal(capture.sessions.list.length, 2);
  });

  it('follows a session to other waypoints', () => {
    const capture = new Capture();
    const other: End = ['172.17.0.2', 20_001];
    capture.see(udpPacket(spoke, hub, first(1)));
    capture.see(udpPacket(spoke, other, first(1)));
    equal(capture.see(udpPacket(other, spoke, text('bare'))), `${nameOf(1)} reverse bare`);
    deepEqual(capture.sessions.list[0].waypoints, [
      '172.16.0.1:16384 172.16.0.2:16385',
      '172.16.0.1:16384 172.17.0.2:20001',
    ]);
  });

  it('knows a packet behind a NAT by its id, and then all that go that way', () => {
    const capture = new Capture();
    const outside: End = ['192.0.2.1', 5_000];
    capture.see(udpPacket(spoke, hub, first(1)), 1);
    equal(capture.see(udpPacket(spoke, hub, text('bare')), 2), `${nameOf(1)} forward bare`);
    equal(capture.see(udpPacket(outside, hub, text('bare')), 2), `${nameOf(1)} forward bare`);
    equal(capture.see(udpPacket(hub, outside, text('answer')), 3), `${nameOf(1)} reverse bare`);
  });

  it('knows the host packet that a session begins with, if it has looked ahead', () => {
    const starts: SessionStarts = new Map();
    const ahead = new Capture();
    const known = new Set<string>();
    for (const [bytes, id] of [
      [udpPacket(client, server, text('host')), 7],
      [udpPacket(spoke, hub, first(1)), 7],
    ] as const)
      Sessions.noteStart(ahead.load(bytes, id), starts, known);
    const capture = new Capture(starts);
    equal(capture.see(udpPacket(client, server, text('host')), 7), `${nameOf(1)} forward`);
    equal(capture.field('svr.session.service'), 'web');
    equal(new Capture().see(udpPacket(client, server, text('host')), 7), '');
  });

  it('does not take what hosts send for metadata, whatever it looks like', () => {
    const capture = new Capture();
    capture.see(udpPacket(spoke, hub, first(1)));
    equal(capture.see(udpPacket(client, server, first(9))), `${nameOf(1)} forward`);
    equal(capture.sessions.list.length, 1);
    const marker = hex('4c48dbc6ddf6670c 100c 0000'); // an empty block
    equal(capture.see(udpPacket(spoke, hub, joined(marker, first(9)))), `${nameOf(1)} forward marker`);
    equal(capture.sessions.list.length, 1);
  });

  it('learns nothing from what ICMP errors quote', () => {
    const capture = new Capture();
    const quoted = udpPacket(spoke, hub, first(1));
    equal(capture.see(icmpPacket(hub[0], spoke[0], [3, 3], 0, quoted)), '');
    equal(capture.sessions.list.length, 0);
  });

  it('shows TCP inside SVR, by the session that it is of', () => {
    const capture = new Capture();
    const block = metadata({ forwardContextIpv4: context(client, server, 6), sessionUuid: uuid(1) });
    const syn = tcpPacket(client, server, 0x02).subarray(20);
    capture.see(udpPacket(spoke, hub, joined(block, syn)));
    equal(capture.field('tcp.flags.syn'), true);
    equal(capture.field('tcp.dstport'), 7000);
    const answer = tcpPacket(server, client, 0x12, { payload: text('abc') }).subarray(20);
    equal(capture.see(udpPacket(hub, spoke, answer)), `${nameOf(1)} reverse bare`);
    equal(capture.field('tcp.len'), 3);
    equal(summarize(capture.packet).info, 'TCP [S.] 3 B');
  });
});

describe('metadata of others', () => {
  const of = (block: string): Capture => {
    const capture = new Capture();
    capture.see(udpPacket(spoke, hub, hex(block)));
    return capture;
  };

  it('is read from the vectors of the public layout', () => {
    const forward = of(`
      4c48dbc6ddf6670c 1014 0034              # header 20 bytes, payload 52
      0010 0004 00000001                      # security ID 1
      0002 000d c000020a c6336414 c000 01bb 06  # 192.0.2.10:49152 to 198.51.100.20:443, TCP
      0006 0010 000102030405060708090a0b0c0d0e0f
      0007 0004 636f7270                      # corp
      000a 0003 776562                        # web`);
    equal(forward.field('svr.uuid'), '00010203-0405-0607-0809-0a0b0c0d0e0f');
    equal(forward.field('svr.service'), 'web');
    equal(forward.field('svr.encoding'), 'tlv');
    equal(forward.field('svr.context'), 'forward');
    equal(forward.field('svr.context.dstport'), 443);
    equal(of('4c48dbc6ddf6670c 1011 0000 0018 0001 02').field('svr.control'), 'enableMetadata');
    equal(of('4c48dbc6ddf6670c 1011 0000 002e 0001 01').field('svr.health_check'), 'request');
    const metrics = of('4c48dbc6ddf6670c 101a 0000 001a 000a 10000064 200000c8 800a');
    equal(metrics.field('svr.path_metrics.tx_time'), 100);
    equal(metrics.field('svr.path_metrics.rx_colour'), 2);
    equal(metrics.field('svr.path_metrics.drop'), true);
  });

  it('that cannot be decrypted still shows its header, and does not count as malformed', () => {
    const hidden = of('4c48dbc6ddf6670c 1014 0008 0010 0004 00000002 f1f2f3f4f5f6f7f8');
    equal(hidden.field('svr.security_id'), 2);
    equal(hidden.field('svr.encryption'), 'unread');
    equal(hidden.field('malformed'), undefined);
  });

  it('that is malformed is marked where it is', () => {
    const at = (block: string): unknown[] => {
      const capture = of(block);
      return [capture.field('malformed'), Number(capture.field('malformed.offset')) - 28, capture.field('svr.kind')];
    };
    deepEqual(at('4c48dbc6ddf6670c 200c 0000'), ['wrong-version', 8, 'malformed']);
    deepEqual(at('4c48dbc6ddf6670c 1008 0000'), ['header-length', 8, 'malformed']);
    deepEqual(at('4c48dbc6ddf6670c 100c 01f4'), ['exceeds-packet', 8, 'malformed']);
    // A TLV that runs past its section; one whose length does not fit its type; one that comes twice.
    deepEqual(at('4c48dbc6ddf6670c 1011 0000 0018 0009 01'), ['truncated-tlv', 12, 'metadata']);
    deepEqual(at('4c48dbc6ddf6670c 1015 0000 0018 0001 01 0018 0002'), ['truncated-tlv', 17, 'metadata']);
    deepEqual(at('4c48dbc6ddf6670c 100c 0007 000b 0003 010203'), ['attribute-length', 12, 'metadata']);
    deepEqual(at('4c48dbc6ddf6670c 1016 0000 0018 0001 01 0018 0001 01'), ['duplicate-attribute', 17, 'metadata']);
  });
});
