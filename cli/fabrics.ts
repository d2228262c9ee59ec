import { wallClock } from '../daemon/clock.ts';
import type { Fabric, FabricName, FabricOptions } from '../lib/lab/fabric.ts';

export const fabricNames = ['sim', 'netns', 'compose'] as const satisfies readonly FabricName[];

export interface MadeFabric {
  readonly fabric: Fabric;
  /** When the run began, in microseconds since the Unix epoch; may be asked once it has begun. */
  readonly epoch: () => number;
}

/** Makes a fabric. Only the one that is asked for is loaded, so that the simulator needs no native modules. */
export async function makeFabric(name: FabricName, options: FabricOptions): Promise<MadeFabric> {
  if (name === 'sim') {
    const { SIM_EPOCH } = await import('../lib/lab/sim/fabric.ts');
    const { ResponsiveSimFabric } = await import('./responsive-sim.ts');
    const { nodeCrypto } = await import('../daemon/crypto.ts');
    return { fabric: new ResponsiveSimFabric({ ...options, crypto: nodeCrypto }), epoch: () => SIM_EPOCH };
  }
  const fabric =
    name === 'netns'
      ? new (await import('../daemon/fabric/netns.ts')).NetnsFabric(options)
      : new (await import('../daemon/fabric/compose.ts')).ComposeFabric(options);
  return { fabric, epoch: () => wallClock() - fabric.elapsed() };
}
