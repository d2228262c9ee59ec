import type { CounterName } from '../../../lib/stats/counters.ts';
import { seconds } from '../../../lib/time.ts';
import { twoRouters, type Lab, type RouterNode } from '../../support/two-routers.ts';

/** The first packet of a session that is marked, and its answer: those behind the handshake. */
function marked(): Lab {
  const lab = twoRouters({ live: {} });
  lab.server.isServer = true;
  lab.exchange('1', '2');
  return lab;
}

/** The same, and another of the next colour, which nobody answers. */
function reported(): Lab {
  const lab = marked();
  lab.server.isServer = false;
  lab.runFor(seconds(1));
  lab.exchange('3');
  lab.runFor(seconds(1));
  return lab;
}

export const metricsStories: Partial<Record<CounterName, () => readonly [router: RouterNode]>> = {
  metricsAdded: () => [marked().spoke],
  metricsReceived: () => [marked().hub],
  metricsReportSent: () => [reported().hub],
  metricsReportReceived: () => [reported().spoke],
};
