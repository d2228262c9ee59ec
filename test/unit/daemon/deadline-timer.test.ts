import { deepEqual } from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { wallClock } from '../../../daemon/clock.ts';
import { DeadlineTimer } from '../../../daemon/deadline-timer.ts';
import { after, milliseconds } from '../../../lib/time.ts';

describe('the timer of a daemon', () => {
  it('that is late lets what has arrived go first', async () => {
    const order: string[] = [];
    const socket = createSocket('udp4');
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    socket.on('message', () => order.push('frame'));
    const fired = new Promise<void>((resolve) => {
      const timer = new DeadlineTimer(() => {
        order.push('timer');
        resolve();
      });
      socket.send('frame', socket.address().port, '127.0.0.1', () => {
        timer.arm(after(wallClock(), milliseconds(5)));
        // Somebody else has the processor: the frame lies in the socket, and the deadline passes.
        while (wallClock() < after(startedAt, milliseconds(40)));
      });
    });
    const startedAt = wallClock();
    await fired;
    socket.close();
    deepEqual(order, ['frame', 'timer']);
  });
});
