import { Writable } from 'node:stream';
import { wallClock } from '../../daemon/clock.ts';
import { version } from '../../daemon/version.ts';
import { CaptureFile } from '../../lib/capture/capture-file.ts';
import { PacketIds } from '../../lib/capture/packet-ids.ts';
import { CaptureParser } from '../../lib/capture/capture-parser.ts';
import type { CapturedFrame } from '../../lib/capture/captured-frame.ts';
import { typeOfComment } from '../../lib/capture/ladder/run-clock.ts';
import { faultEvent } from '../../lib/lab/actions/table.ts';
import type { Action, Scenario } from '../../lib/lab/scenario.ts';
import type { PeerRow } from '../../lib/peering/rows.ts';
import { ReportBuilder } from '../../lib/report/build.ts';
import type { Report } from '../../lib/report/report.ts';
import { GONE } from '../../lib/report/sessions.ts';
import type { SessionRow } from '../../lib/service-area/rows.ts';
import { traceTypes } from '../../lib/trace.ts';
import { seconds, type Duration } from '../../lib/time.ts';
import type { LiveLab } from '../live-labs.ts';

/** How far back the timeline goes, in microseconds. */
const SHOWN: Duration = seconds(60);
const BUCKET: Duration = seconds(0.5);

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
  readonly #known = new Map<string, ReadonlySet<string>>();
  readonly #lost = new Map<string, Set<string>>();
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

  /** Notes in the timeline what is done to the lab. */
  done(action: Action): void {
    this.#builder.event(faultEvent(this.#elapsed, action, this.#scenario.links));
  }

  /** Asks every router and middlebox. One that does not answer keeps what it said last. */
  async ask(): Promise<void> {
    const lab = this.#lab;
    await Promise.all(
      lab.nodes
        .filter(({ kind }) => kind !== 'host')
        .map(async ({ name, kind }) => {
          try {
            this.#counters[name] = Object.fromEntries(await lab.counters(name));
            if (kind !== 'router') return;
            this.#peers[name] = await lab.peers(name);
            this.#sessions[name] = await lab.sessions(name);
          } catch {
            this.#sessions[name] = [];
            this.#peers[name] = [];
          }
          this.#compare(name, new Set(this.#sessions[name].map(({ sessionId }) => sessionId)));
        }),
    );
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
      },
      Math.max(0, duration - SHOWN),
    );
  }

  /** Tells in events how the sessions of a router differ from what it had when it was asked last. */
  #compare(node: string, ids: ReadonlySet<string>): void {
    const time = this.#elapsed;
    const before = this.#known.get(node) ?? new Set();
    const lost = this.#lost.get(node) ?? new Set();
    const tell = (type: string, session: string, why: object = {}): void =>
      this.#builder.event({ time, node, type, session, ...why });
    for (const id of without(ids, before)) tell(lost.delete(id) ? 'session-recreated' : 'session-created', id);
    for (const id of without(before, ids)) {
      tell('session-removed', id, { reason: GONE });
      lost.add(id);
    }
    this.#known.set(node, ids);
    this.#lost.set(node, lost);
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

const without = (ids: ReadonlySet<string>, others: ReadonlySet<string>): string[] =>
  [...ids].filter((id) => !others.has(id));
