import type { Device, PortIndex, Wire } from '../lib/device.ts';
import type { Frame } from '../lib/frame.ts';
import { Recorder } from '../lib/lab/sim/recorder.ts';
import { notFound } from '../lib/lab/fabric.ts';
import type { InterfaceAction, Scenario, WireAction } from '../lib/lab/scenario.ts';
import { commentOf, isAllLost, type FrameEvent } from '../lib/link/fate.ts';
import { between, earliest, latest, type Duration, type Instant } from '../lib/time.ts';
import type { Trace } from '../lib/trace.ts';
import type { Audience } from './audience.ts';
import { wallClock } from './clock.ts';
import { DeadlineTimer } from './deadline-timer.ts';
import type { Deliver } from './link-direction.ts';
import type { NodeTape } from './node-tape.ts';
import { PortLink, type LinkState } from './port-links.ts';
import type { Port, PortStatistics } from './ports/port.ts';

/** How often a device may ask for a time that has come, before frames get their turn again. */
const POLLS_IN_A_ROW_MAX = 1_000;

const NO_CARRIER: readonly FrameEvent[] = [{ type: 'frame-lost', reason: 'no-carrier' }];

export interface DriverOptions<Driven extends Device> {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly node: string;
  readonly ports: readonly Port[];
  readonly makeDevice: (wire: Wire, trace: Trace) => Driven;
  /** Records what enters the device; nothing does if absent. */
  readonly tape?: NodeTape | undefined;
  readonly epoch: Instant;
  readonly audience: Audience;
}

/**
 * Gives one device its ports, its links and the real time. The ports are open before the time of the run is 0, so that
 * nothing is missed then; until it is, the device does nothing, and what comes is not for it.
 */
export class DeviceDriver<Driven extends Device> {
  readonly device: Driven;
  readonly #node: string;
  readonly #ports: readonly Port[];
  readonly #links: readonly PortLink[];
  readonly #epoch: Instant;
  readonly #audience: Audience;
  readonly #recorderOfAll: Recorder;
  readonly #timer = new DeadlineTimer(() => this.#runDue(wallClock()));
  #now: Instant;
  #lastPacketId = 0;
  #packets = 0;
  #isClosed = false;
  /** Of each port, as the device knows it. */
  readonly #carriers: boolean[];

