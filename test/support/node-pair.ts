import { readFileSync } from 'node:fs';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { parseConfiguration, type Authority } from '../../lib/config/index.ts';
import type { Device } from '../../lib/device.ts';
import { Frame } from '../../lib/frame.ts';
import { SeededRandom } from '../../lib/random.ts';
import { Router } from '../../lib/router.ts';
import type { StateStore } from '../../lib/state-store.ts';
import { MemoryStore, type TwinEnd } from '../../lib/stores/memory.ts';
import { counter, type CounterName } from '../../lib/stats/counters.ts';
import { after, milliseconds, type Duration, type Instant } from '../../lib/time.ts';
import type { TraceEvent } from '../../lib/trace.ts';
import { Station } from './station.ts';
import { LAB_START, macs } from './two-routers.ts';

const DELAY = milliseconds(1);

/** The ports of a node, by their index. */
const PORTS = ['lan', 'wan'] as const;

/** The MAC addresses of the lab's configuration. */
const shared = { lan: Uint8Array.of(2, 0x5e, 0, 0, 0, 1), wan: Uint8Array.of(2, 0x5e, 0, 0, 0, 2) };

export interface NodePairOptions {
  /** Changes the configuration text. */
  readonly edit?: (text: string) => string;
  readonly store?: MemoryStore;
}

/** A frame that one of the two nodes has sent. */
export interface SentFrame {
  readonly at: Instant;
  readonly node: TwinEnd;
  readonly port: 'lan' | 'wan';
  readonly bytes: Uint8Array;
}

/** The lab of scenarios/labs/two-nodes.yaml in virtual time, node by node: a spoke of two nodes, and a hub. */
export class NodePair {
  now: Instant = LAB_START;
  readonly authority: Authority;
  readonly store: MemoryStore;
  readonly client: Station;
  readonly server: Station;
  readonly hub: Router;
  /** Undefined while a node is dead. */
  readonly nodes: [Router | undefined, Router | undefined] = [undefined, undefined];
  readonly stores: [StateStore | undefined, StateStore | undefined] = [undefined, undefined];
  readonly events: (TraceEvent & { readonly node: TwinEnd; readonly at: Instant })[] = [];
  readonly sent: SentFrame[] = [];
  /** What the hub has sent to the spoke. */
  readonly fromHub: Uint8Array[] = [];
  /** Ports without carrier, as `0 wan`. */
  readonly #down = new Set<string>();
  readonly #arrivals: { readonly at: Instant; readonly deliver: () => void }[] = [];
  #starts = 0;

