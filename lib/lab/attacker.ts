import type { Attack, OffPathAttack, OnPathAttack } from '../attacker/attack.ts';
import type { Attacker, AttackerSurroundings } from '../attacker/attacker.ts';
import { OffPathAttacker } from '../attacker/off-path.ts';
import { OnPathAttacker } from '../attacker/on-path.ts';
import { isBridge, type AttackerNode } from './scenario.ts';

/** The device of an attacker of the lab, with the attacks that are its. `mac` is that of its first port. */
export function makeAttacker(
  node: AttackerNode,
  attacks: readonly Attack[],
  mac: Uint8Array,
  around: AttackerSurroundings,
): Attacker {
  const own = attacks.filter(({ by }) => by === node.name);
  // Reading a scenario has made sure that each attack suits the place of its attacker.
  if (isBridge(node)) return new OnPathAttacker({ ...around, attacks: own as OnPathAttack[] });
  const { addresses, gateways } = node;
  return new OffPathAttacker({ ...around, mac, addresses, gateways, attacks: own as OffPathAttack[] });
}
