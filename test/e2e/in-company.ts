import { deepEqual } from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import type { Fabric, FabricOptions, LabEvent } from '../../lib/lab/fabric.ts';
import { runScenario, type RunResult } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { loadScenario } from '../support/lab-files.ts';
import type { Course } from '../support/parity.ts';

/** Where some wait for each other. Who leaves is not waited for any more. */
class Meeting {
  readonly #missing: Set<Fabric>;
  readonly #complete: Promise<void>;
  #end: () => void = () => undefined;

  constructor(parties: Iterable<Fabric>) {
    this.#missing = new Set(parties);
    this.#complete = new Promise((resolve) => (this.#end = resolve));
  }

  leave(party: Fabric): void {
    this.#missing.delete(party);
    if (this.#missing.size === 0) this.#end();
  }

  arrive(party: Fabric): Promise<void> {
    this.leave(party);
    return this.#complete;
  }
}

/** One that runs at a time, such as the making of networks, for which free addresses are looked for. */
class Turns {
  #last: Promise<unknown> = Promise.resolve();

  take<Value>(work: () => Promise<Value>): Promise<Value> {
    const mine = this.#last.then(work, work);
    this.#last = mine.catch(() => undefined);
    return mine;
  }
}

/**
 * Runs scenarios side by side, as most of the time of each is spent in waiting. Their labs are made one after the other, run
 * together, and are removed when all have run, so that nothing is made or removed while anything is measured.
 */
export async function runInCompany(
  scenarios: readonly Scenario[],
  fabricOf: (scenario: Scenario) => Fabric,
): Promise<readonly PromiseSettledResult<RunResult>[]> {
  const labs = scenarios.map((scenario) => ({ scenario, fabric: fabricOf(scenario) }));
  const fabrics = labs.map(({ fabric }) => fabric);
  const [made, run] = [new Meeting(fabrics), new Meeting(fabrics)];
  const turns = new Turns();
  for (const fabric of fabrics) {
    const [create, stop] = [fabric.create.bind(fabric), fabric.stop.bind(fabric)];
    fabric.create = async () => {
      await turns.take(create);
      await made.arrive(fabric);
    };
    fabric.stop = async () => {
      made.leave(fabric);
      await run.arrive(fabric);
      await stop();
    };
  }
  const runs = labs.map(({ fabric, scenario }) =>
    runScenario({ fabric, scenario, seed: scenario.seed, version: 'test' }).finally(() => {
      made.leave(fabric);
      run.leave(fabric);
    }),
  );
  return Promise.allSettled(runs);
}

const failures = ({ verdicts }: RunResult): string[] =>
  verdicts.filter(({ held }) => !held).map(({ text, measured }) => `${text}: ${measured}`);

interface Company {
  readonly fabricOf: (options: FabricOptions) => Fabric;
  /** What is otherwise than it should be in a run whose expectations hold; it is asked when all labs are gone. */
  readonly differences?: (scenario: Scenario, course: Course) => Promise<readonly string[]>;
}

/** What does not hold of each of these scenarios, run together. */
async function failuresTogether(
  scenarios: readonly Scenario[],
  { fabricOf, differences }: Company,
): Promise<readonly (readonly string[])[]> {
  const courses = new Map(scenarios.map((scenario): [Scenario, LabEvent[]] => [scenario, []]));
  const results = await runInCompany(scenarios, (scenario) => {
    const keep = (event: LabEvent): void => void courses.get(scenario)?.push(event);
    const capture = { packet: () => undefined };
    return fabricOf({ scenario, seed: scenario.seed, events: { event: keep }, capture });
  });
  const failed: (readonly string[])[] = [];
  for (const [i, scenario] of scenarios.entries()) {
    const settled = results[i];
    if (settled.status === 'rejected') failed.push([String(settled.reason)]);
    else {
      const broken = failures(settled.value);
      const events = courses.get(scenario) ?? [];
      const isToCompare = broken.length === 0 && differences !== undefined;
      failed.push(isToCompare ? await differences(scenario, { result: settled.value, events }) : broken);
    }
  }
  return failed;
}

/** What does not hold of each scenario. One that fails in company runs again alone, as company takes time from it. */
async function failuresInCompany(
  scenarios: readonly Scenario[],
  company: Company,
): Promise<ReadonlyMap<Scenario, readonly string[]>> {
  const first = await failuresTogether(scenarios, company);
  const failed = new Map<Scenario, readonly string[]>();
  for (const [i, scenario] of scenarios.entries()) {
    const [last] = first[i].length === 0 ? [first[i]] : await failuresTogether([scenario], company);
    failed.set(scenario, last);
  }
  return failed;
}

/** Groups of things that take about equally long. */
function groupsOf<Item>(items: readonly Item[], size: number, lengthOf: (item: Item) => number): Item[][] {
  const sorted = items.toSorted((a, b) => lengthOf(a) - lengthOf(b));
  return Array.from({ length: Math.ceil(sorted.length / size) }, (_, i) => sorted.slice(i * size, (i + 1) * size));
}

export interface ScenarioTests extends Company {
  /** How many labs are up at a time. */
  readonly company: number;
  readonly where: string;
  /** Skips a test whose scenario needs what this machine lacks. */
  readonly requireFor?: (context: Mocha.Context, scenario: Scenario) => Promise<void>;
  /** What is left of a scenario's lab. */
  readonly leftovers: (scenario: Scenario) => readonly string[];
}

/** A test for each of svrlab's own scenarios. */
export function testScenarios({ company, where, requireFor, leftovers, ...labs }: ScenarioTests): void {
  const files = readdirSync('scenarios').filter((name) => name.endsWith('.yaml'));
  const all = files.map((file) => ({ file, scenario: loadScenario(`scenarios/${file}`) }));
  for (const group of groupsOf(all, company, ({ scenario }) => scenario.duration)) {
    const scenarios = group.map(({ scenario }) => scenario);
    let running: Promise<ReadonlyMap<Scenario, readonly string[]>> | undefined;
    for (const { file, scenario } of group)
      it(`${file} holds ${where}, and leaves nothing behind`, async function () {
        await requireFor?.(this, scenario);
        deepEqual((await (running ??= failuresInCompany(scenarios, labs))).get(scenario), []);
        deepEqual(leftovers(scenario), []);
      });
  }
}
