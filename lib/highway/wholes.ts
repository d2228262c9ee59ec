import { Frame } from '../frame.ts';
import type { Metadata } from '../metadata/codec.ts';
import type { Fragment as FragmentAttribute } from '../metadata/layout.ts';
import { earliest, type Instant } from '../time.ts';
import { ethernetHeaderLength } from '../wire/ethernet.ts';
import { WHOLE_FRAME_LENGTH, fabricFragment, loadFabricWhole } from './fabric-fragments.ts';
import type { NetworkInterfaces } from './interfaces.ts';
import { ipFragment, loadIpWhole } from './ip-fragments.ts';
import type { Packet } from './packet.ts';
import type { FragmentFate, Reassembly } from './reassembly.ts';

/** The packets that a router puts together, from fragments of the fabric and from IP fragments. */
export class Wholes {
  readonly #interfaces: NetworkInterfaces;
  readonly #fabric: Reassembly;
  readonly #ip: Reassembly;
  /** Where packets are put together; made when the first is. */
  #frame: Frame | undefined;

  constructor(interfaces: NetworkInterfaces, fabric: Reassembly, ip: Reassembly) {
    this.#interfaces = interfaces;
    this.#fabric = fabric;
    this.#ip = ip;
  }

  nextDeadline(): Instant {
    return earliest(this.#fabric.nextDeadline(), this.#ip.nextDeadline());
  }

  /** Gives up packets whose fragments have not all come in time. */
  poll(now: Instant): void {
    this.#fabric.poll(now);
    this.#ip.poll(now);
  }

  /**
   * Takes in an IP fragment. When it completes its packet, that is returned in the frame that it would have come in,
   * valid until the next call, and `packet` is told of its fragments; else what became of it.
   */
  addIp(frame: Frame, ipAt: number, networkInterface: number, packet: Packet, now: Instant): Frame | FragmentFate {
    const fragment = ipFragment(frame, ipAt, networkInterface);
    if (!fragment) return this.#ip.reject();
    const result = this.#ip.add(fragment, now);
    if (typeof result === 'string') return result;
    const whole = this.#frameFor(frame);
    loadIpWhole(whole, result);
    const { bytes, start, end } = whole;
    // What a network between routers does to their packets is nothing that hosts have done.
    const isOwn = this.#interfaces.ownsDestination(
      networkInterface,
      bytes,
      start + ethernetHeaderLength(bytes, start, end),
    );
    packet.largestFragment = isOwn ? 0 : result.largest;
    return whole;
  }

  /** The same for a fragment of the fabric, which is authentic, and whose content ends at `end`. */
  addFabric(
    packet: Packet,
    attribute: FragmentAttribute,
    metadata: Metadata,
    end: number,
    now: Instant,
  ): Frame | FragmentFate {
    const result = this.#fabric.add(fabricFragment(packet, attribute, metadata, end), now);
    if (typeof result === 'string') return result;
    const whole = this.#frameFor(packet.frame);
    loadFabricWhole(whole, result);
    packet.fabricWords = result.about;
    packet.largestFragment = result.largest;
    return whole;
  }

  #frameFor({ id }: Frame): Frame {
    this.#frame ??= Frame.allocate(WHOLE_FRAME_LENGTH);
    this.#frame.id = id;
    return this.#frame;
  }
}
