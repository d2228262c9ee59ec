import { applicationsFor } from '../../host/applications/applications.ts';
import type { Application } from '../../host/applications/application.ts';
import { mergeReports } from '../../host/applications/report.ts';
import type { Host } from '../../host/host.ts';
import type { Instant } from '../../time.ts';
import type { Traffic, TrafficReport } from '../scenario.ts';

/** The applications on both sides of every traffic entry. */
export class SimTraffic {
  readonly #traffic: readonly Traffic[];
  readonly #applications = new Map<string, Application>();

  /** Starts them all; each keeps its own schedule from then on. */
  constructor(traffic: readonly Traffic[], hosts: ReadonlyMap<string, Host>, now: Instant) {
    this.#traffic = traffic;
    for (const [name, host] of hosts) {
      for (const { traffic: entry, side, application } of applicationsFor(name, traffic, host)) {
        this.#applications.set(`${entry} ${side}`, application);
        host.run(application, now);
      }
    }
  }

  /** Sends one more exchange of each of these entries. */
  probe(names: readonly string[], now: Instant): void {
    for (const name of names)
      for (const side of ['from', 'to']) this.#applications.get(`${name} ${side}`)?.probe?.(now);
  }

  reports(): readonly TrafficReport[] {
    return this.#traffic.map((traffic) =>
      mergeReports(traffic, this.#report(traffic, 'from'), this.#report(traffic, 'to')),
    );
  }

  #report(traffic: Traffic, side: 'from' | 'to'): ReturnType<Application['report']> | undefined {
    return this.#applications.get(`${traffic.name} ${side}`)?.report();
  }
}
