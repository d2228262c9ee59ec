import { parseAddress, parseMac, parsePrefix, type IpAddress, type IpPrefix } from '../../../lib/address.ts';
import { Frame } from '../../../lib/frame.ts';
import { Host } from '../../../lib/host/host.ts';
import { change } from '../../../lib/link/fate.ts';
import { NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { linkChance, LinkModel } from '../../../lib/link/link-model.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { after, milliseconds, seconds, type Duration, type Instant } from '../../../lib/time.ts';

export const address = (text: string): IpAddress => {
  const parsed = parseAddress(text);
  if (!parsed) throw new Error(`${text} is no address`);
  return parsed;
};

/** 'address/length', the host's own bits kept. */
export const interfaceAddress = (text: string): IpPrefix => {
  const prefix = parsePrefix(text);
  if (!prefix) throw new Error(`${text} is no address with a length`);
  return { address: address(text.split('/')[0]), length: prefix.length };
};

export const START = seconds(1_000) as number as Instant;

interface Arrival {
  readonly at: Instant;
  readonly to: Host;
  readonly bytes: Uint8Array;
}

export interface PairOptions {
  readonly impairment?: Partial<Impairment>;
  readonly seed?: number;
  readonly clientAddresses?: readonly string[];
  readonly clientGateways?: readonly string[];
}

/** Two hosts on one wire, and the virtual time that they live in. */
export class Pair {
  now: Instant = START;
  readonly client: Host;
  readonly server: Host;
  readonly toServer: LinkModel;
  readonly toClient: LinkModel;
  /** Every frame that was sent, in order, lost or not. */
  readonly frames: { readonly at: Instant; readonly from: 'client' | 'server'; readonly bytes: Uint8Array }[] = [];
  /** The next frames of each that are lost, whatever the links say. */
  readonly toLose = { client: 0, server: 0 };
  readonly #arrivals: Arrival[] = [];

  constructor(options: PairOptions = {}) {
    const seed = options.seed ?? 1;
    const impairment = { ...NO_IMPAIRMENT, delay: milliseconds(1), ...options.impairment };
    this.toServer = new LinkModel(impairment, linkChance(seed, 'to server'));
    this.toClient = new LinkModel(impairment, linkChance(seed, 'to client'));
    this.client = new Host({
      mac: parseMac('02:00:00:00:00:01')!,
      addresses: (options.clientAddresses ?? ['10.1.0.10/24', 'fd00:1::10/64']).map(interfaceAddress),
      gateways: (options.clientGateways ?? []).map(address),
      wire: { transmit: (_port, frame) => this.#carry('client', frame) },
      random: SeededRandom.named(seed, 'client'),
    });
    this.server = new Host({
      mac: parseMac('02:00:00:00:00:02')!,
      addresses: ['10.1.0.20/24', 'fd00:1::20/64'].map(interfaceAddress),
      gateways: [],
      wire: { transmit: (_port, frame) => this.#carry('server', frame) },
      random: SeededRandom.named(seed, 'server'),
    });
  }

  /** Lets both hosts live until `until` says so, or for `limit`. */
  runUntil(until: () => boolean, limit: Duration = seconds(600)): void {
    const end = after(this.now, limit);
    while (!until()) {
      const deadline = Math.min(this.client.nextDeadline(), this.server.nextDeadline());
      const next = Math.max(this.now, Math.min(deadline, this.#arrivals[0]?.at ?? Infinity));
      if (next > end) {
        this.now = end;
        return;
      }
      this.now = next as Instant;
      while (this.#arrivals.length > 0 && this.#arrivals[0].at <= this.now) {
        const { to, bytes } = this.#arrivals.shift()!;
        to.receive(0, Frame.of(bytes), this.now);
      }
      this.client.poll(this.now);
      this.server.poll(this.now);
    }
  }

  runFor(duration: Duration): void {
    this.runUntil(() => false, duration);
  }

  /** Puts a frame in front of the server as if it had come over the wire. */
  giveServer(bytes: Uint8Array): void {
    this.server.receive(0, Frame.of(bytes), this.now);
  }

  giveClient(bytes: Uint8Array): void {
    this.client.receive(0, Frame.of(bytes), this.now);
  }

  cut(): void {
    this.toServer.cut();
    this.toClient.cut();
  }

  heal(): void {
    this.toServer.heal();
    this.toClient.heal();
  }

  #carry(from: 'client' | 'server', frame: Frame): void {
    const bytes = frame.copy();
    this.frames.push({ at: this.now, from, bytes });
    if (this.toLose[from] > 0) {
      this.toLose[from]--;
      return;
    }
    const to = from === 'client' ? this.server : this.client;
    for (const fate of (from === 'client' ? this.toServer : this.toClient).admit(this.now, frame)) {
      if (fate.lost !== undefined) continue;
      const copy = Frame.of(bytes);
      change(copy, fate);
      const at = fate.arrival;
      const behind = this.#arrivals.findIndex((other) => other.at > at);
      this.#arrivals.splice(behind < 0 ? this.#arrivals.length : behind, 0, { at, to, bytes: copy.copy() });
    }
  }
}
