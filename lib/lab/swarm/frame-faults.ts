import type { Chance } from './chance.ts';
import { lasting, machinesAt, type Draw, type Lab } from './fault-rows.ts';
import { linksOf, middleboxOf, type PlannedWire } from './plan.ts';

type Keys = Readonly<Record<string, string>>;

/** What is done to some of the frames that are sent on a wire. */
export const frameFaultRows: Readonly<Record<string, Draw>> = {
  'drop some': some('drop'),
  'delay some': some('delay', (chance) => ({ by: `${chance.of([1, 50, 500])}ms` })),
  'duplicate some': some('duplicate'),
  'corrupt some': some('corrupt'),
  'alter payload': some('alter-payload'),
  'strip metadata': some('strip-metadata'),
};

function some(kind: string, more: (chance: Chance) => Keys = () => ({})): Draw {
  return (chance, lab, span) => {
    const wire = chance.of(lab.wires);
    const keys = { [kind]: drawPlace(chance, lab, wire), ...more(chance), ...drawChoice(chance, lab) };
    return lasting(`frames of ${wire.name}`, keys, 'for', span);
  };
}

/** A link both ways or one way, or what stands in it. */
function drawPlace(chance: Chance, lab: Lab, wire: PlannedWire): string {
  const box = wire.middlebox && chance.once(2) ? middleboxOf(wire) : undefined;
  if (box !== undefined) return box;
  if (wire.middlebox || chance.once(2)) return chance.of(linksOf(wire));
  const ends = [wire.from, wire.to].map((end) => `${chance.of(machinesAt(lab, end))}:${wire.name}`);
  return (chance.once(2) ? ends : ends.toReversed()).join(' -> ');
}

/** Which frames, and which of those. */
function drawChoice(chance: Chance, { routers }: Lab): Keys {
  const { number } = chance.of(routers.filter(({ hasHost }) => hasHost));
  const frames = chance.of([
    undefined,
    'svr.kind == metadata',
    'svr.uuid',
    'svr.control',
    'svr.control == sessionExists',
    'svr.health_check',
    'svr.kind == bfd',
    'svr.kind == bare',
    'svr.fragment',
    'arp or icmpv6',
    'svr.hmac',
    'svr.security_id == 2',
    'icmp.type == 3 or icmpv6.type == 2',
    `svr.session.service == "to-${number}"`,
  ]);
  return {
    ...(frames !== undefined && { frames }),
    ...(chance.once(2) && { 'from-nth': String(chance.between(1, 4)), count: String(chance.between(1, 5)) }),
    ...(frames !== undefined && chance.once(3) && { 'of-each': 'session' }),
  };
}
