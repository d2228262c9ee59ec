import { LabError, type FabricName } from '../fabric.ts';
import type { Scenario } from '../scenario.ts';
import { actionTable, describeEntry } from './table.ts';

/** Refuses a timeline with a step that the fabric cannot do, before the lab is made. */
export function refuseUnable({ timeline, links }: Scenario, fabric: FabricName): void {
  for (const entry of timeline) {
    const why = actionTable[entry.action.kind].unable?.[fabric];
    const { trigger } = entry;
    const isLate = trigger && !('event' in trigger.on) && ['packets', 'events'].includes(trigger.on.measure.of);
    if (isLate && fabric !== 'sim')
      throw new LabError(
        `timeline, when ${trigger.text}: fabric ${fabric} tells of packets and events when the run is over; 'after' waits for an event`,
        2,
      );
    if (why !== undefined)
      throw new LabError(`timeline, ${describeEntry(entry, links)}: fabric ${fabric} cannot do this: ${why}`, 2);
  }
}
