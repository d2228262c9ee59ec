import { nodeCrypto } from '../../daemon/crypto.ts';
import type { Dissection } from '../../lib/capture/dissection.ts';
import { LadderBuilder } from '../../lib/capture/ladder/ladder-builder.ts';
import type { Ladder } from '../../lib/capture/ladder/model.ts';
import { RunClock } from '../../lib/capture/ladder/run-clock.ts';
import { Secrets } from '../../lib/capture/secrets.ts';
import { SeededRandom } from '../../lib/random.ts';
import { dissectAll } from './captures.ts';
import { loadScenario } from './lab-files.ts';
import { recordRun } from './recorded-run.ts';

/**
 * Runs a scenario in the simulator, and draws up the ladder of every session of it, in the order of their first packets.
 * `change` makes another capture of the one that was recorded.
 */
export async function laddersOf(
  name: string,
  see: (packet: Dissection) => void = () => undefined,
  change: (capture: Uint8Array) => Uint8Array = (capture) => capture,
): Promise<Ladder[]> {
  const scenario = loadScenario(`scenarios/${name}.yaml`);
  const { capture: recorded, events } = await recordRun(scenario, 1);
  const capture = change(recorded);
  const builders = new Map<string, LadderBuilder>();
  const clock = new RunClock(events);
  const secrets = new Secrets(scenario.authority, nodeCrypto, new SeededRandom(0));
  dissectAll(
    capture,
    (packet) => {
      clock.see(packet);
      see(packet);
      const uuid = packet.session?.uuid;
      if (uuid === undefined) return;
      if (!builders.has(uuid)) builders.set(uuid, new LadderBuilder(uuid));
      builders.get(uuid)?.see(packet);
    },
    { secrets },
  );
  return [...builders.values()].map((builder) => builder.build(events, clock.offset));
}
