import { formatPrefix, parsePrefix, prefixContains, type IpPrefix } from '../address.ts';
import type { TransportProtocol } from '../config/index.ts';
import type { TakenPacket } from '../highway/capture-points.ts';
import type { Context } from '../metadata/layout.ts';
import { counter } from '../stats/counters.ts';
import type { ServiceAreaParts } from './parts.ts';
import { transportProtocol } from './services.ts';
import { sessionContext } from './session-attributes.ts';

/** Which sessions are to be captured, and how much of them; what is absent does not matter. */
export interface SessionCaptureRequest {
  readonly service: string;
  /** As text: an address, or a prefix. */
  readonly sourceIp?: string | undefined;
  readonly sourcePort?: number | undefined;
  readonly destinationIp?: string | undefined;
  readonly destinationPort?: number | undefined;
  readonly protocol?: TransportProtocol | undefined;
  /** Sessions that begin from now on; all of them without. */
  readonly sessionCount?: number | undefined;
  /** Of each direction; 100 without. */
  readonly packetCount?: number | undefined;
  /** The next routers are not asked to capture the sessions too. */
  readonly localOnly?: boolean | undefined;
}

/** One capture that is active, as `show session-captures` lists it (SVR sheet, section 6). */
export interface SessionCaptureRow {
  readonly id: number;
  readonly service: string;
  /** Addresses and ports that sessions must have; empty for any. */
  readonly source: string;
  readonly destination: string;
  readonly protocol: string;
  /** Sessions that are still to begin; null for no limit. */
  readonly remainingSessions: number | null;
  /** Sessions whose packets are being taken. */
  readonly activeSessions: number;
  /** Packets of those that are still to be taken, of both directions together. */
  readonly remainingPackets: number;
  readonly packetCount: number;
  readonly localOnly: boolean;
  /** Who wants it: an operator, or the router before, by metadata. */
  readonly askedBy: 'operator' | 'peer';
}

/** Packets of each direction, as the original has it (SVR sheet, section 7). */
export const SESSION_CAPTURE_PACKETS = 100;

/** Captures that may be active at once (emulator choice). */
const CAPTURES_MAX = 64;

interface SessionCapture {
  readonly id: number;
  readonly request: SessionCaptureRequest;
  readonly source: IpPrefix | undefined;
  readonly destination: IpPrefix | undefined;
  readonly packetCount: number;
  readonly askedBy: 'operator' | 'peer';
  remaining: number;
  /** Sessions whose packets are being taken. */
  readonly active: Set<number>;
}

/** Captures of whole sessions, service by service. They do not outlive the router (SVR sheet, section 7). */
export class SessionCaptures {
  readonly #parts: ServiceAreaParts;
  #list: SessionCapture[] = [];
  /** The capture of each session that is being captured, and what the next router is asked for. */
  readonly #ofSession = new Map<number, { readonly capture: SessionCapture; readonly asked: number | undefined }>();
  #lastId = 0;

  constructor(parts: ServiceAreaParts) {
    this.#parts = parts;
  }

  /** What has been taken and is kept, oldest first. */
  packets(): readonly TakenPacket[] {
    return this.#parts.capturePoints.packets();
  }

  /** Captures sessions that begin from now on. The id of the capture, or a sentence that says why there is none. */
  create(request: SessionCaptureRequest): number | string {
    const { service, sourceIp, destinationIp } = request;
    if (!this.#parts.services.byName(service)) return `there is no service '${service}'`;
    if (this.#list.length >= CAPTURES_MAX) return `there are ${CAPTURES_MAX} session captures already`;
    const source = prefixOf(sourceIp);
    const destination = prefixOf(destinationIp);
    for (const [text, prefix] of [[sourceIp, source] as const, [destinationIp, destination] as const])
      if (text !== undefined && prefix === undefined) return `'${text}' is neither an address nor a prefix`;
    return this.#add(request, 'operator', request.sessionCount ?? Infinity, source, destination).id;
  }

  /**
   * No more sessions are captured; those that are go on until they have had their packets, as nothing stops them early
   * (SVR sheet, section 7). False if there is no such capture.
   */
  delete(id: number): boolean {
    const capture = this.#list.find((one) => one.id === id);
    if (!capture) return false;
    capture.remaining = 0;
    this.#endIfOver(capture);
    return true;
  }

  rows(): SessionCaptureRow[] {
    return this.#list.map(({ id, request, source, destination, packetCount, askedBy, remaining, active }) => ({
      id,
      service: request.service,
      source: endText(source, request.sourcePort),
      destination: endText(destination, request.destinationPort),
      protocol: request.protocol ?? '',
      remainingSessions: remaining === Infinity ? null : remaining,
      activeSessions: active.size,
      remainingPackets: [...active].reduce((sum, session) => sum + this.#packetsLeft(session), 0),
      packetCount,
      localOnly: request.localOnly === true,
      askedBy,
    }));
  }

