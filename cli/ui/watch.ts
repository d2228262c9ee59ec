import { Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { wallClock } from '../../daemon/clock.ts';
import { version } from '../../daemon/version.ts';
import { CaptureFile } from '../../lib/capture/capture-file.ts';
import { PacketIds } from '../../lib/capture/packet-ids.ts';
import { CaptureParser } from '../../lib/capture/capture-parser.ts';
import type { CapturedFrame } from '../../lib/capture/captured-frame.ts';
import { typeOfComment } from '../../lib/capture/ladder/run-clock.ts';
import { faultEvent } from '../../lib/lab/actions/table.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import type { Action, Scenario } from '../../lib/lab/scenario.ts';
import type { PeerRow } from '../../lib/peering/rows.ts';
import { ReportBuilder } from '../../lib/report/build.ts';
import type { Report } from '../../lib/report/report.ts';
import { GONE } from '../../lib/report/sessions.ts';
import type { SessionRow } from '../../lib/service-area/rows.ts';
import { traceTypes } from '../../lib/trace.ts';
import { seconds, type Duration } from '../../lib/time.ts';
import type { LinkState } from '../../daemon/port-links.ts';
import type { LiveLab, LiveNode } from '../live-labs.ts';

/** How far back the timeline goes, in microseconds. */
const SHOWN: Duration = seconds(60);
const BUCKET: Duration = seconds(0.5);

/** Nodes tell what happens; what they count, and how a path is, they have to be asked for. */
const ASK_ALL_EVERY: Duration = seconds(2);

const FOLLOW_AGAIN_MS = 1_000;

/** Bytes of the capture that are kept for whoever opens the page later. */
const CAPTURE_LENGTH_MAX = 64 << 20;

/** What the page about a lab that is up shows: what its nodes answer, and what is captured at them. */
export class LabWatch {
  readonly #lab: LiveLab;
  readonly #scenario: Scenario;
  readonly #epoch = wallClock();
  readonly #builder: ReportBuilder;
  readonly #ids: PacketIds;
  readonly #parser = new CaptureParser();
  readonly #file: CaptureFile;
  /** The capture, in the pieces in which it came. */
  readonly #pieces: Uint8Array[] = [];
  #length = 0;
  readonly #peers: Record<string, readonly PeerRow[]> = {};
  readonly #sessions: Record<string, readonly SessionRow[]> = {};
  /** By router: its sessions when it was asked last, and those that it had before. */
  readonly #known = new Map<string, Set<string>>();
  readonly #lost = new Map<string, Set<string>>();
  readonly #links: Record<string, readonly LinkState[]> = {};
  readonly #cut = new Set<string>();
  /** Nodes that did not answer when they were asked last. */
  readonly #silent = new Set<string>();
  /** Nodes that have told something since they were asked last, and how much each has told. */
  readonly #changed = new Set<string>();
  readonly #told = new Map<string, number>();
  #askedAll = -Infinity;
  /** What the page has done. */
  #acts = 0;
  readonly #counters: Record<string, Readonly<Record<string, number>>> = {};

  constructor(lab: LiveLab) {
    this.#lab = lab;
    this.#scenario = lab.scenario;
    this.#builder = new ReportBuilder(this.#scenario, BUCKET);
    this.#ids = new PacketIds(this.#scenario.links);
    const about = { application: `svrlab ${version}`, comments: [], ports: [], names: [] };
    this.#file = new CaptureFile({ write: (bytes) => this.#keep(bytes) }, { ...about, epoch: () => this.#epoch });
  }

  /** Pieces of the capture from number `from` on. */
  capture(from: number): readonly Uint8Array[] {
    return this.#pieces.slice(from);
  }

  /** Captures until the signal comes. */
  async run(signal: AbortSignal): Promise<void> {
    const places = this.#lab.nodes.filter(({ isUp }) => isUp).map(({ name: node }) => ({ node, ports: [] }));
    const sink = new Writable({
      write: (chunk: Buffer, _encoding, done) => {
        this.#parser.feed(chunk);
        for (let frame = this.#parser.next(); frame; frame = this.#parser.next()) this.#captured(frame);
        this.#file.flush();
        done();
      },
    });
    await this.#lab.capture(places, sink, { signal });
  }

  /** Whether something has happened that a page should be told at once. */
  get hasNews(): boolean {
    return this.#changed.size > 0;
  }

  /** Follows what the nodes tell of themselves, until the signal comes. */
  async follow(signal: AbortSignal): Promise<void> {
    await Promise.all(this.#devices.map(({ name }) => this.#followNode(name, signal)));
  }

  /** Notes in the timeline what the page has done to the lab. */
  done(action: Action): void {
    this.#acts++;
    for (const { name } of this.#devices) this.#changed.add(name);
    this.#note(action);
  }

  /** Notes it unless that is how it is already. */
  #note(action: Action): void {
    if (action.kind === 'cut' || action.kind === 'heal') {
      if (this.#cut.has(action.link) === (action.kind === 'cut')) return;
      if (action.kind === 'cut') this.#cut.add(action.link);
      else this.#cut.delete(action.link);
    }
    this.#builder.event(faultEvent(this.#elapsed, action, this.#scenario.links));
  }

  /** Asks those about which there is news, and now and then all. One that does not answer keeps what it said last. */
  async ask(): Promise<void> {
    const isTimeForAll = this.#elapsed - this.#askedAll >= ASK_ALL_EVERY;
    if (isTimeForAll) this.#askedAll = this.#elapsed;
    const asked = this.#devices.filter(({ name }) => isTimeForAll || this.#changed.has(name));
    this.#changed.clear();
    const acts = this.#acts;
    await Promise.all(asked.map((node) => this.#askNode(node)));
    // What was answered before the page did something is not how it is now.
    if (this.#acts === acts) this.#noteCuts();
  }

  get #devices(): readonly LiveNode[] {
    return this.#lab.nodes.filter(({ kind }) => kind !== 'host');
  }

  async #askNode({ name, kind }: LiveNode): Promise<void> {
    const lab = this.#lab;
    const told = this.#told.get(name) ?? 0;
    try {
      this.#counters[name] = Object.fromEntries(await lab.counters(name));
      this.#links[name] = await lab.links(name);
      if (kind === 'router') {
        this.#peers[name] = await lab.peers(name);
        this.#sessions[name] = await lab.sessions(name);
      }
      this.#silent.delete(name);
    } catch {
      this.#silent.add(name);
      return;
    }
    // What it has told meanwhile may be newer than its answer; then there is news, and it is asked again.
    if (kind === 'router' && (this.#told.get(name) ?? 0) === told)
      this.#compare(name, new Set(this.#sessions[name].map(({ sessionId }) => sessionId)));
  }

  /** A link may be cut, and healed, by others than this page. */
  #noteCuts(): void {
    const states = Object.values(this.#links).flat();
    for (const { name: link } of this.#scenario.links) {
      const isCut = states.some((state) => state.link === link && state.isCut);
      this.#note({ kind: isCut ? 'cut' : 'heal', link, direction: 'both' });
    }
  }

  async #followNode(node: string, signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      // Nodes count from when they began. Of all that they tell, what came quickest says most about when that was.
      let began = Infinity;
      const see = (event: LabEvent): void => {
        began = Math.min(began, this.#elapsed - event.time);
        this.#happened({ ...event, node, time: event.time + began });
      };
      await this.#lab.follow(node, see, signal).catch(() => undefined);
      await sleep(FOLLOW_AGAIN_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Of packets their comments in the capture tell more: under which id they are known. */
  #happened(event: LabEvent): void {
    const { node, type, session } = event;
    const isOfSession = type.startsWith('session-');
    if (!isOfSession && (!Object.hasOwn(traceTypes, type) || event.packet !== undefined)) return;
    this.#changed.add(node);
    this.#told.set(node, (this.#told.get(node) ?? 0) + 1);
    if (isOfSession && session !== undefined && !this.#isNews(node, type, session)) return;
    // Its number of the packet is not the id that the page knows it by.
    this.#builder.event({ ...event, packet: undefined });
  }

  /** Takes note of what became of a session; false if that is known. */
  #isNews(node: string, type: string, session: string): boolean {
    const known = this.#known.get(node) ?? new Set();
    this.#known.set(node, known);
    if (type === 'session-removed') {
      lostAt(this.#lost, node).add(session);
      return known.delete(session);
    }
    if (type !== 'session-created' && type !== 'session-recreated') return true;
    lostAt(this.#lost, node).delete(session);
    if (known.has(session)) return false;
    known.add(session);
    return true;
  }

  report(): Report {
    const { name, about, seed } = this.#scenario;
    const duration = this.#elapsed;
    return this.#builder.report(
      {
        ...{ scenario: name, about, fabric: this.#lab.fabric, seed, version, duration, epoch: this.#epoch },
        ...{ passed: undefined, violations: [], verdicts: [], traffic: [], attacks: [], alarms: {}, events: {} },
        counters: Object.fromEntries(
          Object.entries(this.#counters).map(([node, values]) => [
            node,
            Object.fromEntries(Object.entries(values).filter(([, value]) => value !== 0)),
          ]),
        ),
        sessions: this.#sessions,
        peers: this.#peers,
        silent: [...this.#silent],
      },
      Math.max(0, duration - SHOWN),
    );
  }

  /** Tells in events how the sessions of a router differ from what it had when it was asked last. */
  #compare(node: string, ids: Set<string>): void {
    const time = this.#elapsed;
    const before = this.#known.get(node) ?? new Set();
    const lost = lostAt(this.#lost, node);
    const tell = (type: string, session: string, why: object = {}): void =>
      this.#builder.event({ time, node, type, session, ...why });
    for (const id of without(ids, before)) tell(lost.delete(id) ? 'session-recreated' : 'session-created', id);
    for (const id of without(before, ids)) {
      tell('session-removed', id, { reason: GONE });
      lost.add(id);
    }
    this.#known.set(node, ids);
    this.#builder.counted(node, time, ids.size);
  }

  get #elapsed(): Duration {
    return (wallClock() - this.#epoch) as Duration;
  }

  #captured(frame: CapturedFrame): void {
    const { at, direction = 'in', originalLength, start, end } = frame;
    const { node, port } = at;
    const bytes = frame.bytes.subarray(start, end);
    const time = frame.seconds * 1_000_000 + Math.round(frame.nanoseconds / 1_000) - this.#epoch;
    const comments = frame.comments();
    const id = this.#ids.see({ time, node, port, direction, id: frame.id, bytes, comments });
    this.#file.packet({ time, node, port, direction, id, bytes, comments });
    if (direction === 'in') this.#builder.arrived({ time, node, port, length: originalLength });
    for (const comment of comments) {
      const type = typeOfComment(comment);
      // Of sessions the routers' answers tell more: which they are.
      if (type.startsWith('session-')) continue;
      const reason = comment.slice(type.length + 2);
      if (Object.hasOwn(traceTypes, type))
        this.#builder.event({ time, node, type, packet: id, ...(reason !== '' && { reason }) });
    }
  }

  #keep(bytes: Uint8Array): void {
    if (this.#length + bytes.length > CAPTURE_LENGTH_MAX) return;
    this.#length += bytes.length;
    this.#pieces.push(bytes.slice());
  }
}

function lostAt(lost: Map<string, Set<string>>, node: string): Set<string> {
  const known = lost.get(node) ?? new Set<string>();
  lost.set(node, known);
  return known;
}

const without = (ids: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...ids].filter((id) => !others.has(id));
