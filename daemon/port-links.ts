import type { Frame } from '../lib/frame.ts';
import { Secrets } from '../lib/capture/secrets.ts';
import type { LinkAction, WireAction } from '../lib/lab/actions/action.ts';
import { LinkFaults } from '../lib/lab/frames/link-faults.ts';
import { meddlingsOf } from '../lib/lab/frames/meddlings.ts';
import type { Direction, LabLink, Scenario } from '../lib/lab/scenario.ts';
import type { FrameEvent } from '../lib/link/fate.ts';
import { NO_IMPAIRMENT } from '../lib/link/impairment.ts';
import { linkChance, LinkModel } from '../lib/link/link-model.ts';
import { earliest, NEVER, type Instant } from '../lib/time.ts';
import { ETHERNET_HEADER_LENGTH } from '../lib/wire/ethernet.ts';
import { LinkDirection, NO_COMMENTS, type Deliver } from './link-direction.ts';
import { nodeCrypto } from './crypto.ts';
import { machineRandom } from './random.ts';
import { macOf } from './node-macs.ts';

interface HostEnd {
  readonly end: number;
  readonly mac: Uint8Array;
  readonly direction: LinkDirection;
}

/** What becomes of the frames that one end of a link sends. */
export interface LinkState {
  readonly link: string;
  /** Number of the end, from 0. */
  readonly end: number;
  readonly isCut: boolean;
}

/** What stands behind one port of a router. */
export interface PortLinkOptions {
  readonly scenario: Scenario;
  readonly seed: number;
  readonly node: string;
  readonly port: string;
  readonly send: (frame: Frame) => void;
  readonly receive: Deliver;
}

const NOTHING: readonly FrameEvent[] = [];

/**
 * The link in front of one port of a router. A router models what it sends itself; what a host sends, which is Linux and
 * models nothing, is modelled by the router that receives it.
 */
export class PortLink {
  readonly #link: LabLink | undefined;
  readonly #own: { readonly end: number; readonly direction: LinkDirection };
  readonly #hosts: readonly HostEnd[];
  readonly #receive: Deliver;
  readonly #faults: LinkFaults | undefined;

  constructor({ scenario, seed, node, port, send, receive }: PortLinkOptions) {
    const isHere = (end: { node: string; port: string }): boolean => end.node === node && end.port === port;
    const link = scenario.links.find(({ ends }) => ends.some(isHere));
    this.#link = link;
    this.#receive = receive;
    const model = (end: number): LinkModel =>
      new LinkModel(
        link?.impairments[end] ?? NO_IMPAIRMENT,
        linkChance(seed, `link ${link?.name ?? ''} end ${end} at ${node}:${port}`),
      );
    const secrets = (): Secrets => new Secrets(scenario.authority, nodeCrypto, machineRandom);
    this.#faults = link && new LinkFaults({ link, timeline: scenario.timeline, secrets });
    const direction = (end: number, deliver: Deliver): LinkDirection =>
      new LinkDirection(model(end), deliver, this.#faults && { of: this.#faults, end });
    const ownEnd = link?.ends.findIndex(isHere) ?? 0;
    this.#own = { end: ownEnd, direction: direction(ownEnd, (frame) => send(frame)) };
    this.#hosts = (link?.ends ?? []).flatMap((other, end) => {
      if (scenario.nodes.find(({ name }) => name === other.node)?.kind !== 'host') return [];
      return [{ end, mac: macOf(scenario, other.node, other.port), direction: direction(end, receive) }];
    });
  }

  /** From the router. What is to be told of the frame; nothing if it is on its way as it is. */
  send(frame: Frame, now: Instant): readonly FrameEvent[] {
    return this.#own.direction.send(frame, now);
  }

  /** From the interface. What is to be told of the frame; nothing if it is or will be received as it is. */
  arrive(frame: Frame, now: Instant): readonly FrameEvent[] {
    const sender = this.#senderOf(frame);
    if (sender) return sender.direction.send(frame, now);
    if (this.#faults?.follows) this.#faults.see(this.#own.end === 0 ? 1 : 0, frame, now);
    this.#receive(frame, now, NO_COMMENTS);
    return NOTHING;
  }

  /** Applies what is done to a link, if it is this one. */
  apply(action: WireAction, now: Instant): void {
    for (const meddling of meddlingsOf(action)) this.#faults?.apply(meddling);
    if (isMeddling(action) || action.link !== this.#link?.name) return;
    for (const { end, direction } of [this.#own, ...this.#hosts]) {
      if (!isMeant(action.direction, end)) continue;
      if (action.kind === 'cut') direction.model.cut();
      else if (action.kind === 'heal') direction.model.heal();
      else if (action.kind === 'clog') direction.clog();
      else if (action.kind === 'unclog') direction.unclog(now);
      else direction.model.impair(action.kind === 'impair' ? action.impairment : this.#link.impairments[end]);
    }
  }

  /** Those that are modelled here. */
  states(): readonly LinkState[] {
    const link = this.#link?.name;
    if (link === undefined) return [];
    return [this.#own, ...this.#hosts].map(({ end, direction }) => ({ link, end, isCut: direction.model.isCut }));
  }

  nextDeadline(): Instant {
    let deadline = this.#own.direction.nextDeadline();
    for (const { direction } of this.#hosts) deadline = earliest(deadline, direction.nextDeadline());
    return this.#link ? deadline : NEVER;
  }

  poll(now: Instant): void {
    this.#own.direction.poll(now);
    for (const { direction } of this.#hosts) direction.poll(now);
  }

  /** On a wire with two ends there is no doubt; on a segment the source address tells. */
  #senderOf(frame: Frame): HostEnd | undefined {
    if (this.#link?.ends.length === 2) return this.#hosts[0];
    if (frame.length < ETHERNET_HEADER_LENGTH) return undefined;
    return this.#hosts.find(({ mac }) => mac.every((byte, at) => byte === frame.bytes[frame.start + 6 + at]));
  }
}

const isMeddling = (action: WireAction): action is Exclude<WireAction, LinkAction> => meddlingsOf(action).length > 0;

const isMeant = (direction: Direction, end: number): boolean => direction === 'both' || direction === end;
