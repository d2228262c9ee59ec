import type { AlarmRow, PeerRow } from '../../peering/rows.ts';
import type { SessionRow } from '../../service-area/rows.ts';
import type { Fabric } from '../fabric.ts';
import type { LevelMeasure, Measure } from '../scenario.ts';

/** What a lab has at one moment, each part asked for once, when somebody wants it. */
export class Snapshot {
  readonly #fabric: Fabric;
  readonly #answers = new Map<string, Promise<unknown>>();

  constructor(fabric: Fabric) {
    this.#fabric = fabric;
  }

  counters(node: string): Promise<ReadonlyMap<string, number>> {
    return this.#once(`counters ${node}`, () => this.#fabric.counters(node));
  }

  sessions(node: string): Promise<readonly SessionRow[]> {
    return this.#once(`sessions ${node}`, () => this.#fabric.sessions(node));
  }

  /** The value of a counter or of what is there; undefined for what only a stream or a report tells. */
  async valueOf(measure: Measure): Promise<number | undefined> {
    const { of } = measure;
    switch (of) {
      case 'counter': {
        const values = measure.terms.map(async ({ node, path }) => (await this.counters(node)).get(path) ?? 0);
        return (await Promise.all(values)).reduce((sum, value) => sum + value, 0);
      }
      case 'sessions':
        return sessionCount(await this.sessions(measure.node));
      case 'paths':
      case 'peers':
        return peerCount(measure, await this.#once(`peers ${measure.node}`, () => this.#fabric.peers(measure.node)));
      case 'alarms':
        return alarmCount(measure, await this.#once(`alarms ${measure.node}`, () => this.#fabric.alarms(measure.node)));
      default:
        return undefined;
    }
  }

  #once<T>(what: string, ask: () => Promise<T>): Promise<T> {
    let answer = this.#answers.get(what) as Promise<T> | undefined;
    if (!answer) this.#answers.set(what, (answer = ask()));
    return answer;
  }
}

/** The nodes that the value is asked from; none for what is not asked for. */
export function nodesOf(measure: Measure): string[] {
  switch (measure.of) {
    case 'counter':
      return measure.terms.map(({ node }) => node);
    case 'sessions':
    case 'paths':
    case 'peers':
    case 'alarms':
      return [measure.node];
    default:
      return [];
  }
}

/** Both directions are one session. */
const sessionCount = (rows: readonly SessionRow[]): number => new Set(rows.map(({ sessionId }) => sessionId)).size;

function peerCount({ of, state }: LevelMeasure & { of: 'paths' | 'peers' }, rows: readonly PeerRow[]): number {
  if (of === 'paths') return rows.filter(({ status }) => state === undefined || status === state).length;
  const all = new Set(rows.map(({ peer }) => peer));
  const up = new Set(rows.filter(({ status }) => status === 'up').map(({ peer }) => peer));
  if (state === undefined) return all.size;
  return state === 'up' ? up.size : all.size - up.size;
}

const alarmCount = (wanted: LevelMeasure & { of: 'alarms' }, rows: readonly AlarmRow[]): number =>
  rows.filter(
    ({ severity, category }) =>
      (wanted.severity ?? severity) === severity && (wanted.category ?? category) === category,
  ).length;
