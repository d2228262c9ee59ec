import type { Chance } from './chance.ts';
import { anyMachine, faultRows, type Lab, type Span } from './fault-rows.ts';
import { frameFaultRows } from './frame-faults.ts';
import type { Fault } from './plan.ts';
import { formatMs } from './time.ts';

const rows = [...Object.values(faultRows), ...Object.values(frameFaultRows)];

/** When something is done of which nobody knows when: it is in the way of everything else. */
const ANY_TIME: Span = { fromMs: 0, untilMs: Infinity };

/**
 * Of the kinds of faults a seed enables some, and draws from those alone. Where they `mayWait`, some of them begin when
 * something else happens, and may last until the run is over.
 */
export function drawFaults(chance: Chance, lab: Lab, { fromMs, untilMs }: Span, mayWait: boolean): Fault[] {
  const enabled = chance.some(rows);
  const drawn = Array.from({ length: enabled.length > 0 ? chance.between(0, 6) : 0 }, () => {
    const begins = chance.between(fromMs, untilMs - 100);
    const span = { fromMs: begins, untilMs: chance.between(begins + 50, untilMs) };
    const fault = chance.of(enabled)(chance, lab, span);
    if (!fault) return undefined;
    return mayWait && chance.once(4) ? { fault: waiting(chance, lab, fault), span: ANY_TIME } : { fault, span };
  }).filter((found) => found !== undefined);
  // Of two at the same place at the same time the first one stays: nobody restarts what is down.
  const kept = drawn.filter(
    (one, i) =>
      !drawn
        .slice(0, i)
        .some(
          (other) =>
            overlap(one.span, other.span) && one.fault.places.some((place) => other.fault.places.includes(place)),
        ),
  );
  return kept.map(({ fault }) => fault);
}

const waiting = (chance: Chance, lab: Lab, { places, steps }: Fault): Fault => {
  const beginning = drawBeginning(chance, lab);
  return { places, steps: steps.map((step) => ({ ...step, beginning })) };
};

const overlap = (a: Span, b: Span): boolean => a.fromMs <= b.untilMs && b.fromMs <= a.untilMs;

/** What a fault may wait for: something that routers tell of, or a state that they get into. */
const events = [
  'session-created',
  'session-recreated',
  'session-moved',
  'metadata-turned-on',
  'health-check-added',
  'control-received',
  'peer-path-down',
  'peer-path-up',
] as const;

const conditions = [
  'sessions at ROUTER at least 2',
  'paths up at ROUTER is 0',
  "packets 'svr.uuid' at ROUTER at least 20",
] as const;

function drawBeginning(chance: Chance, lab: Lab): Readonly<Record<string, string>> {
  const router = anyMachine(chance, lab);
  const wait = formatMs(chance.of([0, 1, 20, 300]));
  if (chance.once(3)) return { when: chance.of(conditions).replace('ROUTER', router), wait };
  const nth = chance.of(['', '', ', the 2nd time', ', the 3rd time']);
  return { after: `${chance.of(events)} at ${router}${nth}`, wait };
}
