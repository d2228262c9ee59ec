import { formatConfiguration, restartReasons } from '../../config/index.ts';
import type { Authority } from '../../config/index.ts';
import type { LabOfSteps } from '../actions/row.ts';
import type { TimelineEntry } from '../scenario.ts';
import { readOverlaid } from './configure.ts';
import type { Value } from './document.ts';
import { checkOrder } from './order.ts';
import { readStep, type PlacedEntry } from './step.ts';

/** In the order of time, those that wait for an event last; what is at the same time stays in the order of the file. */
export function readTimeline(value: Value | undefined, lab: LabOfSteps): TimelineEntry[] {
  const entries = (value?.items() ?? [])
    .flatMap((item) => readStep(item, lab))
    .toSorted((a, b) => Number(a.trigger !== undefined) - Number(b.trigger !== undefined) || a.at - b.at);
  checkOrder(entries, lab.links);
  checkConfigurations(entries, lab.authority);
  return entries.map(({ value: _value, ...entry }) => entry);
}

/** Each lies over what the ones before it have made of the lab's configuration. */
function checkConfigurations(entries: readonly PlacedEntry[], authority: Authority): void {
  let current = authority;
  for (const { action, value } of entries) {
    if (action.kind !== 'configure') continue;
    const lines = value.items();
    if (lines.length === 0) value.wrong('here must be lines of configuration, each from the root');
    const next = readOverlaid(formatConfiguration(current), lines, ({ message, hint }) => value.wrong(message, hint));
    if (!next) continue;
    for (const reason of restartReasons(current, next)) lines[0].wrong(reason);
    current = next;
  }
}
