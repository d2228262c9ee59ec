import { parseAddress } from '../address.ts';
import { assert } from '../assert.ts';
import { Firewall } from '../middlebox/firewall.ts';
import type { MiddleboxSurroundings } from '../middlebox/middlebox.ts';
import { Nat } from '../middlebox/nat.ts';
import type { MiddleboxAction, MiddleboxNode } from './scenario.ts';

/** The device of a NAT or a firewall of the lab, with nothing in its memory. */
export function makeMiddlebox(node: MiddleboxNode, around: MiddleboxSurroundings): Nat | Firewall {
  if (node.kind === 'nat') return new Nat({ ...around, settings: node.settings });
  return new Firewall({ ...around, settings: node.settings });
}

/** Does to a middlebox what the timeline wants. */
export function actOnMiddlebox(middlebox: Nat | Firewall, action: MiddleboxAction): void {
  if (action.kind !== 'rebind') {
    middlebox.forget();
    return;
  }
  assert(middlebox instanceof Nat, 'only a NAT is rebound');
  middlebox.rebind(action.address === undefined ? undefined : parseAddress(action.address));
}
