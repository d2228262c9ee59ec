import { wallClock } from '../daemon/clock.ts';
import type { Fabric, FabricName, FabricOptions } from '../lib/lab/fabric.ts';

export interface MadeFabric {
  readonly fabric: Fabric;
  /** When the run began, in microseconds since the Unix epoch; may be asked once it has begun. */
  readonly epoch: () => number;
}

type Maker = (options: FabricOptions) => Promise<MadeFabric>;

const inRealTime = (fabric: Fabric): MadeFabric => ({ fabric, epoch: () => wallClock() - fabric.elapsed() });

/** How each fabric is made. Only the one that is asked for is loaded, so that the simulator needs no native modules. */
export const fabricMakers = {
  sim: async (options) => {
    const { SIM_EPOCH } = await import('../lib/lab/sim/fabric.ts');
    const { ResponsiveSimFabric } = await import('./responsive-sim.ts');
    const { nodeCrypto } = await import('../daemon/crypto.ts');
    return { fabric: new ResponsiveSimFabric({ ...options, crypto: nodeCrypto }), epoch: () => SIM_EPOCH };
  },
  netns: async (options) => inRealTime(new (await import('../daemon/fabric/netns.ts')).NetnsFabric(options)),
  compose: async (options) => inRealTime(new (await import('../daemon/fabric/compose.ts')).ComposeFabric(options)),
} as const satisfies Record<FabricName, Maker>;

export type RunFabric = keyof typeof fabricMakers;
