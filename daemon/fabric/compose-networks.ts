import { parsePrefix, prefixContains, type Family, type IpAddress, type IpPrefix } from '../../lib/address.ts';
import { LabError } from '../../lib/lab/fabric.ts';
import { deviceInterfacesOf } from '../../lib/lab/sim/nodes.ts';
import type { LabLink, LinkEnd, Scenario } from '../../lib/lab/scenario.ts';

/** What a container engine is told of a link in one family. */
export interface Subnet {
  readonly prefix: IpPrefix;
  /** The engine keeps this one for itself, so it is nobody else's. */
  readonly gateway: IpAddress;
  /** Of each end of the link, by its place. */
  readonly addresses: readonly IpAddress[];
}

/** One network of a container engine, which is one link. */
export interface LinkNetwork {
  readonly link: LabLink;
  readonly subnets: readonly Subnet[];
}

/**
 * The engine wants subnets that overlap with no other of its own, while labs may use any address twice. A link whose own
 * subnet cannot be had, or that has none, is given one that no network of anybody's uses: they are set aside for
 * benchmarks, by RFC 2544 and RFC 5180. Nodes move to the addresses of the lab in any case.
 */
const SUBSTITUTES: Readonly<Record<Family, { readonly count: number; readonly at: (index: number) => string }>> = {
  4: { count: 512, at: (index) => `198.${18 + (index >> 8)}.${index & 0xff}.0/24` },
  6: { count: 0x10000, at: (index) => `2001:2:0:${index.toString(16)}::/64` },
};

/** A network for each link of a lab, apart from those that are `inUse` on the engine. */
export function linkNetworks(scenario: Scenario, inUse: readonly IpPrefix[] = []): LinkNetwork[] {
  const used = [...inUse];
  const prefixesAt = prefixReader(scenario);
  return scenario.links.map((link) => {
    const prefixes = link.ends.map(prefixesAt);
    const subnets = ([4, 6] as const).flatMap((family): Subnet[] => {
      const ofFamily = prefixes.map((all) => all.filter(({ address }) => address.family === family));
      // Docker wants IPv4 in any case.
      if (family === 6 && ofFamily.every((own) => own.length === 0)) return [];
      const subnet = subnetFor(family, ofFamily, used);
      used.push(subnet.prefix);
      return [subnet];
    });
    return { link, subnets };
  });
}

/** `own` holds the prefixes of each end, with the bits of the end's own address. */
function subnetFor(family: Family, own: readonly (readonly IpPrefix[])[], used: readonly IpPrefix[]): Subnet {
  const isFree = (prefix: IpPrefix): boolean => !used.some((other) => overlap(prefix, other));
  const first = own.flat().at(0);
  const natural = first && { address: networkOf(first), length: first.length };
  if (natural && isFree(natural) && sizeOf(natural) >= own.length + 3) return settle(natural, own);
  const { count, at } = SUBSTITUTES[family];
  for (let index = 0; index < count; index++) {
    const substitute = parsePrefix(at(index));
    if (substitute && isFree(substitute)) return settle(substitute, own);
  }
  throw new LabError('the container engine has no subnet left for another link', 3);
}

/** Ends keep their own addresses where those fit; the gateway and the others are counted down from the last one. */
function settle(prefix: IpPrefix, own: readonly (readonly IpPrefix[])[]): Subnet {
  const taken = new Set<bigint>();
  const take = (wanted: bigint | undefined): bigint => {
    let number = wanted ?? toNumber(prefix.address) + BigInt(sizeOf(prefix)) - 2n;
    while (taken.has(number)) number--;
    taken.add(number);
    return number;
  };
  const wanted = own.map((prefixes) => {
    const fit = prefixes.find(({ address }) => prefixContains(prefix, address));
    return fit && toNumber(fit.address);
  });
  const kept = wanted.map((number) => (number !== undefined && !taken.has(number) ? take(number) : undefined));
  const address = (number: bigint): IpAddress => fromNumber(number, prefix.address.family);
  const gateway = address(take(undefined));
  return { prefix, gateway, addresses: kept.map((number) => address(number ?? take(undefined))) };
}

/** Tells the addresses that stand at one end of a link, whoever's it is, each with the length of its network. */
function prefixReader({ nodes, authority }: Scenario): (end: LinkEnd) => readonly IpPrefix[] {
  return ({ node: name, port }) => {
    const node = nodes.find((known) => known.name === name);
    if (node?.kind === 'host' || node?.kind === 'attacker') return node.addresses;
    if (node?.kind === 'nat') return [node.settings[port === 'inside' ? 'inside' : 'outside'].address];
    if (node?.kind !== 'router') return [];
    return deviceInterfacesOf(authority, node)
      .filter((device) => device.name === port)
      .flatMap(({ networkInterfaces }) => networkInterfaces.flatMap(({ addresses }) => addresses))
      .map(({ ipAddress, prefixLength }) => ({ address: ipAddress, length: prefixLength }));
  };
}

const overlap = (a: IpPrefix, b: IpPrefix): boolean => prefixContains(a, b.address) || prefixContains(b, a.address);

const bitsOf = (family: Family): number => (family === 4 ? 32 : 128);

/** Exact up to 2^53, which is as much as anybody here wants to know. */
const sizeOf = ({ address, length }: IpPrefix): number => 2 ** (bitsOf(address.family) - length);

function networkOf({ address, length }: IpPrefix): IpAddress {
  const hostBits = BigInt(bitsOf(address.family) - length);
  return fromNumber((toNumber(address) >> hostBits) << hostBits, address.family);
}

const toNumber = ({ bytes }: IpAddress): bigint => bytes.reduce((number, byte) => (number << 8n) | BigInt(byte), 0n);

function fromNumber(number: bigint, family: Family): IpAddress {
  const bytes = new Uint8Array(bitsOf(family) / 8);
  for (let i = bytes.length - 1, rest = number; i >= 0; i--, rest >>= 8n) bytes[i] = Number(rest & 0xffn);
  return { family, bytes };
}