  constructor({ edit = (text) => text, store = new MemoryStore() }: NodePairOptions = {}) {
    const { authority } = parseConfiguration(
      edit(readFileSync('scenarios/labs/two-nodes.conf', 'utf8')),
      'two-nodes.conf',
    );
    if (!authority) throw new Error('the configuration of the lab does not hold together');
    this.authority = authority;
    this.store = store;
    this.client = new Station(['10.1.0.10', 'fd00:1::10'], macs.client, shared.lan, (frame) => this.#toNodes(0, frame));
    this.server = new Station(['10.2.0.10', 'fd00:2::10'], macs.server, macs.hubLan, (frame) =>
      this.#later(() => this.hub.receive(0, Frame.of(frame), this.now)),
    );
    this.server.isServer = true;
    this.hub = new Router({
      authority,
      router: 'hub',
      ports: [
        { name: 'lan', mac: macs.hubLan },
        { name: 'wan', mac: macs.hubWan },
      ],
      wire: {
        transmit: (port, frame) => {
          const copy = frame.copy();
          if (port === 0) this.#later(() => this.server.device.receive(0, Frame.of(copy), this.now));
          else {
            this.fromHub.push(copy);
            this.#toNodes(1, copy);
          }
        },
      },
      crypto: nodeCrypto,
      random: SeededRandom.named(1, 'hub'),
      startedAt: this.now,
    });
    this.start(0);
    this.start(1);
  }

  /** A node comes up with nothing in its memory. */
  start(end: TwinEnd): void {
    const store = this.store.open(end, this.now);
    this.stores[end] = store;
    this.nodes[end] = new Router({
      authority: this.authority,
      router: 'spoke',
      node: `node${end}`,
      store,
      ports: [
        { name: 'lan', mac: shared.lan },
        { name: 'wan', mac: shared.wan },
      ],
      wire: { transmit: (port, frame) => this.#fromNode(end, port, frame.copy()) },
      crypto: nodeCrypto,
      random: SeededRandom.named(1, `node${end} ${++this.#starts}`),
      startedAt: this.now,
      trace: { event: (event) => this.events.push({ ...event, node: end, at: this.now }) },
    });
  }

  kill(end: TwinEnd): void {
    this.nodes[end] = undefined;
  }

  /** A port of a node loses its carrier, or has it back: what it sends and what is sent to it is lost meanwhile. */
  setCarrier(end: TwinEnd, port: 'lan' | 'wan', hasCarrier: boolean): void {
    if (hasCarrier) this.#down.delete(`${end} ${port}`);
    else this.#down.add(`${end} ${port}`);
    this.node(end).setCarrier(PORTS.indexOf(port), hasCarrier, this.now);
  }

  node(end: TwinEnd): Router {
    const node = this.nodes[end];
    if (!node) throw new Error(`node${end} is dead`);
    return node;
  }

  count(end: TwinEnd, name: CounterName): number {
    return this.node(end).counters.values[counter[name]];
  }

  roles(): (string | undefined)[] {
    return this.nodes.map((node) => node?.role);
  }

  sessionIds(router: Router): string[] {
    return [...new Set(router.sessions(this.now).map(({ sessionId }) => sessionId))];
  }

  /** Questions of the client's, 10 ms apart; returns how many of them were answered. */
  ask(count: number, from = 40_000): number {
    const before = this.client.answers.length;
    for (let i = 0; i < count; i++) {
      this.client.ask(`question ${i}`, { from });
      this.runFor(milliseconds(10));
    }
    return this.client.answers.length - before;
  }

  runFor(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.#nextTime() <= end) this.#step();
    this.now = end;
  }

  #fromNode(node: TwinEnd, port: number, bytes: Uint8Array): void {
    if (!this.nodes[node] || this.#down.has(`${node} ${PORTS[port]}`)) return;
    this.sent.push({ at: this.now, node, port: PORTS[port], bytes });
    if (port === 0) this.#later(() => this.client.device.receive(0, Frame.of(bytes), this.now));
    else this.#later(() => this.hub.receive(1, Frame.of(bytes), this.now));
  }

  /** Both nodes stand on the link; which of them it is for is not the link's to know. */
  #toNodes(port: number, bytes: Uint8Array): void {
    this.#later(() => {
      for (const [end, node] of this.nodes.entries())
        if (!this.#down.has(`${end} ${PORTS[port]}`)) node?.receive(port, Frame.of(bytes), this.now);
    });
  }

  #later(deliver: () => void): void {
    this.#arrivals.push({ at: after(this.now, DELAY), deliver });
  }

  get #devices(): Device[] {
    return [...this.nodes, this.hub].filter((device) => device !== undefined);
  }

  #nextTime(): Instant {
    const deadlines = this.#devices.map((device) => device.nextDeadline());
    return Math.max(this.now, Math.min(this.#arrivals[0]?.at ?? Infinity, ...deadlines)) as Instant;
  }

  #step(): void {
    this.now = this.#nextTime();
    while (this.#arrivals.length > 0 && this.#arrivals[0].at <= this.now) this.#arrivals.shift()?.deliver();
    for (const device of this.#devices) if (device.nextDeadline() <= this.now) device.poll(this.now);
  }
}
