import type { CounterName } from '../../../lib/stats/counters.ts';
import { milliseconds } from '../../../lib/time.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';
import { firewalledRouters } from '../../support/firewalled-routers.ts';
import { twoRouters, type Lab, type RouterNode } from '../../support/two-routers.ts';

const WEB = ['10.2.0.10', 80] as const;

/** One question, and silence for as long as it takes for one keep-alive. */
function idleAndKept(): Lab {
  const lab = twoRouters({ keepAlive: { udp: 1 } });
  lab.exchange('1');
  lab.runFor(milliseconds(1_500));
  return lab;
}

/** One push towards a peer that only reaches out. */
function begunByHub(): Lab {
  const { lab } = firewalledRouters();
  lab.server.say('push', 50_000, ['10.1.0.10', 9_000]);
  lab.settle();
  return lab;
}

/** What sessions count that something between the routers may forget: stories as those of every-counter.test.ts. */
export const middleboxStories: Partial<Record<CounterName, () => readonly [RouterNode, number?]>> = {
  keepAliveSentTcp: () => {
    const lab = twoRouters({ keepAlive: { tcp: 1 } });
    lab.client.segment(41_000, WEB, tcpFlags.syn);
    lab.runFor(milliseconds(1_500));
    return [lab.spoke];
  },
  keepAliveSentUdp: () => [idleAndKept().spoke],
  keepAliveSessionsOpened: () => [idleAndKept().spoke],
  keepAliveSessionsClosed: () => {
    const lab = idleAndKept();
    lab.hub.forgetSessions();
    return [lab.hub];
  },
  keepAliveBufferAllocation: () => {
    const lab = twoRouters({ keepAlive: { udp: 1 }, emulator: { 'arp-queue-length': '256' } });
    // So many packets wait for the address of the server that the hub has no buffer left.
    lab.server.isDeaf = true;
    for (let i = 0; i < 256; i++) lab.client.ask(`${i}`);
    lab.runFor(milliseconds(1_500));
    return [lab.hub];
  },
  stuckPinholeReversePackets: () => {
    const firewalled = firewalledRouters({ inactivityTimeoutSeconds: 1 });
    const { lab } = firewalled;
    lab.establish();
    firewalled.forget();
    for (let i = 0; i < 45; i++) {
      lab.server.say(`push ${i}`, 7_000, ['10.1.0.10', 40_000]);
      lab.runFor(milliseconds(150));
    }
    return [lab.spoke];
  },
  pinholesOpened: () => [begunByHub().spoke],
  pinholeDetours: () => [begunByHub().hub],
};
