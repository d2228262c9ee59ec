import { assert } from '../assert.ts';
import { fold } from '../wire/checksum.ts';
import { KEY_WORDS, hashKey, keySum, sameKey } from './flow-key.ts';

/** What a flow needs besides plain forwarding. */
export const flowFlags = {
  /** Every packet carries metadata until the peer has confirmed it. */
  metadataOn: 1,
  /** Metadata came in on this flow: its end, a bare packet, will be told to the service area. */
  awaitsBare: 2,
  /** The return flow owes its peer an answer to metadata. Set on the flow that owes it. */
  owesConfirmation: 4,
  /** The flow's watch is not at rest: a health check is outstanding, overdue, or was given up. */
  watched: 8,
  /** The TCP connection of the session is not established yet: its segments are followed one by one. */
  tcpOpening: 16,
  /** What the session's hosts send is encrypted between the routers that they are behind. */
  encrypted: 32,
  /** Its packets leave by the pinhole that the peer's BFD keeps open, since the session's own is not known to be. */
  detoured: 64,
  /** Its packets are taken at the points of a session capture. */
  captured: 128,
} as const;

/** The highest number of sessions a table may be made for; an index of four times as many slots still fits 32 bits. */
export const SESSIONS_MAX = 1 << 24;

/**
 * Where a flow begins to number its sealed packets: at the time, in units of 4 µs. The packets of a session that is set
 * up anew so come behind those of the one before, whose copies stay refused.
 */
export const firstSequence = (now: number): number => Math.floor(now / 4) >>> 0;

/**
 * Flows, as columns of typed arrays, and a hash index over their keys (open addressing, linear probing, deletion by
 * shifting back).
 *
 * A session has two flows: `2 * session` forward, `2 * session + 1` reverse, so `flow ^ 1` is the opposite flow and
 * `flow >> 1` the session. What a packet becomes when it leaves needs no column of its own: the packets that come back
 * mirror the ones that left, so the key of the opposite flow, mirrored, is how a packet of this flow leaves.
 */
export class FlowTable {
  readonly capacity: number;
  readonly keys: Uint32Array;
  readonly flags: Uint8Array;
  /** Index of the peer path that the flow leaves by, plus 1; 0 if it leaves bare, to a host. */
  readonly path: Uint16Array;
  /** Where the flow's next hop stands in the neighbor table. */
  readonly neighbor: Int32Array;
  /** RFC 1624 change of a UDP checksum between coming and leaving. */
  readonly checksumDelta: Uint16Array;
  /** When the last authentic packet came, in Instants. */
  readonly activity: Float64Array;
  readonly packets: Float64Array;
  readonly bytes: Float64Array;
  /** Sequence number of the next sealed packet that leaves. */
  readonly sequence: Uint32Array;

  readonly #index: Int32Array;
  readonly #mask: number;
  readonly #seed: number;
  #entries = 0;

  /** Room for the flows of `sessions` sessions. */
  constructor(sessions: number, seed: number) {
    assert(sessions > 0 && sessions <= SESSIONS_MAX, 'a session table has between 1 and SESSIONS_MAX sessions');
    this.capacity = sessions * 2;
    this.keys = new Uint32Array(this.capacity * KEY_WORDS);
    this.flags = new Uint8Array(this.capacity);
    this.path = new Uint16Array(this.capacity);
    this.neighbor = new Int32Array(this.capacity);
    this.checksumDelta = new Uint16Array(this.capacity);
    this.activity = new Float64Array(this.capacity);
    this.packets = new Float64Array(this.capacity);
    this.bytes = new Float64Array(this.capacity);
    this.sequence = new Uint32Array(this.capacity);
    const slots = 2 ** Math.ceil(Math.log2(this.capacity * 1.5));
    this.#index = new Int32Array(slots);
    this.#mask = slots - 1;
    this.#seed = seed;
  }

  get entries(): number {
    return this.#entries;
  }

  /** The flow with this key; -1 if there is none. */
  find(key: Uint32Array, at: number): number {
    let slot = hashKey(key, at, this.#seed) & this.#mask;
    for (;;) {
      const entry = this.#index[slot];
      if (entry === 0) return -1;
      if (sameKey(this.keys, (entry - 1) * KEY_WORDS, key, at)) return entry - 1;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Whether a flow is there, and was not removed. */
  has(flow: number): boolean {
    return this.find(this.keys, flow * KEY_WORDS) === flow;
  }

  /** Enters both flows of `session`. Neither key may be there yet. */
  install(session: number, forwardKey: Uint32Array, reverseKey: Uint32Array, now: number): void {
    const forward = session * 2;
    this.#start(forward, now);
    this.#start(forward + 1, now);
    this.#enter(forward, forwardKey);
    this.#enter(forward + 1, reverseKey);
    this.#setDeltas(session);
  }

  /** Gives a flow another key, which may not be there yet: its packets come from elsewhere from now on. */
  rekey(flow: number, key: Uint32Array): void {
    this.#leave(flow);
    this.#enter(flow, key);
    this.#setDeltas(flow >> 1);
  }

  #setDeltas(session: number): void {
    const forward = session * 2;
    // The UDP checksum of a packet changes by what its addresses and ports change; in one's complement, taking the old
    // words away is adding their complements. A mirrored key has the same sum as the key itself.
    const came = fold(keySum(this.keys, forward * KEY_WORDS));
    const leaves = fold(keySum(this.keys, (forward + 1) * KEY_WORDS));
    this.checksumDelta[forward] = fold(leaves + (~came & 0xffff));
    this.checksumDelta[forward + 1] = fold(came + (~leaves & 0xffff));
  }

  #start(flow: number, now: number): void {
    this.flags[flow] = 0;
    this.path[flow] = 0;
    this.neighbor[flow] = -1;
    this.activity[flow] = now;
    this.packets[flow] = 0;
    this.bytes[flow] = 0;
    this.sequence[flow] = firstSequence(now);
  }

  #enter(flow: number, key: Uint32Array): void {
    this.keys.set(key, flow * KEY_WORDS);
    let slot = hashKey(key, 0, this.#seed) & this.#mask;
    while (this.#index[slot] !== 0) slot = (slot + 1) & this.#mask;
    this.#index[slot] = flow + 1;
    this.#entries++;
    assert(this.#entries <= this.capacity, 'more flows than the table has room for');
  }

  /** Takes both flows of `session` out. */
  remove(session: number): void {
    this.#leave(session * 2);
    this.#leave(session * 2 + 1);
  }

  #leave(flow: number): void {
    let hole = hashKey(this.keys, flow * KEY_WORDS, this.#seed) & this.#mask;
    while (this.#index[hole] !== flow + 1) {
      assert(this.#index[hole] !== 0, 'a flow to be removed is not in the index');
      hole = (hole + 1) & this.#mask;
    }
    // Entries behind the hole move up unless that would put them before the slot where their search begins.
    for (let slot = (hole + 1) & this.#mask; this.#index[slot] !== 0; slot = (slot + 1) & this.#mask) {
      const home = hashKey(this.keys, (this.#index[slot] - 1) * KEY_WORDS, this.#seed) & this.#mask;
      if (((slot - home) & this.#mask) >= ((slot - hole) & this.#mask)) {
        this.#index[hole] = this.#index[slot];
        hole = slot;
      }
    }
    this.#index[hole] = 0;
    this.#entries--;
  }
}
