import type { Family } from '../address.ts';
import type { Random } from '../random.ts';
import { NEVER, after, microseconds, seconds, type Duration, type Instant } from '../time.ts';

/** Probes of one size in a row that must stay unanswered before the size is taken to be too long (SVR sheet, section 4.2). */
const MAX_PROBES = 3;

/** The first probe leaves within this time, so that paths which come up together are not searched together (emulator choice). */
const FIRST_WITHIN: Duration = seconds(1);

/** How long a path is left in peace after a search, whatever speaks against what was found (emulator choice). */
const REST: Duration = seconds(1);

/**
 * Nothing shorter is probed: what every host takes (RFC 791), what every link carries (RFC 8200). RFC 8899 calls it
 * MIN_PLPMTU, and BASE_PLPMTU what works nearly everywhere (section 5.1.2).
 */
const MIN_MTU = { 4: 576, 6: 1_280 } as const;
const BASE_MTU = { 4: 1_200, 6: 1_280 } as const;

/** Where a discovery stands (RFC 8899, section 5.2; its state Base is part of `searching`). */
export type DiscoveryState = 'disabled' | 'searching' | 'search-complete' | 'error';

/** Lengths of IP packets, in bytes, that a search moves between. */
export interface SearchLimits {
  readonly min: number;
  readonly base: number;
  /** The MTU of the interface, beyond which there is nothing to look for. */
  readonly max: number;
}

/** What a search knows: packets of `passed` bytes arrive, those of `failed` bytes do not. */
export interface Search {
  readonly passed: number;
  readonly failed: number;
  /** What the search before has found; 0 if there was none. */
  readonly known: number;
  /** The longest that a router on the way says it can pass on; 0 if none has. */
  readonly reported: number;
}

export function searchLimits(family: Family, max: number): SearchLimits {
  return { min: Math.min(MIN_MTU[family], max), base: Math.min(BASE_MTU[family], max), max };
}

export const newSearch = ({ min, max }: SearchLimits, known: number): Search => ({
  passed: min - 1,
  failed: max + 1,
  known,
  reported: 0,
});

/**
 * The length to probe next; undefined when nothing is left to find. First what a router has said, or what was found
 * before, and one byte more: usually nothing has changed. Then the whole, what works nearly everywhere, the least; and
 * between what passes and what does not, the middle.
 */
export function nextSize(
  { passed, failed, known, reported }: Search,
  { min, base, max }: SearchLimits,
): number | undefined {
  if (failed - passed <= 1) return undefined;
  const isOpen = (size: number): boolean => size > passed && size < failed;
  const preferred = [reported, known, passed === known ? known + 1 : 0, failed > max ? max : 0, base, min];
  return preferred.find(isOpen) ?? (passed + failed) >>> 1;
}

/** A probe that is to be answered with the same number and size. */
export interface MtuProbe {
  readonly kind: 'request' | 'reply';
  readonly number: number;
  /** Length of the IP packet that asks, in bytes. */
  readonly size: number;
}

/** What an ICMP error about a packet that was too long tells. */
export interface TooBig {
  /** As `send` has returned it for the packet that is quoted. */
  readonly token: number;
  /** What the packet was long. */
  readonly size: number;
  /** The longest that the node which made the error can pass on; 0 if it does not say. */
  readonly mtu: number;
}

export type DiscoveryEvent = 'probe-unanswered' | 'black-hole' | 'mtu-changed' | 'complete' | 'unresolvable';

export interface DiscoverySettings {
  readonly isEnabled: boolean;
  readonly limits: SearchLimits;
  /** From the end of one search to the next. */
  readonly interval: Duration;
}

export interface PathMtuDiscoveryOptions extends DiscoverySettings {
  /** How long a probe waits for its answer. */
  readonly probeTimeout: Duration;
  readonly random: Random;
  /** Sends a probe; returns by what an ICMP error can show that it is about this one, or undefined if it could not leave. */
  readonly send: (probe: MtuProbe, now: Instant) => number | undefined;
  readonly happened: (event: DiscoveryEvent, now: Instant) => void;
}

/** The probes of one size. */
interface Probing {
  readonly size: number;
  readonly firstNumber: number;
  readonly tokens: number[];
  deadline: Instant;
}

/**
 * Finds out how long the packets to a peer may be, by probes that the peer answers (RFC 8899 and RFC 4821; SVR sheet,
 * section 4.2). A search begins when the path comes up, and then every interval. A size is taken to be too long when three
 * probes in a row are not answered, or when an ICMP error says so that is about one of them.
 *
 * Until a search is over, packets are as long as what has not failed: the most that the interface carries, what is known
 * from before, or the base. Where not even the shortest probe is answered, it is the least; or what the interface carries, if
 * the peer has never answered a probe (emulator choice).
 */
export class PathMtuDiscovery {
  readonly #options: PathMtuDiscoveryOptions;
  #settings: DiscoverySettings;
  #state: DiscoveryState = 'disabled';
  #mtu: number;
  #found = 0;
  #search: Search;
  #probing: Probing | undefined;
  #nextNumber = 0;
  #nextSearchAt: Instant = NEVER;
  #restsUntil: Instant = NEVER;
  #hasAnswered = false;

  constructor(options: PathMtuDiscoveryOptions) {
    this.#options = options;
    this.#settings = options;
    this.#mtu = options.limits.max;
    this.#search = newSearch(options.limits, 0);
  }

