import { Frame } from '../../../lib/frame.ts';
import { defaultTimeouts } from '../../../lib/middlebox/timeouts.ts';
import { Firewall, type FirewallSettings } from '../../../lib/middlebox/firewall.ts';
import { INSIDE, OUTSIDE, type Middlebox, type MiddleboxSurroundings } from '../../../lib/middlebox/middlebox.ts';
import { Nat, type NatSettings } from '../../../lib/middlebox/nat.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { after, seconds, type Duration, type Instant } from '../../../lib/time.ts';
import type { TraceEvent } from '../../../lib/trace.ts';
import { address, interfaceAddress } from '../host/pair.ts';
import { arpFrame, ipFrame, isArpFrame, readFrame, type ReadPacket } from '../../support/packets.ts';

const MACS = [Uint8Array.of(2, 0, 0, 0, 0, 1), Uint8Array.of(2, 0, 0, 0, 0, 2)] as const;
const NEIGHBOR_MACS = [Uint8Array.of(2, 0, 0, 0, 1, 1), Uint8Array.of(2, 0, 0, 0, 1, 2)] as const;

export const natSettings: NatSettings = {
  inside: { address: interfaceAddress('192.168.0.1/24'), gateway: undefined },
  outside: { address: interfaceAddress('203.0.113.1/24'), gateway: address('203.0.113.254') },
  mapping: 'endpoint-independent',
  filtering: 'endpoint-independent',
  portPreservation: true,
  ports: [1_024, 65_535],
  timeouts: defaultTimeouts,
  mappingsMax: 4_096,
  mtu: 1_500,
};

export const firewallSettings: FirewallSettings = {
  tcpStrict: true,
  allowedPayloads: undefined,
  timeouts: defaultTimeouts,
  statesMax: 4_096,
};

/** A middlebox with somebody on either side, who answers for every address there. */
export class Bench<Device extends Middlebox> {
  now = seconds(1_000) as number as Instant;
  readonly device: Device;
  readonly events: TraceEvent[] = [];
  /** IP packets that have come out, by port, in order. */
  readonly received: readonly [inside: ReadPacket[], outside: ReadPacket[]] = [[], []];
  /** Whole frames, ARP included. */
  readonly frames: { readonly port: number; readonly bytes: Uint8Array; readonly id: number }[] = [];
  #lastId = 0;

  constructor(make: (around: MiddleboxSurroundings) => Device, seed = 1) {
    this.device = make({
      macs: MACS,
      wire: { transmit: (port, frame) => this.#transmitted(port, frame) },
      random: new SeededRandom(seed),
      trace: { event: (event) => this.events.push(event) },
    });
  }

  static nat(settings: Partial<NatSettings> = {}, seed = 1): Bench<Nat> {
    return new Bench((around) => new Nat({ ...around, settings: { ...natSettings, ...settings } }), seed);
  }

  static firewall(settings: Partial<FirewallSettings> = {}): Bench<Firewall> {
    return new Bench((around) => new Firewall({ ...around, settings: { ...firewallSettings, ...settings } }));
  }

  get atInside(): ReadPacket {
    return last(this.received[INSIDE]);
  }

  get atOutside(): ReadPacket {
    return last(this.received[OUTSIDE]);
  }

  /** Sends an IP packet out; what it became, or undefined if it did not come through. */
  out(packet: Uint8Array): ReadPacket | undefined {
    return this.#through(INSIDE, packet, this.received[OUTSIDE]);
  }

  in(packet: Uint8Array): ReadPacket | undefined {
    return this.#through(OUTSIDE, packet, this.received[INSIDE]);
  }

  /** Puts a frame in front of a port; returns the id that it bears. */
  give(port: number, bytes: Uint8Array): number {
    const frame = Frame.of(bytes);
    frame.id = ++this.#lastId;
    this.device.receive(port, frame, this.now);
    return this.#lastId;
  }

  wait(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.device.nextDeadline() <= end) {
      this.now = Math.max(this.now, this.device.nextDeadline()) as Instant;
      this.device.poll(this.now);
    }
    this.now = end;
  }

  count(path: string): number {
    const value = this.device.counters.read(path);
    if (value === undefined) throw new Error(`there is no counter '${path}'`);
    return value;
  }

  /** Why the packets were dropped that were. */
  get drops(): (string | undefined)[] {
    return this.events.filter(({ type }) => type === 'packet-dropped').map(({ reason }) => reason);
  }

  #through(port: number, packet: Uint8Array, farEnd: readonly ReadPacket[]): ReadPacket | undefined {
    const before = farEnd.length;
    this.give(port, ipFrame(MACS[port], NEIGHBOR_MACS[port], packet));
    return farEnd[before];
  }

  #transmitted(port: number, frame: Frame): void {
    const bytes = frame.copy();
    this.frames.push({ port, bytes, id: frame.id });
    const packet = isArpFrame(bytes) ? undefined : readFrame(bytes);
    if (packet) this.received[port].push(packet);
    // Only a NAT asks by itself; what a bridge passes is for those behind it.
    if (isArpFrame(bytes) && this.device instanceof Nat && bytes[21] === 1) this.#answer(port, bytes);
  }

  #answer(port: number, request: Uint8Array): void {
    const dotted = (at: number): string => Array.from(request.slice(at, at + 4)).join('.');
    const answer = arpFrame(MACS[port], 2, [NEIGHBOR_MACS[port], dotted(38)], [MACS[port], dotted(28)]);
    this.device.receive(port, Frame.of(answer), this.now);
  }
}

function last<T>(list: readonly T[]): T {
  const found = list.at(-1);
  if (found === undefined) throw new Error('nothing has come');
  return found;
}