  #packetsLeft(session: number): number {
    const { capturePoints } = this.#parts;
    return capturePoints.remaining(session * 2) + capturePoints.remaining(session * 2 + 1);
  }

  /** A session begins here. `asked` is how many packets of each direction the router before wants of it, if it does. */
  begins(session: number, asked: number | undefined): void {
    if (this.#list.length === 0 && !asked) return;
    const { sessions, services, counters, capturePoints } = this.#parts;
    const service = services.list[sessions.service[session]].name;
    const context = sessionContext(this.#parts, session);
    const own = this.#list.find(
      (one) => one.askedBy === 'operator' && one.remaining > 0 && one.request.service === service && fits(one, context),
    );
    const capture = own ?? (asked ? this.#forPeer(service, asked) : undefined);
    if (!capture) return;
    if (own) own.remaining--;
    counters.values[own ? counter.sessionCaptureSessions : counter.sessionCaptureSessionsAsked]++;
    const { packetCount } = capture;
    capture.active.add(session);
    const isLocal = own?.request.localOnly === true;
    this.#ofSession.set(session, { capture, asked: isLocal ? asked : packetCount });
    const about = { service, session: sessions.uuidText(session), packetsMax: packetCount };
    for (const flow of [session * 2, session * 2 + 1]) capturePoints.begin(flow, about);
  }

  /** How many packets of each direction the next routers of a session are asked to take; undefined for none. */
  askedOfNext(session: number): number | undefined {
    return this.#ofSession.get(session)?.asked;
  }

  /** A session ends, captured or not. */
  ended(session: number): void {
    const captured = this.#ofSession.get(session);
    if (!captured) return;
    for (const flow of [session * 2, session * 2 + 1]) this.#parts.capturePoints.end(flow);
    this.#release(session, captured.capture);
  }

  /** A flow has had all its packets. */
  flowFull(flow: number): void {
    const captured = this.#ofSession.get(flow >> 1);
    if (captured && this.#packetsLeft(flow >> 1) === 0) this.#release(flow >> 1, captured.capture);
  }

  #release(session: number, capture: SessionCapture): void {
    this.#ofSession.delete(session);
    capture.active.delete(session);
    this.#endIfOver(capture);
  }

  #endIfOver(capture: SessionCapture): void {
    if (capture.remaining === 0 && capture.active.size === 0)
      this.#list = this.#list.filter((other) => other !== capture);
  }

  /** The capture that stands for what peers ask for, of a service and a number of packets; undefined if there are too many. */
  #forPeer(service: string, packetCount: number): SessionCapture | undefined {
    const known = this.#list.find(
      (one) => one.askedBy === 'peer' && one.request.service === service && one.packetCount === packetCount,
    );
    if (known || this.#list.length >= CAPTURES_MAX) return known;
    return this.#add({ service, packetCount }, 'peer', 0, undefined, undefined);
  }

  #add(
    request: SessionCaptureRequest,
    askedBy: SessionCapture['askedBy'],
    remaining: number,
    source: IpPrefix | undefined,
    destination: IpPrefix | undefined,
  ): SessionCapture {
    const packetCount = request.packetCount ?? SESSION_CAPTURE_PACKETS;
    const active = new Set<number>();
    const capture = { id: ++this.#lastId, request, source, destination, packetCount, askedBy, remaining, active };
    this.#list.push(capture);
    return capture;
  }
}

function fits({ request, source, destination }: SessionCapture, context: Context): boolean {
  const { sourcePort, destinationPort, protocol } = request;
  return (
    (source === undefined || covers(source, context.source)) &&
    (destination === undefined || covers(destination, context.destination)) &&
    (sourcePort === undefined || sourcePort === context.sourcePort) &&
    (destinationPort === undefined || destinationPort === context.destinationPort) &&
    (protocol === undefined || protocol === transportProtocol(context.protocol))
  );
}

const covers = (prefix: IpPrefix, bytes: Uint8Array): boolean =>
  prefixContains(prefix, { family: bytes.length === 4 ? 4 : 6, bytes });

const prefixOf = (text: string | undefined): IpPrefix | undefined =>
  text === undefined ? undefined : parsePrefix(text);

/** `10.1.0.0/16`, `10.1.0.10/32:443`, `:443`; empty for anything. */
const endText = (prefix: IpPrefix | undefined, port: number | undefined): string =>
  `${prefix ? formatPrefix(prefix) : ''}${port === undefined ? '' : `:${port}`}`;
