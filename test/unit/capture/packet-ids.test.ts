import { deepEqual, equal, notEqual } from 'node:assert/strict';
import { PacketIds } from '../../../lib/capture/packet-ids.ts';
import type { CapturedPacket } from '../../../lib/lab/fabric.ts';
import { seconds } from '../../../lib/time.ts';
import { loadScenario } from '../../support/lab-files.ts';

const { links } = loadScenario('scenarios/session-recovery.yaml');
const segments = loadScenario('scenarios/port-scan.yaml').links;

function packet(place: string, id: number, content: number, time = 0, comments: string[] = []): CapturedPacket {
  const [where, direction] = place.split(' ');
  const [node, port] = where.split(':');
  return { node, port, direction: direction as 'in' | 'out', id, time, bytes: Uint8Array.of(content), comments };
}

function joined(packets: readonly CapturedPacket[], known = links): PacketIds {
  const ids = new PacketIds(known);
  for (const seen of packets) ids.see(seen);
  return ids;
}

describe('ids that follow a packet', () => {
  it('are the same from the first node to the last, however the packet is rewritten on its way', () => {
    const ids = joined([
      packet('client:eth0 out', 7, 0xaa),
      packet('spoke:lan in', 1, 0xaa),
      packet('spoke:wan out', 1, 0xbb),
      packet('hub:wan in', 4, 0xbb),
      packet('hub:lan out', 4, 0xcc),
      packet('server:eth0 in', 2, 0xcc),
    ]);
    const all = [ids.idOf('client', 7), ids.idOf('spoke', 1), ids.idOf('hub', 4), ids.idOf('server', 2)];
    deepEqual(all, [1, 1, 1, 1]);
  });

  it('differ for packets that nodes happen to number alike', () => {
    const ids = joined([packet('spoke:wan out', 1, 0xaa), packet('hub:wan out', 1, 0xbb)]);
    notEqual(ids.idOf('spoke', 1), ids.idOf('hub', 1));
    equal(ids.idOf('spoke', 0), 0);
  });

  it('match equal frames in their order, also if the receiver took note first', () => {
    const ids = joined([
      packet('hub:wan in', 1, 0xaa, 90),
      packet('spoke:wan out', 1, 0xaa, 100),
      packet('spoke:wan out', 2, 0xaa, 200),
      packet('hub:wan in', 2, 0xaa, 300),
    ]);
    equal(ids.idOf('hub', 1), ids.idOf('spoke', 1));
    equal(ids.idOf('hub', 2), ids.idOf('spoke', 2));
    notEqual(ids.idOf('hub', 1), ids.idOf('hub', 2));
  });

  it('are one id as soon as a sender has taken note late, also where the receiver has passed the packet on', () => {
    const ids = new PacketIds(links);
    const seen = [
      packet('spoke:lan in', 1, 0xaa, 100),
      packet('spoke:wan out', 1, 0xbb, 110),
      packet('client:eth0 out', 7, 0xaa, 130),
      packet('hub:wan in', 4, 0xbb, 160),
    ].map((one) => ids.see(one));
    deepEqual(seen, [1, 1, 1, 1]);
    const second = [
      packet('client:eth0 out', 8, 0xcc, 200),
      packet('spoke:lan in', 2, 0xcc, 210),
      packet('hub:wan in', 5, 0xdd, 220),
      packet('spoke:wan out', 2, 0xdd, 230),
      packet('hub:lan out', 5, 0xee, 240),
    ].map((one) => ids.see(one));
    deepEqual(second, [2, 2, 3, 2, 2], 'the third is told before anybody can know');
    equal(ids.idOf('hub', 5), 2);
  });

  it('are remembered for as many packets as there is room for', () => {
    const ids = new PacketIds(links, 2);
    for (const [i, content] of [0xaa, 0xbb, 0xcc].entries()) ids.see(packet('client:eth0 out', i + 1, content));
    equal(ids.see(packet('spoke:lan in', 9, 0xcc)), 3);
    notEqual(ids.see(packet('spoke:lan in', 8, 0xaa)), 1);
  });

  it('do not take a frame that was lost for the one that was sent again', () => {
    const ids = joined([
      packet('spoke:wan out', 1, 0xaa, 100, ['lost on the link: cut']),
      packet('spoke:wan out', 2, 0xaa, 200),
      packet('hub:wan in', 5, 0xaa, 300),
    ]);
    equal(ids.idOf('hub', 5), ids.idOf('spoke', 2));
  });

  it('are the same for both of a frame that was duplicated on the link', () => {
    const ids = joined([
      packet('spoke:wan out', 1, 0xaa, 100, ['duplicated on the link']),
      packet('hub:wan in', 5, 0xaa, 300),
      packet('hub:wan in', 6, 0xaa, 400),
      packet('hub:wan in', 7, 0xaa, 500),
    ]);
    deepEqual(
      [5, 6].map((id) => ids.idOf('hub', id)),
      [ids.idOf('spoke', 1), ids.idOf('spoke', 1)],
    );
    notEqual(ids.idOf('hub', 7), ids.idOf('spoke', 1));
  });

  it('follow a frame of which a bit was turned over on the link, whoever tells of it', () => {
    const comments = ['corrupted on the link: bit 6 of byte 0'];
    const ids = joined([
      packet('spoke:wan out', 1, 0xaa, 100, comments),
      packet('hub:wan in', 5, 0xa8, 300),
      packet('client:eth0 out', 3, 0xaa, 100),
      packet('spoke:lan in', 2, 0xa8, 300, comments),
    ]);
    equal(ids.idOf('hub', 5), ids.idOf('spoke', 1));
    equal(ids.idOf('spoke', 2), ids.idOf('client', 3));
  });

  it('are the same for both of a frame that was duplicated on the link', () => {
    const ids = joined([
      packet('spoke:wan out', 1, 0xaa, 100, ['duplicated on the link']),
      packet('hub:wan in', 5, 0xaa, 300),
      packet('hub:wan in', 6, 0xaa, 400),
      packet('hub:wan in', 7, 0xaa, 500),
    ]);
    deepEqual(
      [5, 6].map((id) => ids.idOf('hub', id)),
      [ids.idOf('spoke', 1), ids.idOf('spoke', 1)],
    );
    notEqual(ids.idOf('hub', 7), ids.idOf('spoke', 1));
  });

  it('follow a frame of which a bit was turned over on the link, whoever tells of it', () => {
    const comments = ['corrupted on the link: bit 6 of byte 0'];
    const ids = joined([
      packet('spoke:wan out', 1, 0xaa, 100, comments),
      packet('hub:wan in', 5, 0xa8, 300),
      packet('client:eth0 out', 3, 0xaa, 100),
      packet('spoke:lan in', 2, 0xa8, 300, comments),
    ]);
    equal(ids.idOf('hub', 5), ids.idOf('spoke', 1));
    equal(ids.idOf('spoke', 2), ids.idOf('client', 3));
  });

  it('do not join what lies too far apart, or is not on one link', () => {
    const ids = joined([
      packet('spoke:wan out', 1, 0xaa, 0),
      packet('hub:wan in', 1, 0xaa, seconds(3)),
      packet('server:eth0 in', 1, 0xaa, 0),
    ]);
    equal(new Set([ids.idOf('spoke', 1), ids.idOf('hub', 1), ids.idOf('server', 1)]).size, 3);
  });

  it('are the same at everybody on a segment who gets the frame', () => {
    const ids = joined(
      [packet('scanner:eth0 out', 3, 0xaa), packet('spoke:wan in', 1, 0xaa), packet('hub:wan in', 9, 0xaa)],
      segments,
    );
    deepEqual([ids.idOf('spoke', 1), ids.idOf('hub', 9)], [ids.idOf('scanner', 3), ids.idOf('scanner', 3)]);
  });
});
