import { createHash } from 'node:crypto';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { CaptureFile } from '../../lib/capture/capture-file.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import { runScenario } from '../../lib/lab/runner.ts';
import type { RunResult } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { SIM_EPOCH, SimFabric } from '../../lib/lab/sim/fabric.ts';

export interface RecordedRun {
  readonly result: RunResult;
  readonly events: readonly LabEvent[];
  /** The capture file. */
  readonly capture: Uint8Array;
  /** SHA-256 of the capture file, of events.ndjson and of result.json. */
  readonly fingerprints: { readonly capture: string; readonly events: string; readonly result: string };
}

/** Runs a scenario in the simulator, and keeps what `svrlab run` would write into its folder. */
export async function recordRun(scenario: Scenario, seed: number): Promise<RecordedRun> {
  const chunks: Uint8Array[] = [];
  const events: LabEvent[] = [];
  const capture = new CaptureFile(
    { write: (bytes) => chunks.push(bytes.slice()) },
    { application: 'svrlab', comments: [], epoch: () => SIM_EPOCH, ports: [], names: [] },
  );
  const fabric = new SimFabric({
    scenario,
    seed,
    crypto: nodeCrypto,
    events: { event: (event) => events.push(event) },
    capture,
  });
  const result = await runScenario({ fabric, scenario, seed, version: 'test', crypto: nodeCrypto });
  capture.close();
  const captured = Uint8Array.from(Buffer.concat(chunks));
  const sha256 = (text: string | Uint8Array): string => createHash('sha256').update(text).digest('hex');
  return {
    result,
    events,
    capture: captured,
    fingerprints: {
      capture: sha256(captured),
      events: sha256(events.map((event) => `${JSON.stringify(event)}\n`).join('')),
      result: sha256(JSON.stringify(result)),
    },
  };
}
