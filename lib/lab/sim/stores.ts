import { MemoryStore } from '../../stores/memory.ts';
import type { Instant } from '../../time.ts';
import type { StoreAction } from '../actions/action.ts';
import type { RouterNode } from '../scenario.ts';

/** What the nodes of routers share. */
export class SimStores {
  readonly #stores = new Map<string, MemoryStore>();

  /** The nodes of one router share one store; a router that is one machine has none. */
  of({ router, node }: RouterNode): MemoryStore | undefined {
    if (node === undefined) return undefined;
    const store = this.#stores.get(router) ?? new MemoryStore();
    this.#stores.set(router, store);
    return store;
  }

  act(action: StoreAction, now: Instant): void {
    const store = this.#stores.get(action.router);
    if (action.kind === 'store-gone') store?.fail(now);
    else store?.setDelay(action.kind === 'store-slow' ? action.by : undefined);
    if (action.kind === 'store-back') store?.recover(now);
  }

  clear(): void {
    this.#stores.clear();
  }
}
