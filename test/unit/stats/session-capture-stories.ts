import type { CounterName } from '../../../lib/stats/counters.ts';
import { twoRouters, type Lab, type RouterNode } from '../../support/two-routers.ts';

/** A question of a session that the spoke captures, and that it asks the hub to capture. */
function captured(): Lab {
  const lab = twoRouters();
  lab.spoke.device.sessionCaptures.create({ service: 'questions' });
  lab.exchange('?');
  return lab;
}

/** 16 MiB of packets, taken where they come in and where they leave, and one more. */
function full(): Lab {
  const lab = twoRouters();
  lab.spoke.device.sessionCaptures.create({ service: 'questions', packetCount: 1_000_000, localOnly: true });
  lab.spoke.isTraced = false;
  while (lab.spoke.count('sessionCapturePacketsGivenUp') === 0) {
    lab.exchange('x'.repeat(1_400));
    lab.wan.clear();
  }
  return lab;
}

export const sessionCaptureStories: Partial<Record<CounterName, () => readonly [router: RouterNode, times?: number]>> =
  {
    sessionCaptureSessions: () => [captured().spoke],
    sessionCaptureSessionsAsked: () => [captured().hub],
    sessionCapturePackets: () => [captured().spoke, 2],
    sessionCapturePacketsGivenUp: () => [full().spoke, 2],
  };
