import type { CryptoProvider } from '../../crypto.ts';
import { assert } from '../../assert.ts';
import type { CapturedPacket, CaptureSink } from '../fabric.ts';
import { parseScenario } from '../parse.ts';
import { runScenario } from '../runner.ts';
import type { TrafficReport } from '../scenario.ts';
import { SimFabric } from '../sim/fabric.ts';
import { writeScenario } from '../swarm/write.ts';
import { absenceOf, nameOf, type Cell } from './cells.ts';
import { FAULT_AT_MS, MATRIX_TRAFFIC, planOf, SCAN } from './plan.ts';

/** What became of the session of a cell. */
export interface CellOutcome {
  /** Whether it works again at the end of the run. */
  readonly recovered: boolean;
  /**
   * Microseconds from the fault to the first answer to what was asked since then, or to the first arrival of what was sent
   * since then where nobody answers; null if the session does not come back.
   */
  readonly recovery: number | null;
  /** Of what was sent since the fault; what was not answered counts as one. */
  readonly lost: number;
  /** Answers to a stranger's packets. */
  readonly answers: number;
}

/** A row of the matrix: an outcome, or why there can be none. */
export type CellRow = { readonly cell: Cell } & (CellOutcome | { readonly absent: string });

/** The scenario of a cell, as text. Each is one that `parseScenario` reads. */
export function scenarioOf(cell: Cell, seed: number): string {
  const heading = [
    `A cell of 'svrlab matrix'. It has one expectation, about strangers: whether '${MATRIX_TRAFFIC}' comes back is what`,
    'the run shows.',
    '',
  ];
  return writeScenario(planOf(cell, seed), heading);
}

export async function runCell(cell: Cell, seed: number, crypto: CryptoProvider): Promise<CellRow> {
  const absent = absenceOf(cell);
  if (absent !== undefined) return { cell, absent };
  const { scenario, diagnostics } = parseScenario(scenarioOf(cell, seed), `${nameOf(cell)}.yaml`, () => undefined);
  assert(scenario !== undefined, `the cell ${nameOf(cell)} makes no sense: ${diagnostics?.[0].message}`);
  const segments = cell.transport === 'tcp' ? new Segments() : undefined;
  const fabric = new SimFabric({ scenario, seed, crypto, ...(segments && { capture: segments }) });
  let reports: readonly TrafficReport[] = [];
  await runScenario({ fabric, scenario, seed, version: '', onTraffic: (all) => (reports = all) });
  const report = (name: string): TrafficReport | undefined => reports.find((found) => found.name === name);
  const talk = report(MATRIX_TRAFFIC);
  assert(talk !== undefined, 'every cell has its traffic');
  const trips = segments ? segments.trips() : talk.exchanges;
  const recovered = segments ? talk.transfer?.checksumEqual === true : worksInTheEnd(trips);
  return { cell, recovered, ...sinceFault(trips, recovered), answers: report(SCAN)?.received ?? 0 };
}

/** Something that was sent and has to arrive or be answered; microseconds since the start of the run. */
interface Trip {
  readonly sentAt: number;
  readonly receivedAt?: number | undefined;
}

const FAULT_AT = FAULT_AT_MS * 1_000;

function sinceFault(trips: readonly Trip[], recovered: boolean): Pick<CellOutcome, 'recovery' | 'lost'> {
  const since = trips.filter(({ sentAt }) => sentAt >= FAULT_AT);
  const received = since.flatMap(({ receivedAt }) => receivedAt ?? []);
  const recovery = recovered && received.length > 0 ? Math.min(...received) - FAULT_AT : null;
  return { recovery, lost: since.length - received.length };
}

/** A session works if nothing of the last second is lost. */
const LAST = 1_000_000;

function worksInTheEnd(trips: readonly Trip[]): boolean {
  const last = trips.at(-1)?.sentAt ?? 0;
  return trips.filter(({ sentAt }) => sentAt > last - LAST).every(({ receivedAt }) => receivedAt !== undefined);
}

/** Every TCP segment from host to host, by the id of its packet. */
class Segments implements CaptureSink {
  readonly #trips = new Map<number, { readonly sentAt: number; readonly from: string; receivedAt?: number }>();

  packet({ node, direction, id, time }: CapturedPacket): void {
    if (node !== 'h1' && node !== 'h2') return;
    const trip = this.#trips.get(id);
    if (direction === 'out') this.#trips.set(id, { sentAt: time, from: node });
    else if (trip && trip.from !== node) trip.receivedAt ??= time;
  }

  trips(): Trip[] {
    return [...this.#trips.values()];
  }
}
