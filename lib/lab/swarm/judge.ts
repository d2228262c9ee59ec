import type { CryptoProvider } from '../../crypto.ts';
import { InvariantError } from '../../assert.ts';
import type { CaptureSink, EventSink } from '../fabric.ts';
import type { Invariant } from '../invariants/violation.ts';
import type { Verdict } from '../measure.ts';
import { parseScenario } from '../parse.ts';
import { runScenario } from '../runner.ts';
import { SimFabric } from '../sim/fabric.ts';

/**
 * How a lab broke. Beside the invariants: `convergence`, something still does not work when everything has been healed
 * for long; `assertion`, the core has found itself in a state that cannot be; `crash`, it has thrown something else;
 * `refused`, the scenario makes no sense, and the swarm is wrong.
 */
export type Breach = Invariant | 'convergence' | 'assertion' | 'crash' | 'refused';

/** What a run of one scenario has shown. */
export interface Judgement {
  /** Undefined if everything held. */
  readonly breach?: Breach;
  /** What is wrong, a line for each. */
  readonly findings: readonly string[];
  /** Packets that were put on links. */
  readonly packets: number;
}

export interface JudgeOptions {
  readonly crypto: CryptoProvider;
  readonly events?: EventSink;
  readonly capture?: CaptureSink;
}

const FILE = 'swarm.yaml';

/** Runs a scenario, given as the text of its file, and says what broke. Never throws for what the scenario does. */
export async function judgeScenario(text: string, options: JudgeOptions): Promise<Judgement> {
  const { scenario, diagnostics } = parseScenario(text, FILE, () => undefined);
  if (!scenario) {
    const findings = diagnostics.map(({ line, message }) => `line ${line}: ${message}`);
    return { breach: 'refused', findings, packets: 0 };
  }
  const { seed } = scenario;
  let packets = 0;
  const fabric = new SimFabric({
    ...{ scenario, seed, crypto: options.crypto },
    ...(options.events && { events: options.events }),
    ...(options.capture && { capture: options.capture }),
  });
  try {
    const result = await runScenario({
      ...{ fabric, scenario, seed, version: '' },
      onProgress: (progress) => (packets = progress.packets),
    });
    const [first] = result.violations;
    if (first) {
      const findings = result.violations.map(({ time, node, what }) => `${time / 1_000_000} s, ${node}: ${what}`);
      return { breach: first.invariant, findings, packets };
    }
    const failed = result.verdicts.filter(({ held }) => !held);
    if (failed.length === 0) return { findings: [], packets };
    return {
      breach: 'convergence',
      findings: failed.map(describeFailed),
      packets,
    };
  } catch (error) {
    const at = `${fabric.elapsed() / 1_000_000} s`;
    const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
    const breach = error instanceof InvariantError ? 'assertion' : 'crash';
    return {
      breach,
      findings: [
        `${at}: ${message}`,
        ...stack
          .split('\n')
          .slice(1, 4)
          .map((line) => line.trim()),
      ],
      packets,
    };
  }
}

const describeFailed = ({ text, measured, decidedBy }: Verdict): string =>
  `${text}, but it is ${measured}${decidedBy === undefined ? '' : ` (${decidedBy})`}`;