  /** Opens the ports: the device lives from now on, or from `epoch` if that is later. */
  constructor({ scenario, seed, node, ports, makeDevice, epoch, audience, tape }: DriverOptions<Driven>) {
    this.#node = node;
    this.#ports = ports;
    this.#epoch = epoch;
    this.#audience = audience;
    this.#recorderOfAll = new Recorder(audience, audience);
    this.#now = latest(wallClock(), epoch);
    this.#carriers = ports.map(() => true);
    this.#links = ports.map((port, index) => {
      const send = (frame: Frame): void => port.send(frame);
      const receive: Deliver = (frame, now, comments) => this.#receive(index, frame, now, comments);
      return new PortLink({ scenario, seed, node, port: port.name, send, receive });
    });
    const trace: Trace = { event: (event) => this.#recorder?.trace(this.#elapsed(), node, event) };
    const wire: Wire = { transmit: (port, frame) => this.#transmit(port, frame) };
    const device = makeDevice(tape ? tape.wire(wire) : wire, trace);
    this.device = tape ? tape.device(device) : device;
    ports.forEach((port, index) => port.open((frame) => this.#arrive(index, frame)));
    this.followCarriers();
    this.#settle();
  }

  /** Looks which ports have a carrier, and tells the device where that is news. */
  followCarriers(): void {
    if (this.#isClosed) return;
    this.#ports.forEach((port, index) => {
      const hasCarrier = port.hasCarrier();
      if (hasCarrier === this.#carriers[index]) return;
      this.#carriers[index] = hasCarrier;
      if (hasCarrier) port.resume();
      this.act((device, now) => device.setCarrier?.(index, hasCarrier, now));
    });
  }

  async setInterface({ kind, port: name }: InterfaceAction): Promise<void> {
    const port = this.#ports.find((port) => port.name === name);
    if (!port) {
      const names = this.#ports.map((port) => port.name);
      throw notFound('interface', name, names);
    }
    await port.setUp(kind === 'interface-up');
  }

  /** Undefined while nobody looks on. */
  get #recorder(): Recorder | undefined {
    return this.#audience.isEmpty ? undefined : this.#recorderOfAll;
  }

  /** Frames that came and went. */
  get packets(): number {
    return this.#packets;
  }

  statistics(): Record<string, PortStatistics> {
    return Object.fromEntries(this.#ports.map((port) => [port.name, port.statistics()]));
  }

  /** Lets somebody from outside work on the device; `work` is told the time. */
  act<Result>(work: (device: Driven, now: Instant) => Result): Result {
    this.#now = latest(wallClock(), this.#epoch);
    const result = work(this.device, this.#now);
    this.#settle();
    return result;
  }

  /** Something has come to the device by another way than its ports. */
  wake(): void {
    this.#runDue(wallClock());
  }

  apply(action: WireAction): void {
    const now = latest(wallClock(), this.#epoch);
    this.#now = now;
    for (const link of this.#links) link.apply(action, now);
    this.#settle();
  }

  linkStates(): readonly LinkState[] {
    return this.#links.flatMap((link) => link.states());
  }

  close(): void {
    this.#isClosed = true;
    this.#timer.disarm();
    for (const port of this.#ports) port.close();
  }

  #arrive(port: PortIndex, frame: Frame): void {
    const now = wallClock();
    if (now < this.#epoch) return;
    this.#now = now;
    frame.id = ++this.#lastPacketId;
    const events = this.#links[port].arrive(frame, now);
    if (events.length > 0) {
      if (isAllLost(events)) this.#recorder?.arrived(this.#node, this.#ports[port].name, frame, events.map(commentOf));
      for (const event of events) this.#tell(port, frame.id, event);
    }
    this.#settle();
    // libpcap hands over frames as long as there are any, and timers wait for it: they get their turn here.
    if (now >= this.#nextDeadline()) this.#runDue(now);
  }

  #receive(port: PortIndex, frame: Frame, now: Instant, comments: readonly string[]): void {
    this.#packets++;
    this.#recorder?.arrived(this.#node, this.#ports[port].name, frame, comments);
    this.device.receive(port, frame, now);
    this.#recorder?.flush(this.#elapsed());
  }

  #transmit(port: PortIndex, frame: Frame): void {
    this.#packets++;
    const idBefore = frame.id;
    if (idBefore === 0) frame.id = ++this.#lastPacketId;
    const events = this.#carriers[port] ? this.#links[port].send(frame, this.#now) : NO_CARRIER;
    this.#recorder?.left(this.#node, this.#ports[port].name, frame, idBefore, events.map(commentOf));
    for (const event of events) this.#tell(port, frame.id, event);
    // The device may use the frame again for another packet.
    frame.id = idBefore;
  }

  #tell(port: PortIndex, packet: number, { type, reason }: FrameEvent): void {
    const details = { port: this.#ports[port].name, ...(reason !== undefined && { reason }) };
    this.#recorder?.event({ time: this.#elapsed(), node: this.#node, type, packet, ...details });
  }

  #runDue(now: Instant): void {
    if (this.#isClosed) return;
    this.#now = now;
    for (let polls = 0; polls < POLLS_IN_A_ROW_MAX && this.#nextDeadline() <= now; polls++) {
      for (const link of this.#links) link.poll(now);
      if (this.device.nextDeadline() <= now) this.device.poll(now);
    }
    this.#settle();
  }

  #settle(): void {
    this.#recorder?.flush(this.#elapsed());
    if (!this.#isClosed) this.#timer.arm(this.#nextDeadline());
  }

  #nextDeadline(): Instant {
    let deadline = this.device.nextDeadline();
    for (const link of this.#links) deadline = earliest(deadline, link.nextDeadline());
    return latest(deadline, this.#epoch);
  }

  #elapsed(): Duration {
    return between(this.#epoch, this.#now);
  }
}
