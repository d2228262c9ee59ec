import { formatAddress, prefixContains, type IpAddress } from '../../address.ts';
import type { Attack, AttackKind, PretendedSession } from '../../attacker/attack.ts';
import type { Authority } from '../../config/index.ts';
import { quote, suggest } from '../../diagnostic.ts';
import type { Duration } from '../../time.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import { describeDuration } from '../describe.ts';
import { isBridge, type AttackerNode, type LabNode, type Traffic } from '../scenario.ts';
import { attackKinds, type AttackKey } from './attack-kinds.ts';
import type { Fields, Value } from './document.ts';
import * as forms from './forms.ts';
import { addressesOf } from './link-addresses.ts';

const kinds = Object.keys(attackKinds) as AttackKind[];
/** When and how often an attack sends. */
export const paceForms = { start: forms.duration, every: forms.span, count: forms.wholeNumber(1, 100_000) };
const commonFields = ['kind', 'by', ...Object.keys(paceForms)];

/** What attacks have besides, which is looked up in the lab. */
export const lookedUp = <K extends AttackKind>(kind: K): readonly ('target' | 'like')[] => [
  ...(attackKinds[kind].place === 'on the path' ? [] : (['target'] as const)),
  ...('service' in attackKinds[kind].keys ? (['like'] as const) : []),
];

interface Lab {
  readonly nodes: readonly LabNode[];
  readonly traffic: readonly Traffic[];
  readonly authority: Authority;
  readonly duration: Duration;
}

export function readAttacks(value: Value | undefined, lab: Lab): Attack[] {
  const entries = value?.entries("attacks by name: 'scan: {kind: port-scan, ...}'") ?? [];
  return entries.flatMap(({ key, value }) => readAttack(key, value, lab) ?? []);
}

function readAttack(nameAt: Value, value: Value, lab: Lab): Attack | undefined {
  const name = nameAt.read(forms.name) ?? forms.name.neutral;
  if (lab.traffic.some((traffic) => traffic.name === name))
    nameAt.wrong(`there is traffic that is named ${quote(name)}`);
  const kind = readKind(value);
  if (kind === undefined) return undefined;
  const { place, keys } = attackKinds[kind];
  const isOnPath = place === 'on the path';
  const others = lookedUp(kind);
  const hasLike = others.includes('like');
  const fields = value.fields(`an attack of kind ${kind}`, [...commonFields, ...others, ...Object.keys(keys)]);
  const by = readAttacker(fields.need('by'), isOnPath, lab);
  const own = Object.entries<AttackKey<unknown>>(keys).map(([key, row]) => [key, readKey(fields, key, row)]);
  const pace = readPace(nameAt, fields, lab.duration);
  if (hasLike) checkNames(fields, lab.authority);
  // The table says which keys a kind has, and what they hold.
  return {
    kind,
    name,
    by: by?.name ?? '',
    ...pace,
    ...(!isOnPath && { target: readTarget(fields.need('target'), by, lab) }),
    ...(hasLike && { like: readLike(fields.need('like'), lab) }),
    ...Object.fromEntries(own),
  } as Attack;
}

function readKind(value: Value): AttackKind | undefined {
  const entry = value
    .entries("an attack: '{kind: port-scan, by: mallory, ...}'")
    .find(({ key }) => key.text === 'kind');
  if (entry) return entry.value.read(forms.oneOf('a kind of attack', kinds));
  if (value.isMap) value.wrong("an attack needs 'kind'", `one of ${kinds.join(', ')}`);
  return undefined;
}

function readKey(fields: Fields, name: string, { absent, read }: AttackKey<unknown>): unknown {
  const value = absent ? fields.get(name) : fields.need(name);
  return value ? read(value) : absent?.value;
}

function readAttacker(value: Value | undefined, isOnPath: boolean, { nodes }: Lab): AttackerNode | undefined {
  if (!value) return undefined;
  const attackers = nodes.filter((node) => node.kind === 'attacker');
  const names = attackers.map((node) => node.name);
  const attacker = attackers.find(({ name }) => name === value.text);
  if (!attacker)
    value.wrong(`there is no attacker ${quote(value.text ?? '')} in this lab`, suggest(value.text ?? '', names));
  else if (isBridge(attacker) !== isOnPath)
    value.wrong(
      isOnPath
        ? `${attacker.name} is off the path, and sees nothing pass`
        : `${attacker.name} is on the path, and has no address to send from`,
      isOnPath ? "an attacker on the path has no 'addresses', and the ports inside and outside" : "give it 'addresses'",
    );
  return attacker;
}

function readPace(nameAt: Value, fields: Fields, duration: Duration): Pick<Attack, 'start' | 'every' | 'count'> {
  const pace = {
    start: fields.optional('start', paceForms.start, forms.duration.neutral),
    every: fields.required('every', paceForms.every),
    count: fields.required('count', paceForms.count),
  };
  const last = (pace.start + (pace.count - 1) * pace.every) as Duration;
  if (duration > 0 && last >= duration)
    nameAt.wrong(
      `this would go on until ${describeDuration(last)}, after the end of the run`,
      `it lasts ${describeDuration(duration)}`,
    );
  return pace;
}

/** An address, or the name of a node that has one on a network of the attacker's. */
function readTarget(value: Value | undefined, by: AttackerNode | undefined, { nodes, authority }: Lab): IpAddress {
  const text = value?.text ?? '';
  const node = nodes.find(({ name }) => name === text);
  if (!value || !by || !node) {
    const known = forms.address.read(text);
    if (!known)
      value?.wrong(
        `${quote(text)} is no address, and no node of this lab`,
        suggest(
          text,
          nodes.map(({ name }) => name),
        ),
      );
    return known ?? forms.address.neutral;
  }
  const own = node.ports.flatMap((port) => addressesOf({ node: node.name, port }, nodes, authority));
  const near = own.find((address) => by.addresses.some((prefix) => prefixContains(prefix, address)));
  if (!near)
    value.wrong(
      `${node.name} has no address on a network of ${by.name}`,
      own[0] && `write one: ${formatAddress(own[0])}`,
    );
  return near ?? forms.address.neutral;
}

/** The session of a traffic entry. */
function readLike(value: Value | undefined, { nodes, traffic }: Lab): PretendedSession {
  const names = traffic.map(({ name }) => name);
  const entry = traffic.find(({ name }) => name === value?.text);
  if (!entry && value) value.wrong(`there is no traffic ${quote(value.text ?? '')}`, suggest(value.text ?? '', names));
  const destination = entry?.destination ?? forms.address.neutral;
  const host = nodes.find((node) => node.kind === 'host' && node.name === entry?.from);
  const sources = host?.kind === 'host' ? host.addresses.map(({ address }) => address) : [];
  return {
    source: sources.find(({ family }) => family === destination.family) ?? forms.address.neutral,
    destination,
    destinationPort: entry?.port ?? 0,
    protocol: entry ? protocolOf(entry) : ipProtocols.udp,
  };
}

function protocolOf({ kind, destination }: Traffic): number {
  if (kind === 'ping') return destination.family === 4 ? ipProtocols.icmp : ipProtocols.icmpv6;
  return kind === 'http-download' ? ipProtocols.tcp : ipProtocols.udp;
}

function checkNames(fields: Fields, authority: Authority): void {
  const known = { tenant: authority.tenants, service: authority.services };
  for (const what of ['tenant', 'service'] as const) {
    const value = fields.get(what);
    const names = known[what].map(({ name }) => name);
    if (value?.text && !names.includes(value.text))
      value.wrong(`the configuration has no ${what} ${quote(value.text)}`, suggest(value.text, names));
  }
}
