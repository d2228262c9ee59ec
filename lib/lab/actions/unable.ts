import { LabError, type FabricName } from '../fabric.ts';
import type { Scenario } from '../scenario.ts';

/** Refuses a timeline with a step that the fabric cannot do, before the lab is made. */
export function refuseUnable({ timeline }: Scenario, fabric: FabricName): void {
  if (fabric === 'sim') return;
  for (const { trigger } of timeline) {
    const isLate = trigger && !('event' in trigger.on) && ['packets', 'events'].includes(trigger.on.measure.of);
    if (isLate)
      throw new LabError(
        `timeline, when ${trigger.text}: fabric ${fabric} tells of packets and events when the run is over; 'after' waits for an event`,
        2,
      );
  }
}
