import { deepEqual } from 'node:assert/strict';
import { nodeCrypto } from '../../daemon/crypto.ts';
import type { Authority } from '../../lib/config/index.ts';
import type { Device, Wire } from '../../lib/device.ts';
import { Frame } from '../../lib/frame.ts';
import type { AttributeName, Attributes } from '../../lib/metadata/attributes.ts';
import {
  decodeMetadata,
  encodeMetadata,
  metadataLength,
  type Metadata,
  type MetadataEncoding,
} from '../../lib/metadata/codec.ts';
import { SeededRandom } from '../../lib/random.ts';
import { recordDevice } from '../../lib/replay/recorded-device.ts';
import { RecordedRandom, RecordedWire } from '../../lib/replay/recorded-surroundings.ts';
import type { TapeWriter } from '../../lib/replay/tape-writer.ts';
import { Router } from '../../lib/router.ts';
import { counter, type CounterName } from '../../lib/stats/counters.ts';
import { after, milliseconds, type Duration, type Instant } from '../../lib/time.ts';
import type { TraceEvent } from '../../lib/trace.ts';
import { ETHERNET_HEADER_LENGTH } from '../../lib/wire/ethernet.ts';
import { ipProtocols } from '../../lib/wire/ipv4.ts';
import { labConfiguration, type LabConfiguration } from './lab-configuration.ts';
import { joined, readFrame, text, udpPacket, type ReadPacket, type UdpOptions } from './packets.ts';
import { Station } from './station.ts';

/** 2026-01-01T00:00:00Z. */
export const LAB_START = 1_767_225_600_000_000 as Instant;

export const LAN_DELAY = milliseconds(0.1);
export const WAN_DELAY = milliseconds(5);

export const macs = {
  client: Uint8Array.of(2, 0, 0, 0, 0, 0x10),
  server: Uint8Array.of(2, 0, 0, 0, 0, 0x20),
  spokeLan: Uint8Array.of(2, 0, 0, 0, 1, 0),
  spokeWan: Uint8Array.of(2, 0, 0, 0, 1, 1),
  hubLan: Uint8Array.of(2, 0, 0, 0, 2, 0),
  hubWan: Uint8Array.of(2, 0, 0, 0, 2, 1),
  midWest: Uint8Array.of(2, 0, 0, 0, 3, 0),
  midEast: Uint8Array.of(2, 0, 0, 0, 3, 1),
} as const;

export interface LabOptions extends LabConfiguration {
  /** What the hub is told instead, where the two do not agree. */
  readonly hubDiffers?: LabConfiguration;
  readonly seed?: number;
  /** Takes what enters the spoke. */
  readonly spokeTape?: TapeWriter;
}

/**
 * A client, a spoke, a hub and a server in virtual time: time goes on only in `settle` and `runFor`, and takes none.
 * Every packet between the routers is recorded and read, and can be lost, changed or sent again.
 */
export function twoRouters(options: LabOptions = {}): Lab {
  return new Lab(options);
}

interface Arrival {
  readonly at: Instant;
  readonly deliver: () => void;
}

export class Lab {
  now: Instant = LAB_START;
  readonly client: Station;
  readonly server: Station;
  readonly spoke: RouterNode;
  readonly hub: RouterNode;
  /** The link of the spoke; that of the hub too, unless there is a router between. */
  readonly wan: Wan;
  /** Between `mid` and the hub. */
  readonly far: Wan;
  readonly #mid: RouterNode | undefined;
  readonly #arrivals: Arrival[] = [];
  readonly #devices: { readonly device: Device }[];

