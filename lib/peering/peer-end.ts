import { ReplayWindow } from '../metadata/replay.ts';
import type { BfdMetadata, EndPoint } from './svr-bfd/metadata.ts';

/** Nodes of a peer whose packets are told from replays: a router has two (emulator choice: one more while it changes). */
const PEER_NODES_MAX = 3;

/** What a sender has told of itself, and the numbers of its packets that have been seen. */
interface PeerNode {
  boot: number;
  readonly window: ReplayWindow;
}

/** The far end of a path as its packets show it: which node speaks there, since when, and from where. */
export class PeerEnd {
  /** By the name of the node. */
  readonly #nodes = new Map<string, PeerNode>();
  /** Where this side sends from by its own account. */
  #own: EndPoint;
  /** The last packet's. */
  #speaker: Pick<BfdMetadata, 'node' | 'bootCounter' | 'failoverCounter'> | undefined;
  #source: EndPoint | undefined;
  #observed: EndPoint;
  /** Whether it has been where this side sends from now, or was taken to be from the start. */
  #isSeenAtOwn = true;

  constructor(own: EndPoint) {
    this.#own = own;
    this.#observed = own;
  }

  /** This side sends from elsewhere from now on. That the peer has seen it there is a change, whatever was in between. */
  moveOwn(own: EndPoint): void {
    this.#own = own;
    this.#isSeenAtOwn = false;
  }

  /** The node that spoke last; empty before one has. */
  get node(): string {
    return this.#speaker?.node ?? '';
  }

  /** Where the last packet came from; undefined before one has. */
  get source(): EndPoint | undefined {
    return this.#source;
  }

  /**
   * Whether packet number `sequence` of a sender is new; from then on it is not. A node that has been started anew
   * begins a new count, which its boot counter tells; nothing of an earlier start is taken after that.
   */
  admits({ node, bootCounter }: BfdMetadata, sequence: number): boolean {
    const known = this.#nodes.get(node);
    if (known && bootCounter === known.boot) return known.window.accept(0, sequence);
    if (known && bootCounter < known.boot) return false;
    if (!known && this.#nodes.size === PEER_NODES_MAX) this.#forgetOldest();
    const window = known?.window ?? new ReplayWindow(1);
    window.reset(0, sequence);
    this.#nodes.set(node, { boot: bootCounter, window });
    return true;
  }

  #forgetOldest(): void {
    const [[oldest]] = [...this.#nodes].sort(([, a], [, b]) => a.boot - b.boot);
    this.#nodes.delete(oldest);
  }

  /** What the packet tells of who speaks: another node, or one that was started anew; undefined if it is who it was. */
  followSpeaker({ node, bootCounter, failoverCounter }: BfdMetadata): 'peer-failover' | 'peer-restart' | undefined {
    const before = this.#speaker;
    this.#speaker = { node, bootCounter, failoverCounter };
    if (!before) return undefined;
    if (node !== before.node || (bootCounter === before.bootCounter && failoverCounter > before.failoverCounter))
      return 'peer-failover';
    return bootCounter === before.bootCounter ? undefined : 'peer-restart';
  }

  /** Whether the packet comes from elsewhere than those before it; the first one does not. */
  followSource(source: EndPoint): boolean {
    const before = this.#source;
    this.#source = source;
    return before !== undefined && !sameEndPoint(before, source);
  }

  /** What the peer says of where it sees this side: at another place than before, or where it is; undefined if as before. */
  followObserved(observed: EndPoint): 'change' | 'reset' | undefined {
    const isAtOwn = sameEndPoint(observed, this.#own);
    const isNew = isAtOwn && !this.#isSeenAtOwn;
    if (sameEndPoint(observed, this.#observed) && !isNew) return undefined;
    this.#observed = observed;
    this.#isSeenAtOwn ||= isAtOwn;
    return isAtOwn ? 'reset' : 'change';
  }
}

export const sameEndPoint = (a: EndPoint, b: EndPoint): boolean => a.port === b.port && sameBytes(a.address, b.address);

export const sameBytes = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
