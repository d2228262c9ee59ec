import type { Family, IpAddress } from '../address.ts';
import { prefixContains } from '../address.ts';
import {
  coversPort,
  sessionTimers,
  type Authority,
  type Service,
  type ServicePolicy,
  type SessionTimers,
  type TransportProtocol,
} from '../config/index.ts';
import { readU32 } from '../wire/bytes.ts';
import { ipProtocols } from '../wire/ipv4.ts';

/** A service of the authority, ready for look-ups. */
export interface ServiceEntry {
  readonly index: number;
  readonly name: string;
  readonly service: Service;
  readonly allowed: ReadonlySet<string>;
  readonly enforcement: 'reset' | 'allow' | 'block';
  readonly policy: ServicePolicy | undefined;
  /** Whether somebody chooses its routes by how many sessions are at their ends, and has to be told. */
  readonly isCounted: boolean;
}

export type ServiceMatch = ServiceEntry | 'access-denied' | 'not-found';

/** Services with a prefix of one length, by the prefix's leading bits. */
interface Level {
  readonly length: number;
  readonly byPrefix: Map<number | string, ServiceEntry[]>;
}

/** SVR names ICMPv6 sessions as ICMP ones (SVR sheet, section 4.3 lists one protocol for both). */
export function transportProtocol(protocol: number): TransportProtocol {
  if (protocol === ipProtocols.tcp) return 'tcp';
  return protocol === ipProtocols.udp ? 'udp' : 'icmp';
}

/** Finds the service that a first packet is for: the longest prefix that the tenant may use. */
export class Services {
  readonly list: readonly ServiceEntry[];
  readonly #authority: Authority;
  readonly #byName: ReadonlyMap<string, ServiceEntry>;
  /** By family, longest prefixes first. */
  readonly #levels: Readonly<Record<Family, readonly Level[]>>;
  readonly #timers = new Map<string, SessionTimers>();

  constructor(authority: Authority) {
    this.#authority = authority;
    this.list = authority.services
      .filter(({ enabled }) => enabled)
      .map((service, index) => entryOf(authority, service, index));
    this.#byName = new Map(this.list.map((entry) => [entry.name, entry]));
    this.#levels = { 4: levelsOf(this.list, 4), 6: levelsOf(this.list, 6) };
  }

  byName(name: string): ServiceEntry | undefined {
    return this.#byName.get(name);
  }

  /** `tenant` wants to reach `port` at the address that begins at `at`. */
  find(tenant: string, bytes: Uint8Array, at: number, family: Family, protocol: number, port: number): ServiceMatch {
    let isDenied = false;
    for (const { length, byPrefix } of this.#levels[family]) {
      for (const entry of byPrefix.get(leadingBits(bytes, at, family, length)) ?? []) {
        if (!carries(entry.service, protocol, port)) continue;
        if (entry.allowed.has(tenant)) return entry;
        isDenied = true;
      }
    }
    return isDenied ? 'access-denied' : 'not-found';
  }

  /** Whether a destination belongs to a service. */
  covers(entry: ServiceEntry, destination: IpAddress, protocol: number, port: number): boolean {
    const { addresses } = entry.service;
    return addresses.some((prefix) => prefixContains(prefix, destination)) && carries(entry.service, protocol, port);
  }

  timers(entry: ServiceEntry, protocol: number, port: number): SessionTimers {
    const key = `${entry.index}/${protocol}/${port}`;
    const known = this.#timers.get(key);
    if (known) return known;
    const timers = sessionTimers(this.#authority, entry.service, transportProtocol(protocol), port);
    // One entry for each port that a service has been asked for; started anew before it gets large.
    if (this.#timers.size >= 4096) this.#timers.clear();
    this.#timers.set(key, timers);
    return timers;
  }
}

function entryOf(authority: Authority, service: Service, index: number): ServiceEntry {
  const policy = authority.servicePolicies.find(({ name }) => name === service.servicePolicy);
  const allowed = service.accessPolicies.filter(({ permission }) => permission === 'allow').map(({ source }) => source);
  const hasLimit = authority.routers.some(({ serviceRoutes }) =>
    serviceRoutes.some((route) => route.serviceName === service.name && route.serviceRoutePolicy !== undefined),
  );
  return {
    index,
    name: service.name,
    service,
    allowed: new Set(allowed),
    enforcement: policy?.transportStateEnforcement ?? 'reset',
    policy,
    isCounted: policy?.lbStrategy === 'proportional' || hasLimit,
  };
}

function levelsOf(entries: readonly ServiceEntry[], family: Family): Level[] {
  const levels = new Map<number, Level>();
  for (const entry of entries) {
    for (const { address, length } of entry.service.addresses) {
      if (address.family !== family) continue;
      const level = levels.get(length) ?? { length, byPrefix: new Map<number | string, ServiceEntry[]>() };
      levels.set(length, level);
      const key = leadingBits(address.bytes, 0, family, length);
      level.byPrefix.set(key, [...(level.byPrefix.get(key) ?? []), entry]);
    }
  }
  return [...levels.values()].sort((a, b) => b.length - a.length);
}

/** A service without transports carries everything. */
function carries(service: Service, protocol: number, port: number): boolean {
  if (service.transports.length === 0) return true;
  const name = transportProtocol(protocol);
  return service.transports.some(
    (transport) => transport.protocol === name && (name === 'icmp' || coversPort(transport, port)),
  );
}

function leadingBits(bytes: Uint8Array, at: number, family: Family, length: number): number | string {
  if (family === 4) return maskedWord(bytes, at, length);
  let key = '';
  for (let word = 0; word < 4; word++) key += `${maskedWord(bytes, at + word * 4, length - word * 32)}/`;
  return key;
}

/** The first `length` bits of a word; all of them from 32 on, none below 1. */
function maskedWord(bytes: Uint8Array, at: number, length: number): number {
  if (length <= 0) return 0;
  const word = readU32(bytes, at);
  return length >= 32 ? word : (word & (-1 << (32 - length))) >>> 0;
}