  constructor(options: LabOptions) {
    const authority = labConfiguration(options);
    const hubAuthority = options.hubDiffers ? labConfiguration({ ...options, ...options.hubDiffers }) : authority;
    const { seed = 1, transit = false } = options;
    this.wan = new Wan(this);
    this.far = transit ? new Wan(this) : this.wan;
    this.client = new Station(['10.1.0.10', 'fd00:1::10'], macs.client, macs.spokeLan, (frame) =>
      this.carry(LAN_DELAY, () => this.spoke.receive(0, frame)),
    );
    this.server = new Station(['10.2.0.10', 'fd00:2::10'], macs.server, macs.hubLan, (frame) =>
      this.carry(LAN_DELAY, () => this.hub.receive(0, frame)),
    );
    const toClient = (frame: Uint8Array): void =>
      this.carry(LAN_DELAY, () => this.client.device.receive(0, Frame.of(frame), this.now));
    const toServer = (frame: Uint8Array): void =>
      this.carry(LAN_DELAY, () => this.server.device.receive(0, Frame.of(frame), this.now));
    const spokePorts = { lan: macs.spokeLan, wan: macs.spokeWan };
    const spokeOutputs = [toClient, (frame: Uint8Array) => this.wan.carry('spoke', frame)];
    this.spoke = new RouterNode(this, authority, 'spoke', spokePorts, seed, spokeOutputs, options.spokeTape);
    const hubPorts = { lan: macs.hubLan, wan: macs.hubWan };
    this.hub = new RouterNode(this, hubAuthority, 'hub', hubPorts, seed, [
      toServer,
      (frame) => this.far.carry('hub', frame),
    ]);
    this.#devices = [this.client, this.server, this.spoke, this.hub];
    if (transit) {
      const ports = { west: macs.midWest, east: macs.midEast };
      this.#mid = new RouterNode(this, authority, 'mid', ports, seed, [
        (frame) => this.wan.carry('mid', frame),
        (frame) => this.far.carry('mid', frame),
      ]);
      this.#devices.push(this.#mid);
      this.wan.connect({ spoke: [this.spoke, 1], mid: [this.#mid, 0] });
      this.far.connect({ mid: [this.#mid, 1], hub: [this.hub, 1] });
    } else {
      this.wan.connect({ spoke: [this.spoke, 1], hub: [this.hub, 1] });
    }
  }

  /** The router between spoke and hub. */
  get mid(): RouterNode {
    if (!this.#mid) throw new Error('this lab has no router between spoke and hub');
    return this.#mid;
  }

  /** Lets something happen after a delay. */
  carry(delay: Duration, deliver: () => void): void {
    const arrival = { at: after(this.now, delay), deliver };
    const behind = this.#arrivals.findIndex(({ at }) => at > arrival.at);
    this.#arrivals.splice(behind < 0 ? this.#arrivals.length : behind, 0, arrival);
  }

  /** Runs until nothing is on a wire any more. Timers that are due later stay set. */
  settle(): void {
    while (this.#arrivals.length > 0) this.#step();
  }

  runFor(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.#nextTime() <= end) this.#step();
    this.now = end;
  }

  /** One packet after the other, each when the one before has arrived. */
  exchange(...payloads: readonly string[]): void {
    for (const payload of payloads) {
      this.client.ask(payload);
      this.settle();
    }
  }

  /** A session that has its handshake behind it, and counters and records that begin anew. */
  establish(): void {
    const { isServer } = this.server;
    this.server.isServer = true;
    this.exchange('one', 'two', 'three');
    this.server.isServer = isServer;
    this.mark();
  }

  /** Gives all routers another configuration, which they must take. */
  reconfigure(options: LabConfiguration): void {
    const authority = labConfiguration(options);
    for (const router of [this.spoke, this.hub, ...(this.#mid ? [this.#mid] : [])])
      deepEqual(router.reconfigure(authority), []);
  }

  /** Counters, records and what the stations have received begin anew. */
  mark(): void {
    for (const router of [this.spoke, this.hub, ...(this.#mid ? [this.#mid] : [])]) router.mark();
    for (const wan of [this.wan, this.far]) wan.clear();
    this.client.received.length = 0;
    this.server.received.length = 0;
  }

  #nextTime(): Instant {
    const deadlines = this.#devices.map(({ device }) => device.nextDeadline());
    return Math.min(this.#arrivals[0]?.at ?? Infinity, ...deadlines) as Instant;
  }

  #step(): void {
    this.now = Math.max(this.now, this.#nextTime()) as Instant;
    while (this.#arrivals.length > 0 && this.#arrivals[0].at <= this.now) this.#arrivals.shift()?.deliver();
    for (const { device } of this.#devices) if (device.nextDeadline() <= this.now) device.poll(this.now);
  }
}

/** What every packet counts, or every packet without a flow; and how many entries two tables have. */
const ordinary: readonly CounterName[] = [
  ...(['framesReceived', 'framesDropped', 'framesConsumed', 'packetsForwarded', 'bytesForwarded'] as const),
  ...(['serviceAreaDequeued', 'serviceAreaScheduledPackets', 'serviceAreaScheduled', 'serviceAreaSent'] as const),
  ...(['sessionsEntries', 'waypointsEntries'] as const),
];

/** The counters of `show stats` that tell of session recovery detection (seed 001), in short. */
export interface HealthCounts {
  readonly added?: number;
  readonly generated?: number;
  readonly sent?: number;
  readonly received?: number;
  readonly stale?: number;
  readonly timeout?: number;
  readonly forwardPinhole?: number;
  readonly reversePinhole?: number;
  readonly bufferAllocation?: number;
  readonly stuck?: number;
}

const healthCounters: Readonly<Record<keyof HealthCounts, CounterName>> = {
  added: 'addedHealthCheck',
  generated: 'generatedHealthCheckAcknowledgement',
  sent: 'sentHealthCheckAcknowledgement',
  received: 'receivedHealthCheckAcknowledgement',
  stale: 'receivedStaleHealthCheckAcknowledgement',
  timeout: 'healthCheckTimeout',
  forwardPinhole: 'healthCheckTimeoutForwardPinhole',
  reversePinhole: 'healthCheckTimeoutReversePinhole',
  bufferAllocation: 'healthCheckBufferAllocation',
  stuck: 'stuckPinholeReversePackets',
};

/** A router of the lab, through all its restarts. */
export class RouterNode {
  readonly events: TraceEvent[] = [];
  /** False in a run so long that its events would fill the memory. */
  isTraced = true;
  /** Frames that have left, on all ports. */
  transmitted = 0;
  readonly #lab: Lab;
  #authority: Authority;
  readonly #name: string;
  readonly #ports: Readonly<Record<string, Uint8Array>>;
  readonly #seed: number;
  readonly #wire: Wire;
  readonly #tape: TapeWriter | undefined;
  #starts = 0;
  #device: Router;
  #baseline = new Float64Array(Object.keys(counter).length);

  constructor(
    lab: Lab,
    authority: Authority,
    name: string,
    ports: Readonly<Record<string, Uint8Array>>,
    seed: number,
    outputs: readonly ((frame: Uint8Array) => void)[],
    tape?: TapeWriter,
  ) {
    this.#tape = tape;
    this.#lab = lab;
    this.#authority = authority;
    this.#name = name;
    this.#ports = ports;
    this.#seed = seed;
    this.#wire = {
      transmit: (port, frame) => {
        this.transmitted++;
        outputs[port](frame.copy());
      },
    };
    this.#device = this.#start();
  }

  get device(): Router {
    return this.#device;
  }

  #start(): Router {
    this.#starts++;
    const tape = this.#tape;
    const random = SeededRandom.named(this.#seed, `${this.#name} ${this.#starts}`);
    const router = new Router({
      authority: this.#authority,
      router: this.#name,
      ports: Object.entries(this.#ports).map(([name, mac]) => ({ name, mac })),
      wire: tape ? new RecordedWire(this.#wire, tape) : this.#wire,
      crypto: nodeCrypto,
      random: tape ? new RecordedRandom(random, tape) : random,
      startedAt: this.#lab.now,
      trace: { event: (event) => void (this.isTraced && this.events.push(event)) },
    });
    return tape ? recordDevice(router, 'router', tape, () => this.#lab.now) : router;
  }

  /** What the router refuses of another configuration; nothing if it goes on with it. */
  reconfigure(authority: Authority): readonly string[] {
    const refusals = this.#device.reconfigure(authority, this.#lab.now);
    if (refusals.length === 0) this.#authority = authority;
    return refusals;
  }

  /** Comes up anew, with nothing in its memory. */
  restart(): void {
    this.#device = this.#start();
    this.mark();
  }

  receive(port: number, frame: Uint8Array): void {
    this.#device.receive(port, Frame.of(frame), this.#lab.now);
  }

  forgetSessions(): number {
    return this.#device.forgetSessions();
  }

  get sessionCount(): number {
    return this.#device.sessionCount;
  }

  sessionIds(): string[] {
    return [...new Set(this.#device.sessions(this.#lab.now).map(({ sessionId }) => sessionId))];
  }

  mark(): void {
    this.#baseline = this.#device.counters.values.slice();
    this.events.length = 0;
  }

  /** How often something was counted since `mark`. */
  count(name: CounterName): number {
    return this.#device.counters.values[counter[name]] - this.#baseline[counter[name]];
  }

  /** All that was counted since `mark`, but for what every packet counts, and what is no count but how much there is. */
  counted(): Partial<Record<CounterName, number>> {
    const names = (Object.keys(counter) as CounterName[]).filter((name) => !ordinary.includes(name));
    const values = names.map((name) => [name, this.count(name)] as const);
    return Object.fromEntries(values.filter(([, value]) => value !== 0));
  }

  /** The counters of session recovery detection are these since `mark`, and the others of the list are 0. */
  expectHealth(expected: HealthCounts): void {
    const names = Object.keys(healthCounters) as (keyof HealthCounts)[];
    const values = names.map((name) => [name, this.count(healthCounters[name])] as const);
    deepEqual(
      Object.fromEntries(values.filter(([, value]) => value !== 0)),
      expected,
      `health counters of ${this.#name}`,
    );
  }

  /** Reasons of the events of one type since `mark`. */
  reasons(type: TraceEvent['type']): (string | undefined)[] {
    return this.events.filter((event) => event.type === type).map(({ reason }) => reason);
  }
}

export type WanEnd = 'spoke' | 'mid' | 'hub';

/** A packet between two routers. */
export interface WanPacket {
  readonly at: Instant;
  readonly from: WanEnd;
  readonly frame: Uint8Array;
  readonly packet: ReadPacket;
  /** What its UDP payload begins with; undefined for a bare packet. */
  readonly metadata: Metadata | undefined;
}

/** What becomes of a packet: it arrives, it is lost, or something else arrives in its place. */
export type Fate = 'arrives' | 'lost' | Uint8Array;

export class Wan {
  /** Every UDP packet that was sent, lost or not. */
  readonly packets: WanPacket[] = [];
  /** Every frame that was sent, ARP included. */
  readonly frames: { readonly from: WanEnd; readonly frame: Uint8Array }[] = [];
  /** Decides about the packets in `packets`. */
  fate: (packet: WanPacket) => Fate = () => 'arrives';
  readonly #lab: Lab;
  #ends: Partial<Record<WanEnd, readonly [RouterNode, number]>> = {};

  constructor(lab: Lab) {
    this.#lab = lab;
  }

  connect(ends: Partial<Record<WanEnd, readonly [RouterNode, number]>>): void {
    this.#ends = ends;
  }

  clear(): void {
    this.packets.length = 0;
    this.frames.length = 0;
  }

  carry(from: WanEnd, frame: Uint8Array): void {
    this.frames.push({ from, frame });
    const packet = readFrame(frame);
    let fate: Fate = 'arrives';
    if (packet?.protocol === ipProtocols.udp) {
      const metadata = decodeMetadata(packet.payload, 0, packet.payload.length);
      const sent = {
        at: this.#lab.now,
        from,
        frame,
        packet,
        metadata: typeof metadata === 'string' ? undefined : metadata,
      };
      this.packets.push(sent);
      fate = this.fate(sent);
    }
    if (fate !== 'lost') this.deliver(this.#opposite(from), fate === 'arrives' ? frame : fate);
  }

  /** Puts a frame on the wire, whoever made it. */
  deliver(to: WanEnd, frame: Uint8Array): void {
    const end = this.#ends[to];
    if (!end) throw new Error(`${to} is not on this link`);
    this.#lab.carry(WAN_DELAY, () => end[0].receive(end[1], frame));
  }

  /** Sends a packet once more, as it was. */
  replay({ from, frame }: WanPacket): void {
    this.deliver(this.#opposite(from), frame);
  }

  /** Sends, to where `like` went and from where it came, a UDP payload that no router made; its checksum is right. */
  forge(like: WanPacket, payload: Uint8Array, options: UdpOptions = {}): void {
    const { source, sourcePort, destination, destinationPort } = like.packet;
    const packet = udpPacket([source, sourcePort], [destination, destinationPort], payload, options);
    this.deliver(this.#opposite(like.from), joined(like.frame.slice(0, ETHERNET_HEADER_LENGTH), packet));
  }

  /** The same with metadata, before a payload if there is one. */
  forgeMetadata(like: WanPacket, attributes: Attributes, payload = '', encoding: MetadataEncoding = 'protobuf'): void {
    this.forge(like, joined(metadataBytes(attributes, encoding), text(payload)));
  }

  /** Loses the next `count` packets that fit. */
  lose(count: number, fits: (packet: WanPacket) => boolean = () => true): void {
    this.fate = (packet) => (count > 0 && fits(packet) && count-- > 0 ? 'lost' : 'arrives');
  }

  sentBy(from: WanEnd): WanPacket[] {
    return this.packets.filter((packet) => packet.from === from);
  }

  /** The packets of one side, each as the names of what it carries: '' for a bare packet. */
  kinds(from: WanEnd): string[] {
    return this.sentBy(from).map(kindOf);
  }

  attributes<N extends AttributeName>(name: N, from?: WanEnd): NonNullable<Attributes[N]>[] {
    const values: NonNullable<Attributes[N]>[] = [];
    for (const packet of this.packets) {
      const value = packet.metadata?.attributes[name];
      if (value !== undefined && (from === undefined || packet.from === from))
        values.push(value as NonNullable<Attributes[N]>);
    }
    return values;
  }

  controls(from?: WanEnd): (string | number)[] {
    return this.attributes('controlMessage', from);
  }

  #opposite(from: WanEnd): WanEnd {
    const other = (Object.keys(this.#ends) as WanEnd[]).find((end) => end !== from);
    if (!other) throw new Error('this link is not connected');
    return other;
  }
}

export function metadataBytes(attributes: Attributes, encoding: MetadataEncoding = 'protobuf'): Uint8Array {
  const block = new Uint8Array(metadataLength(attributes, encoding));
  encodeMetadata(attributes, encoding, block, 0);
  return block;
}

/** What a packet between routers is, in a word. */
export function kindOf({ metadata }: WanPacket): string {
  if (!metadata) return 'bare';
  if (metadata.isFalsePositiveMarker) return 'marker';
  const { attributes } = metadata;
  if (attributes.controlMessage !== undefined) return `control ${attributes.controlMessage}`;
  if (attributes.sessionHealthCheck !== undefined) return `check ${attributes.sessionHealthCheck}`;
  if (attributes.forwardContextIpv4 ?? attributes.forwardContextIpv6) return 'forward';
  if (attributes.reverseContextIpv4 ?? attributes.reverseContextIpv6) return 'reverse';
  if (attributes.pathMetrics) return attributes.pathMetrics.drop ? 'report' : 'marked';
  return 'other';
}
