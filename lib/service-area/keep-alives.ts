import type { SessionTimers } from '../config/index.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import { after, milliseconds, type Duration, type Instant } from '../time.ts';
import { TimerWheel } from '../timer-wheel.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import type { ServiceAreaParts } from './parts.ts';

/** How exactly idle flows are found. */
const TICK = milliseconds(50);

/** Messages that are sent in one tick; what is due beyond them waits for the next ticks (emulator choice). */
export const MESSAGES_PER_TICK = 1_024;

/** What is asked about sessions. */
export interface KeptSessions {
  /** The protocol of the session's hosts. */
  protocol(session: number): number;
  timers(session: number): SessionTimers;
  /** Whether the twin node works on it. */
  isForeign(session: number): boolean;
}

/**
 * Keep-alives for middleboxes (SVR sheet, sections 1.3 and 2.7): a flow to a peer that has been idle for long enough
 * carries a control message, so that the NAT or firewall on its way does not forget it. It keeps no session alive: that
 * lives by what its hosts send.
 */
export class KeepAlives {
  readonly #parts: ServiceAreaParts;
  readonly #sessions: KeptSessions;
  readonly #timers: TimerWheel;
  /** When the last message was sent on each flow, or looking after it began. */
  readonly #sentAt: Float64Array;
  readonly #lookAfter: (flow: number) => void;
  #now: Instant = 0 as Instant;
  /** Messages that were due since the tick began. */
  #due = 0;

  constructor(parts: ServiceAreaParts, sessions: KeptSessions) {
    this.#parts = parts;
    this.#sessions = sessions;
    this.#timers = new TimerWheel(parts.flows.capacity, TICK);
    this.#sentAt = new Float64Array(parts.flows.capacity);
    this.#lookAfter = (flow) => this.#sendIfIdle(flow);
  }

  /** A session was set up, or goes on over another path: what is done for it is looked at anew. */
  follow(session: number, now: Instant): void {
    this.#followAs(session, (flow, idleTime) => this.#begin(flow, idleTime, now));
  }

  /** The configuration is another one: flows that are looked after already are as idle as they were. */
  reconfigured(session: number, now: Instant): void {
    this.#followAs(session, (flow, idleTime) => {
      if (this.#timers.has(flow)) this.#timers.set(flow, now, now);
      else this.#begin(flow, idleTime, now);
    });
  }

  #followAs(session: number, begin: (flow: number, idleTime: Duration) => void): void {
    const wasKept = this.#isKept(session);
    for (const flow of [session * 2, session * 2 + 1]) {
      const idleTime = this.#idleTime(flow);
      if (idleTime === undefined) this.#timers.clear(flow);
      else begin(flow, idleTime);
    }
    const isKept = this.#isKept(session);
    if (isKept && !wasKept) this.#count('keepAliveSessionsOpened');
    if (wasKept && !isKept) this.#count('keepAliveSessionsClosed');
  }

  /** A session is over. */
  end(session: number): void {
    if (this.#isKept(session)) this.#count('keepAliveSessionsClosed');
    this.#timers.clear(session * 2);
    this.#timers.clear(session * 2 + 1);
  }

  nextDeadline(): Instant {
    return this.#timers.nextDeadline();
  }

  poll(now: Instant): void {
    this.#now = now;
    this.#due = 0;
    this.#timers.expire(now, this.#lookAfter);
  }

  #begin(flow: number, idleTime: Duration, now: Instant): void {
    this.#sentAt[flow] = now;
    this.#timers.set(flow, after(now, idleTime), now);
  }

  #isKept(session: number): boolean {
    return this.#timers.has(session * 2) || this.#timers.has(session * 2 + 1);
  }

  /** How long a flow may be idle before it carries a message; undefined if it never does. */
  #idleTime(flow: number): Duration | undefined {
    const { flows, paths } = this.#parts;
    if (flows.path[flow] === 0) return undefined;
    const { keepAlive, outboundOnly } = paths[flows.path[flow] - 1];
    const isWanted = outboundOnly === 'local' || this.#sessions.timers(flow >> 1).natKeepAlive;
    if (!keepAlive || !isWanted) return undefined;
    return this.#isTcp(flow) ? keepAlive.tcp : keepAlive.udp;
  }

  #isTcp(flow: number): boolean {
    return this.#sessions.protocol(flow >> 1) === ipProtocols.tcp;
  }

  /** Packets only stamp the time of their flow; whether one has left meanwhile is looked at here. */
  #sendIfIdle(flow: number): void {
    const idleTime = this.#idleTime(flow);
    if (idleTime === undefined) return;
    const now = this.#now;
    const idleFrom = Math.max(this.#parts.flows.activity[flow], this.#sentAt[flow]) as Instant;
    if (this.#sessions.isForeign(flow >> 1)) return this.#begin(flow, idleTime, now);
    if (after(idleFrom, idleTime) > now) return this.#timers.set(flow, after(idleFrom, idleTime), now);
    const ticksLate = Math.floor(this.#due++ / MESSAGES_PER_TICK);
    if (ticksLate > 0) return this.#timers.set(flow, (now + ticksLate * TICK) as Instant, now);
    this.#send(flow);
    this.#begin(flow, idleTime, now);
  }

  #send(flow: number): void {
    const { highway, trace, sessions } = this.#parts;
    if (!highway().own.send(flow, { controlMessage: 'keepAlive' }, this.#now)) {
      this.#count('keepAliveBufferAllocation');
      return;
    }
    this.#count(this.#isTcp(flow) ? 'keepAliveSentTcp' : 'keepAliveSentUdp');
    trace?.event({ type: 'control-sent', packet: 0, session: sessions.uuidText(flow >> 1), reason: 'keepAlive' });
  }

  #count(name: CounterName): void {
    this.#parts.counters.values[counter[name]]++;
  }
}
