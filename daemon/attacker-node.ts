import type { AttackReport } from '../lib/attacker/attack.ts';
import type { Attacker } from '../lib/attacker/attacker.ts';
import { assert } from '../lib/assert.ts';
import type { Wire } from '../lib/device.ts';
import { makeAttacker } from '../lib/lab/attacker.ts';
import { LabError } from '../lib/lab/fabric.ts';
import { isBridge, type Action, type AttackerNode as AttackerNodeDescription } from '../lib/lab/scenario.ts';
import { SeededRandom } from '../lib/random.ts';
import { latest } from '../lib/time.ts';
import type { Trace } from '../lib/trace.ts';
import { wallClock } from './clock.ts';
import { describedNode, DeviceNode, type NodeOptions } from './device-node.ts';
import type { CapPort } from './ports/cap.ts';

/** One attacker on interfaces of this machine. It sends by those of its lab alone. */
export class AttackerNode extends DeviceNode<Attacker> {
  readonly #described: AttackerNodeDescription;

  constructor(options: NodeOptions) {
    const described = describedNode(options, 'attacker');
    // What it sends has other people's addresses on it, if it is on the path.
    super(options, described, isBridge(described) ? 'inbound-for-bridge' : 'inbound');
    this.#described = described;
  }

  override attacks(): readonly AttackReport[] {
    return this.driver?.act((attacker) => attacker.reports()) ?? [];
  }

  protected makeDevice([first]: readonly CapPort[], wire: Wire, trace: Trace): Attacker {
    const { scenario, seed, starts } = this.options;
    const { epoch } = this;
    assert(epoch !== undefined, 'a device is made when its node starts');
    const random = SeededRandom.named(seed, `attacker ${this.#described.name} start ${starts}`);
    const now = latest(epoch, wallClock());
    return makeAttacker(this.#described, scenario.attacks, first.mac, { wire, random, trace, epoch, now });
  }

  protected faultOfDevice({ kind }: Action): void {
    throw new LabError(`'${kind}' is nothing that is done to an attacker`, 2);
  }
}
