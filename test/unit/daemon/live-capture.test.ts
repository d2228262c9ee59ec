import { deepEqual, equal, ok, throws } from 'node:assert/strict';
import { LiveCaptures } from '../../../daemon/live-capture.ts';
import type { Instant } from '../../../lib/time.ts';
import { NotedNode } from './api/support.ts';

const started = (): NotedNode => {
  const node = new NotedNode();
  node.start(1_000_000 as Instant);
  return node;
};

const packet = (port: string, bytes = new Uint8Array(1_000)) =>
  ({ time: 0, node: 'spoke', port, direction: 'in', id: 1, bytes, comments: [] }) as const;

describe('a live capture', () => {
  it('counts what its reader leaves no room for, and keeps no more than there is room', () => {
    const node = started();
    const { capture } = new LiveCaptures().start(node);
    for (let i = 0; i < 20_000; i++) node.audience.packet(packet('wan'));
    equal(capture.received, 20_000);
    ok(capture.dropped > 10_000, String(capture.dropped));
    ok(capture.stream.readableLength < 9 << 20, String(capture.stream.readableLength));
    capture.stream.destroy();
  });

  it('takes packets again when its reader has caught up', () => {
    const node = started();
    const { capture } = new LiveCaptures().start(node);
    for (let i = 0; i < 20_000; i++) node.audience.packet(packet('wan'));
    const dropped = capture.dropped;
    while (capture.stream.read() !== null) continue;
    node.audience.packet(packet('wan'));
    equal(capture.dropped, dropped);
    capture.stream.destroy();
  });

  it('is of the ports that it was asked for', () => {
    const node = started();
    const { capture } = new LiveCaptures().start(node, ['lan']);
    node.audience.packet(packet('wan'));
    equal(capture.received, 0);
    node.audience.packet(packet('lan'));
    equal(capture.received, 1);
    capture.stream.destroy();
  });

  it('is gone, and costs nothing more, when its reader goes away', async () => {
    const node = started();
    const captures = new LiveCaptures();
    const { capture } = captures.start(node);
    capture.stream.destroy();
    await new Promise(setImmediate);
    deepEqual(captures.all, []);
    ok(node.audience.isEmpty);
  });

  it('ends with its node', async () => {
    const node = started();
    const { capture } = new LiveCaptures().start(node);
    capture.stream.resume();
    node.audience.end();
    await new Promise((resolve) => capture.stream.once('end', resolve));
  });

  it('is refused for a port that is not there, before the start, and when there are too many', () => {
    const captures = new LiveCaptures();
    throws(() => captures.start(new NotedNode()), /has not been started/);
    throws(() => captures.start(started(), ['wam']), /no port 'wam'; did you mean 'wan'\?/);
    const node = started();
    for (let i = 0; i < 16; i++) captures.start(node);
    throws(() => captures.start(node), /takes no more/);
    for (const { capture } of captures.all) capture.stream.destroy();
  });
});
