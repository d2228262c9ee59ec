import { deepEqual, equal, ok } from 'node:assert/strict';
import { seconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { kindOf, twoRouters, type LabOptions } from '../../support/two-routers.ts';

const { syn, ack } = tcpFlags;

const ways: Record<string, LabOptions> = {
  bare: {},
  sealed: { hmac: {} },
  'over IPv6': { wan: 6, hmac: { mode: 'regular' } },
  'with two encodings': { encoding: { spoke: 'tlv', hub: 'protobuf' } },
};

describe('a router between two others', () => {
  for (const [way, options] of Object.entries(ways)) {
    it(`passes on sessions of every kind, ${way}`, () => {
      const lab = twoRouters({ ...options, transit: true });
      lab.server.isServer = true;
      for (const family of [4, 6] as const) {
        for (const payload of ['1', '22', '333']) {
          lab.client.ask(payload, { family });
          lab.settle();
          equal(lab.server.last.ttl, 64 - 3);
          lab.client.ping(9, payload, { family });
          lab.settle();
        }
        lab.client.segment(41_000, [family === 4 ? '10.2.0.10' : 'fd00:2::10', 80], syn);
        lab.settle();
        deepEqual(lab.client.last.flags, syn | ack);
      }
      deepEqual(lab.client.answers, ['1', '1', '22', '22', '333', '333', '1', '1', '22', '22', '333', '333']);
      ok([...lab.client.received, ...lab.server.received].every(({ isIntact }) => isIntact));
      ok([...lab.wan.packets, ...lab.far.packets].every(({ packet }) => packet.isIntact));
      deepEqual([lab.spoke.sessionCount, lab.mid.sessionCount, lab.hub.sessionCount], [6, 6, 6]);
      deepEqual(lab.mid.sessionIds(), lab.spoke.sessionIds());
      deepEqual(lab.hub.sessionIds(), lab.spoke.sessionIds());
    });
  }

  it('does the handshake on both sides of it, and names the router where the session began', () => {
    const lab = twoRouters({ transit: true });
    lab.server.isServer = true;
    lab.exchange('1', '2', '3');
    for (const wan of [lab.wan, lab.far])
      deepEqual(wan.packets.map(kindOf), ['forward', 'reverse', 'bare', 'bare', 'bare', 'bare']);
    deepEqual(lab.far.attributes('sourceRouter', 'mid'), ['spoke']);
    const contexts = [lab.wan, lab.far].map((wan) => wan.attributes('forwardContextIpv4')[0]);
    deepEqual(contexts[0], contexts[1]);
  });

  it('is recovered when it forgets, by the next packets of the client', () => {
    for (const mode of ['packet-based', 'inactivity-based'] as const) {
      const lab = twoRouters({ transit: true, mode, hmac: {}, inactivityTimeoutSeconds: 1 });
      lab.server.isServer = true;
      lab.exchange('1', '2');
      lab.runFor(seconds(2));
      const ids = lab.mid.sessionIds();
      lab.mid.forgetSessions();
      lab.mark();
      lab.exchange('lost', 'found', 'on');
      deepEqual(lab.client.answers, ['found', 'on'], mode);
      deepEqual(lab.mid.sessionIds(), ids);
      equal(lab.mid.count('sessionsRecreated'), 1);
    }
  });

  it('passes a lost session of the hub on to the spoke, hop by hop', () => {
    const lab = twoRouters({ transit: true, hmac: {}, inactivityTimeoutSeconds: 1 });
    lab.server.isServer = true;
    lab.exchange('1', '2');
    lab.runFor(seconds(2));
    lab.hub.forgetSessions();
    lab.mark();
    lab.exchange('lost', 'found', 'on');
    deepEqual(lab.client.answers, ['found', 'on']);
    deepEqual(lab.wan.kinds('spoke'), ['check request', 'bare', 'bare'], 'the spoke has nothing to do with it');
    deepEqual(lab.far.kinds('mid'), ['check request', 'forward', 'bare']);
  });

  it('keeps a TCP session as long as the others do', () => {
    const lab = twoRouters({ transit: true });
    lab.client.segment(41_000, ['10.2.0.10', 80], syn);
    lab.settle();
    lab.server.segment(80, ['10.1.0.10', 41_000], syn | ack);
    lab.settle();
    lab.client.segment(41_000, ['10.2.0.10', 80], ack);
    lab.settle();
    lab.runFor(seconds(1_890));
    deepEqual([lab.spoke.sessionCount, lab.mid.sessionCount, lab.hub.sessionCount], [1, 1, 1]);
    lab.runFor(seconds(12));
    deepEqual([lab.spoke.sessionCount, lab.mid.sessionCount, lab.hub.sessionCount], [0, 0, 0]);
  });

  it('shows the session as it is on its own wires', () => {
    const lab = twoRouters({ transit: true });
    lab.exchange('1');
    const rows = lab.mid.device.sessions(lab.now);
    deepEqual(
      rows.map(({ deviceName, service, tenant, natAddress }) => [deviceName, service, tenant, natAddress]),
      [
        ['west', 'questions', 'corp', '172.17.0.1'],
        ['east', 'questions', 'corp', '172.16.0.3'],
      ],
    );
  });
});