  get state(): DiscoveryState {
    return this.#state;
  }

  /** How long packets to the peer may be now. */
  get mtu(): number {
    return this.#mtu;
  }

  /** What the last search has found; 0 if none has found anything. */
  get found(): number {
    return this.#found;
  }

  /** Another configuration: what it changes is looked for anew, at once if the path is up. */
  set(settings: DiscoverySettings, isUp: boolean, now: Instant): void {
    const { isEnabled, interval, limits } = this.#settings;
    const hasOtherLimits = settings.limits.max !== limits.max;
    if (settings.isEnabled === isEnabled && settings.interval === interval && !hasOtherLimits) return;
    this.stop();
    this.#settings = settings;
    if (!settings.isEnabled || hasOtherLimits) {
      this.#found = 0;
      this.#setMtu(settings.limits.max, now);
    }
    if (isUp) this.start(now);
  }

  /** The path is up. */
  start(now: Instant): void {
    const { isEnabled, interval } = this.#settings;
    const { random } = this.#options;
    if (!isEnabled) return;
    this.#state = 'searching';
    this.#nextNumber = random.below(2 ** 32);
    this.#nextSearchAt = after(now, microseconds(Math.min(FIRST_WITHIN, interval) * random.unit()));
  }

  /** The path is down: nothing can be learned of it, and what is known stays. */
  stop(): void {
    this.#state = 'disabled';
    this.#probing = undefined;
    this.#nextSearchAt = NEVER;
  }

  nextDeadline(): Instant {
    return this.#probing?.deadline ?? this.#nextSearchAt;
  }

  poll(now: Instant): void {
    if (now < this.nextDeadline()) return;
    const probing = this.#probing;
    if (!probing) return this.#begin(now);
    if (probing.tokens.length > 0) this.#options.happened('probe-unanswered', now);
    if (probing.tokens.length < MAX_PROBES) this.#send(probing, now);
    else this.#failed(probing.size, 0, now);
  }

  /** Takes in an answer of the peer's. False if it answers nothing that is out. */
  answer({ number, size }: MtuProbe, now: Instant): boolean {
    const probing = this.#probing;
    if (probing?.size !== size || !this.#isOf(probing, number)) return false;
    this.#hasAnswered = true;
    this.#search = { ...this.#search, passed: size };
    this.#goOn(now);
    return true;
  }

  /** Takes in an ICMP error. False if it is about no probe that is out, or makes no sense (RFC 8899, section 4.6). */
  tooBig({ token, size, mtu }: TooBig, now: Instant): boolean {
    const probing = this.#probing;
    if (probing?.size !== size || !probing.tokens.includes(token)) return false;
    if (mtu !== 0 && (mtu >= size || mtu < this.#settings.limits.min)) return false;
    this.#failed(size, mtu, now);
    return true;
  }

  /** A router on the way refused a packet of `size` bytes, of whatever kind: the path is looked at anew. */
  doubt(size: number, now: Instant): void {
    if (this.#state !== 'search-complete' || size > this.#mtu || now < this.#restsUntil) return;
    this.#begin(now);
  }

  #isOf({ firstNumber }: Probing, number: number): boolean {
    return (number - firstNumber) >>> 0 < (this.#nextNumber - firstNumber) >>> 0;
  }

  #begin(now: Instant): void {
    this.#state = 'searching';
    this.#search = newSearch(this.#settings.limits, this.#found);
    this.#goOn(now);
  }

  #goOn(now: Instant): void {
    const size = nextSize(this.#search, this.#settings.limits);
    if (size === undefined) return this.#finish(now);
    this.#probing = { size, firstNumber: this.#nextNumber, tokens: [], deadline: now };
    this.#send(this.#probing, now);
  }

  #send(probing: Probing, now: Instant): void {
    probing.deadline = after(now, this.#options.probeTimeout);
    const number = this.#nextNumber;
    this.#nextNumber = (number + 1) >>> 0;
    const token = this.#options.send({ kind: 'request', number, size: probing.size }, now);
    if (token !== undefined) probing.tokens.push(token);
  }

  /** What is longer than `reported` fails as well, if a router has said that. */
  #failed(size: number, reported: number, now: Instant): void {
    const { passed, failed: before, known } = this.#search;
    const failed = reported === 0 ? size : Math.max(passed, reported) + 1;
    this.#search = { passed, failed, known, reported };
    if (failed <= known && known < before) this.#options.happened('black-hole', now);
    const { base, min } = this.#settings.limits;
    if (this.#mtu >= failed) this.#setMtu(Math.max(passed, base < failed ? base : min), now);
    this.#goOn(now);
  }

  #finish(now: Instant): void {
    const { limits, interval } = this.#settings;
    const { passed } = this.#search;
    const isFound = passed >= limits.min;
    this.#probing = undefined;
    this.#nextSearchAt = after(now, interval);
    this.#restsUntil = after(now, REST);
    this.#found = isFound ? passed : 0;
    this.#state = isFound ? 'search-complete' : 'error';
    this.#setMtu(isFound ? passed : this.#hasAnswered ? limits.min : limits.max, now);
    this.#options.happened(isFound ? 'complete' : 'unresolvable', now);
  }

  #setMtu(mtu: number, now: Instant): void {
    if (mtu === this.#mtu) return;
    this.#mtu = mtu;
    this.#options.happened('mtu-changed', now);
  }
}
