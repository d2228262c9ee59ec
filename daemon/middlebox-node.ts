import type { Wire } from '../lib/device.ts';
import { LabError } from '../lib/lab/fabric.ts';
import { actOnMiddlebox, makeMiddlebox } from '../lib/lab/middlebox.ts';
import type { Action, MiddleboxNode as MiddleboxNodeDescription } from '../lib/lab/scenario.ts';
import type { Firewall } from '../lib/middlebox/firewall.ts';
import type { Nat } from '../lib/middlebox/nat.ts';
import { SeededRandom } from '../lib/random.ts';
import type { Trace } from '../lib/trace.ts';
import type { DeviceDriver } from './device-driver.ts';
import { describedNode, DeviceNode, type NodeOptions } from './device-node.ts';
import type { NodeTape } from './node-tape.ts';
import type { CapPort } from './ports/cap.ts';

/** One NAT or firewall on interfaces of this machine. */
export class MiddleboxNode extends DeviceNode<Nat | Firewall> {
  readonly #described: MiddleboxNodeDescription;

  constructor(options: NodeOptions) {
    const described = describedNode(options, 'nat', 'firewall');
    // What a firewall sends has other people's addresses on it.
    super(options, described, described.kind === 'firewall' ? 'inbound-for-bridge' : 'inbound');
    this.#described = described;
  }

  protected makeDevice(
    [inside, outside]: readonly CapPort[],
    wire: Wire,
    trace: Trace,
    tape: NodeTape | undefined,
  ): Nat | Firewall {
    const macs = [inside.mac, outside.mac] as const;
    const { seed, starts } = this.options;
    // What it draws after a restart is not what it drew before.
    const seeded = SeededRandom.named(seed, `${this.#described.kind} ${this.#described.name} start ${starts}`);
    const random = tape ? tape.random(seeded) : seeded;
    return makeMiddlebox(this.#described, { macs, wire, random, trace });
  }

  protected faultOfDevice(action: Action, driver: DeviceDriver<Nat | Firewall>): void {
    if (action.kind !== 'rebind' && action.kind !== 'forget-mappings' && action.kind !== 'forget-states')
      throw new LabError(`'${action.kind}' is nothing that is done to a ${this.#described.kind}`, 2);
    driver.act((middlebox) => actOnMiddlebox(middlebox, action));
  }
}
