import type { Random } from '../random.ts';
import { followTcp, TCP_UNSEEN } from '../service-area/tcp-state.ts';
import { counter, type Counters } from '../stats/counters.ts';
import type { Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import { readU32 } from '../wire/bytes.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { describeEnd } from './describe.ts';
import { IdleTable, type Idle } from './idle-table.ts';
import { idleTimeout, type IdleTimeouts } from './timeouts.ts';

/** On what a mapping depends besides the inside address and port (RFC 4787, section 4.1). Symmetric: on the whole remote end. */
export const mappingBehaviours = ['endpoint-independent', 'symmetric'] as const;
export type MappingBehaviour = (typeof mappingBehaviours)[number];

/** From whom a mapping lets packets in: from anybody, or from whom it has sent to (RFC 4787, section 5). */
export const filteringBehaviours = ['endpoint-independent', 'address-dependent', 'address-and-port-dependent'] as const;
export type FilteringBehaviour = (typeof filteringBehaviours)[number];

/** Remote ends that a mapping remembers to have sent to; of more, the oldest is forgotten (emulator choice). */
export const REMOTES_MAX = 256;

export interface MappingSettings {
  readonly mapping: MappingBehaviour;
  readonly filtering: FilteringBehaviour;
  /** Whether a mapping gets the inside port as its outside port, if that is free. */
  readonly portPreservation: boolean;
  /** Outside ports and identifiers that are given away, the last included. */
  readonly ports: readonly [first: number, last: number];
  readonly timeouts: IdleTimeouts;
  readonly mappingsMax: number;
}

/** One end of a packet: for an ICMP echo the port of the inside end is the identifier, that of the remote end is 0. */
export interface End {
  readonly address: Uint8Array;
  readonly port: number;
}

export interface Mapping {
  readonly protocol: number;
  readonly inside: End;
  outsidePort: number;
  /** Whom it has sent to, as its filtering tells them apart; the oldest first. */
  readonly remotes: Set<string>;
  tcpState: number;
}

/** Who has which outside port. What cannot be had comes back as the index of the counter that says why. */
export class Mappings {
  readonly #settings: MappingSettings;
  readonly #counters: Counters;
  readonly #random: Random;
  readonly #trace: Trace | undefined;
  readonly #table: IdleTable<Mapping>;

  constructor(settings: MappingSettings, counters: Counters, random: Random, trace: Trace | undefined) {
    this.#settings = settings;
    this.#counters = counters;
    this.#random = random;
    this.#trace = trace;
    this.#table = new IdleTable({
      capacity: settings.mappingsMax,
      counters,
      counted: {
        created: counter.natMappingsCreated,
        timedOut: counter.natMappingsTimedOut,
        forgotten: counter.natMappingsForgotten,
        entries: counter.natMappingsEntries,
        maximum: counter.natMappingsMaximum,
      },
      removed: (mapping, reason) =>
        trace?.event({ type: 'mapping-removed', packet: 0, reason: `${describeMapping(mapping)}: ${reason}` }),
    });
  }

  get size(): number {
    return this.#table.size;
  }

  /** The mapping for a packet that leaves, made if there is none. `packet` is its id. */
  outbound(
    protocol: number,
    inside: End,
    remote: End,
    flags: number,
    packet: number,
    now: Instant,
  ): Readonly<Mapping> | number {
    const entry =
      this.#table.find(this.#insideKey(protocol, inside, remote), now) ??
      this.#create(protocol, inside, remote, packet, now);
    if (typeof entry === 'number') return entry;
    this.#remember(entry.value, remote);
    this.#used(entry, flags, false, now);
    return entry.value;
  }

  /** The mapping that lets a packet in. Only TCP segments refresh it: others might come from anybody (RFC 4787, REQ-6). */
  inbound(protocol: number, outsidePort: number, remote: End, flags: number, now: Instant): Readonly<Mapping> | number {
    const entry = this.#table.find(outsideKey(protocol, outsidePort), now);
    if (!entry) return counter.natNoMapping;
    if (!this.#accepts(entry.value, remote)) return counter.natFiltered;
    if (protocol === ipProtocols.tcp) this.#used(entry, flags, true, now);
    return entry.value;
  }

  /** The mapping of a packet that has left, which an error from the outside quotes. Errors refresh nothing (RFC 5508, section 4.2). */
  ofSent(protocol: number, outsidePort: number, remote: End, now: Instant): Readonly<Mapping> | undefined {
    const entry = this.#table.find(outsideKey(protocol, outsidePort), now);
    return entry && this.#accepts(entry.value, remote) ? entry.value : undefined;
  }

  /** The mapping of a packet that was let in, which an error from the inside quotes. */
  ofReceived(protocol: number, inside: End, remote: End, now: Instant): Readonly<Mapping> | undefined {
    return this.#table.find(this.#insideKey(protocol, inside, remote), now)?.value;
  }

  /** Gives every mapping a port that none had before. One for which no such port is left is forgotten. */
  rebind(): number {
    const entries = [...this.#table.all()];
    const taken = new Set<string>();
    for (const entry of entries) {
      const { value } = entry;
      const port = this.#freePort(value.protocol, undefined, taken);
      if (port === undefined) {
        this.#table.forget(entry);
        continue;
      }
      const key = outsideKey(value.protocol, port);
      taken.add(key);
      const before = describeMapping(value);
      this.#trace?.event({ type: 'mapping-rebound', packet: 0, reason: `${before}, now ${port}` });
      value.outsidePort = port;
      this.#counters.values[counter.natMappingsRebound]++;
    }
    // Only now, so that nobody was given a port that another one has just lost.
    for (const entry of this.#table.all())
      this.#table.rename(entry, [entry.keys[0], outsideKey(entry.value.protocol, entry.value.outsidePort)]);
    return this.#table.size;
  }

  forgetAll(): number {
    return this.#table.forgetAll();
  }

  poll(now: Instant): void {
    this.#table.poll(now);
  }

  nextDeadline(): Instant {
    return this.#table.nextDeadline();
  }

  #create(protocol: number, inside: End, remote: End, packet: number, now: Instant): Idle<Mapping> | number {
    if (this.#table.size >= this.#settings.mappingsMax) this.#table.poll(now);
    if (this.#table.size >= this.#settings.mappingsMax) return counter.natTableFull;
    const outsidePort = this.#freePort(protocol, inside.port, new Set());
    if (outsidePort === undefined) return counter.natOutOfPorts;
    const mapping: Mapping = { protocol, inside, outsidePort, remotes: new Set(), tcpState: TCP_UNSEEN };
    const keys = [this.#insideKey(protocol, inside, remote), outsideKey(protocol, outsidePort)];
    this.#trace?.event({ type: 'mapping-created', packet, reason: describeMapping(mapping) });
    return this.#table.add(keys, mapping, this.#timeoutOf(mapping), now) ?? counter.natTableFull;
  }

  #used(entry: Idle<Mapping>, flags: number, isFromOutside: boolean, now: Instant): void {
    const mapping = entry.value;
    if (mapping.protocol === ipProtocols.tcp) mapping.tcpState = followTcp(mapping.tcpState, flags, isFromOutside);
    this.#table.refresh(entry, this.#timeoutOf(mapping), now);
  }

  #timeoutOf({ protocol, tcpState }: Mapping): ReturnType<typeof idleTimeout> {
    return idleTimeout(this.#settings.timeouts, protocol, tcpState);
  }

  #remember({ remotes }: Mapping, remote: End): void {
    if (this.#settings.filtering === 'endpoint-independent') return;
    const key = this.#remoteKey(remote);
    if (remotes.has(key)) return;
    if (remotes.size >= REMOTES_MAX) {
      remotes.delete(remotes.values().next().value!);
      this.#counters.values[counter.natRemotesForgotten]++;
    }
    remotes.add(key);
  }

  #accepts({ remotes }: Mapping, remote: End): boolean {
    return this.#settings.filtering === 'endpoint-independent' || remotes.has(this.#remoteKey(remote));
  }

  #remoteKey({ address, port }: End): string {
    return endKey({ address, port: this.#settings.filtering === 'address-dependent' ? 0 : port });
  }

  #insideKey(protocol: number, inside: End, remote: End): string {
    const key = `inside ${protocol} ${endKey(inside)}`;
    return this.#settings.mapping === 'symmetric' ? `${key} ${endKey(remote)}` : key;
  }

  /** The port that is wanted, if it is free and may be given; else the first free one from a place drawn by lot. */
  #freePort(protocol: number, wanted: number | undefined, taken: ReadonlySet<string>): number | undefined {
    const [first, last] = this.#settings.ports;
    const isFree = (port: number): boolean => {
      const key = outsideKey(protocol, port);
      return !this.#table.has(key) && !taken.has(key);
    };
    const mayKeep = wanted !== undefined && this.#settings.portPreservation && wanted >= first && wanted <= last;
    if (mayKeep && isFree(wanted)) return wanted;
    const count = last - first + 1;
    const start = this.#random.below(count);
    for (let i = 0; i < count; i++) {
      const port = first + ((start + i) % count);
      if (isFree(port)) return port;
    }
    return undefined;
  }
}

const outsideKey = (protocol: number, port: number): string => `outside ${protocol} ${port}`;
const endKey = ({ address, port }: End): string => `${readU32(address, 0)}:${port}`;

/** `udp 10.1.0.10:40000 is port 52311`. */
const describeMapping = ({ protocol, inside, outsidePort }: Mapping): string =>
  `${describeEnd(protocol, inside.address, inside.port)} is port ${outsidePort}`;
