import { assert } from '../../assert.ts';
import type { Attacker } from '../../attacker/attacker.ts';
import type { Authority, DeviceInterface } from '../../config/index.ts';
import type { CryptoProvider } from '../../crypto.ts';
import type { Device, Wire } from '../../device.ts';
import { Host } from '../../host/host.ts';
import type { Firewall } from '../../middlebox/firewall.ts';
import type { Nat } from '../../middlebox/nat.ts';
import { SeededRandom } from '../../random.ts';
import { Router } from '../../router.ts';
import type { MemoryStore, TwinEnd } from '../../stores/memory.ts';
import type { Instant } from '../../time.ts';
import type { Trace } from '../../trace.ts';
import { makeAttacker } from '../attacker.ts';
import { makeMiddlebox } from '../middlebox.ts';
import type { AttackerNode, HostNode, MiddleboxNode, RouterNode, Scenario } from '../scenario.ts';

/** A node of the simulator, and what it has on its ports. */
export interface SimNode {
  readonly name: string;
  readonly ports: readonly SimPort[];
  /** Undefined while the node is down. */
  readonly device: Device | undefined;
}

export interface SimPort {
  readonly name: string;
  readonly mac: Uint8Array;
}

/** What every node needs of the simulator. */
export interface Surroundings {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly wire: Wire;
}

/** Locally administered, and the same in every run: 02:00, the node's place in the lab, the port's place on the node. */
export function simMac(node: number, port: number): Uint8Array {
  return Uint8Array.of(0x02, 0x00, node >> 8, node & 0xff, port >> 8, port & 0xff);
}

export class SimHost implements SimNode {
  readonly name: string;
  readonly ports: readonly SimPort[];
  readonly device: Host;

  constructor({ name, ports, addresses, gateways }: HostNode, index: number, { seed, wire }: Surroundings) {
    this.name = name;
    this.ports = ports.map((port, i) => ({ name: port, mac: simMac(index, i) }));
    const random = SeededRandom.named(seed, `host ${name}`);
    this.device = new Host({ mac: this.ports[0].mac, addresses, gateways, wire, random });
  }
}

export class SimRouter implements SimNode {
  readonly name: string;
  readonly ports: readonly SimPort[];
  readonly described: RouterNode;
  readonly #surroundings: Surroundings;
  readonly #crypto: CryptoProvider;
  readonly #trace: Trace | undefined;
  readonly #store: MemoryStore | undefined;
  #authority: Authority;
  #starts = 0;
  #device: Router | undefined;

  /** `store` is shared by the nodes of the router, if it has several. */
  constructor(
    described: RouterNode,
    index: number,
    around: Surroundings,
    crypto: CryptoProvider,
    trace: Trace | undefined,
    store: MemoryStore | undefined,
  ) {
    this.name = described.name;
    this.described = described;
    this.#surroundings = around;
    this.#crypto = crypto;
    this.#trace = trace;
    this.#store = store;
    this.#authority = around.scenario.authority;
    const deviceInterfaces = deviceInterfacesOf(around.scenario.authority, described);
    this.ports = described.ports.map((port, i) => {
      const shared = deviceInterfaces.find((deviceInterface) => deviceInterface.name === port)?.sharedPhysAddress;
      return { name: port, mac: shared ?? simMac(index, i) };
    });
  }

  get device(): Router | undefined {
    return this.#device;
  }

  /** Goes on with another configuration, or comes up with it. What takes a restart is refused when a scenario is read. */
  configure(authority: Authority, now: Instant): void {
    this.#authority = authority;
    const refusals = this.#device?.reconfigure(authority, now) ?? [];
    assert(refusals.length === 0, refusals.join('; '));
  }

  /** Comes up with nothing in its memory. */
  start(now: Instant): void {
    const { seed, wire } = this.#surroundings;
    const { router, node } = this.described;
    this.#starts++;
    this.#device = new Router({
      authority: this.#authority,
      router,
      ...(node !== undefined && { node }),
      ...(this.#store && { store: this.#store.open(this.#place(), now) }),
      ports: this.ports,
      wire,
      crypto: this.#crypto,
      // What it draws after a restart is not what it drew before.
      random: SeededRandom.named(seed, `router ${this.name} start ${this.#starts}`),
      startedAt: now,
      ...(this.#trace && { trace: this.#trace }),
    });
  }

  stop(): void {
    this.#device = undefined;
  }

  #place(): TwinEnd {
    const { router, node } = this.described;
    const nodes = this.#surroundings.scenario.authority.routers.find(({ name }) => name === router)?.nodes ?? [];
    return nodes[0]?.name === node ? 0 : 1;
  }
}

export class SimMiddlebox implements SimNode {
  readonly name: string;
  readonly ports: readonly SimPort[];
  readonly #start: (starts: number) => Nat | Firewall;
  #starts = 0;
  #device: Nat | Firewall | undefined;

  constructor(described: MiddleboxNode, index: number, { seed, wire }: Surroundings, trace: Trace | undefined) {
    this.name = described.name;
    this.ports = described.ports.map((port, i) => ({ name: port, mac: simMac(index, i) }));
    const macs = [simMac(index, 0), simMac(index, 1)] as const;
    this.#start = (starts) => {
      const random = SeededRandom.named(seed, `${described.kind} ${this.name} start ${starts}`);
      return makeMiddlebox(described, { macs, wire, random, trace });
    };
  }

  get device(): Nat | Firewall | undefined {
    return this.#device;
  }

  /** Comes up with nothing in its memory. */
  start(): void {
    this.#device = this.#start(++this.#starts);
  }

  stop(): void {
    this.#device = undefined;
  }
}

export class SimAttacker implements SimNode {
  readonly name: string;
  readonly ports: readonly SimPort[];
  readonly #start: (starts: number, now: Instant) => Attacker;
  #starts = 0;
  #device: Attacker | undefined;

  /** `epoch` is time 0 of the run. */
  constructor(described: AttackerNode, index: number, around: Surroundings, trace: Trace | undefined, epoch: Instant) {
    const { scenario, seed, wire } = around;
    this.name = described.name;
    this.ports = described.ports.map((port, i) => ({ name: port, mac: simMac(index, i) }));
    this.#start = (starts, now) => {
      const random = SeededRandom.named(seed, `attacker ${this.name} start ${starts}`);
      return makeAttacker(described, scenario.attacks, this.ports[0].mac, { wire, random, trace, epoch, now });
    };
  }

  get device(): Attacker | undefined {
    return this.#device;
  }

  /** Comes up with nothing in its memory, and begins its attacks anew. */
  start(now: Instant): void {
    this.#device = this.#start(++this.#starts, now);
  }

  stop(): void {
    this.#device = undefined;
  }
}

/** The ports that the configuration gives to a router of the lab, or to the one node of it. */
export function deviceInterfacesOf(authority: Authority, { router, node }: RouterNode): DeviceInterface[] {
  return authority.routers
    .filter(({ name }) => name === router)
    .flatMap(({ nodes }) => nodes.filter(({ name }) => node === undefined || name === node))
    .flatMap(({ deviceInterfaces }) => deviceInterfaces);
}
