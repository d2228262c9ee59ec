import type { Authority } from '../config/index.ts';
import { flowFlags } from '../highway/flow-table.ts';
import type { Packet } from '../highway/packet.ts';
import type { Attributes, ControlMessage } from '../metadata/attributes.ts';
import type { Metadata } from '../metadata/codec.ts';
import { counter, type CounterName } from '../stats/counters.ts';
import { earliest, type Instant } from '../time.ts';
import type { TraceType } from '../trace.ts';
import { tcpFlags } from '../wire/tcp.ts';
import { DelayQueue } from './delay-queue.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { RecoveryPolicy, WatchEffect } from './recovery.ts';
import { sessionAttributes } from './session-attributes.ts';
import type { RemovalReason, Sessions } from './sessions.ts';
import { Watches } from './watches.ts';

/** Flows that may be waited for at once, in each of the two queues. */
const QUEUE_LENGTH = 65_536;

/** What is to become of a packet whose metadata came on a flow. */
export type Arrival =
  | 'forward'
  | 'consumed'
  /** It opens another session than the one that has this flow. */
  | 'other-session';

/**
 * The metadata of sessions that are set up: the three-way handshake (SVR sheet, section 2.3), its re-trigger
 * (section 2.4), control messages, and session recovery detection (section 3).
 */
export class Handshake {
  readonly #parts: ServiceAreaParts;
  readonly #sessions: Sessions;
  readonly #watches: Watches;
  /** Health checks that wait for their acknowledgement. */
  readonly #checks: DelayQueue;
  /** Flows that owe a confirmation which no packet has carried yet. */
  readonly #confirmations: DelayQueue;

  constructor(parts: ServiceAreaParts, sessions: Sessions) {
    const { emulator } = parts.authority;
    this.#parts = parts;
    this.#sessions = sessions;
    this.#watches = new Watches(parts.flows.capacity, recoveryPolicy(parts.authority));
    const queueLength = Math.min(parts.flows.capacity, QUEUE_LENGTH);
    this.#checks = new DelayQueue(queueLength, emulator.acknowledgementTimeout);
    this.#confirmations = new DelayQueue(queueLength, emulator.disableMetadataDelay);
  }

  get #isInactivityBased(): boolean {
    return this.#parts.authority.sessionRecoveryDetection.mode === 'inactivity-based';
  }

  /** The configuration is another one. Health checks that are out are forgotten if nobody checks any more. */
  reconfigured(): void {
    const { authority, sessions, flows } = this.#parts;
    this.#watches.policy = recoveryPolicy(authority);
    this.#checks.delay = authority.emulator.acknowledgementTimeout;
    this.#confirmations.delay = authority.emulator.disableMetadataDelay;
    if (this.#isInactivityBased) return;
    for (const session of sessions.all()) {
      for (const flow of [session * 2, session * 2 + 1]) {
        if (!['checking', 'overdue'].includes(this.#watches.state(flow))) continue;
        this.#watches.clear(flow);
        flows.flags[flow] &= ~flowFlags.watched;
      }
    }
  }

  /** Name of the state of a flow's watch; empty where none is kept. */
  watchName(flow: number): string {
    return this.#isInactivityBased && this.#parts.flows.path[flow] !== 0 ? this.#watches.state(flow) : '';
  }

  /**
   * A session begins: whoever leaves to a peer carries metadata, as that is also where the peer's replay window starts.
   * `arrivedOn` is the flow on which metadata opened the session, if a peer did: that one is owed an answer.
   */
  begin(session: number, arrivedOn: number | undefined, now: Instant): void {
    const { flows } = this.#parts;
    for (const flow of [session * 2, session * 2 + 1]) {
      this.#watches.clear(flow);
      if (flows.path[flow] === 0) continue;
      this.#putMetadataOn(flow);
      // Whoever has just been heard on a session's waypoints can be reached there.
      if (arrivedOn !== undefined && flow === (arrivedOn ^ 1)) flows.flags[flow] &= ~flowFlags.detoured;
      else this.#detour(flow);
    }
    if (arrivedOn !== undefined) this.#owe(arrivedOn ^ 1, now);
  }

  /**
   * This node goes on with a session of its twin's. The peer is told by metadata, with which it also counts anew: the
   * numbers of sealed packets need not be those that the twin would have used.
   */
  takeOver(session: number): void {
    const { flows } = this.#parts;
    for (const flow of [session * 2, session * 2 + 1])
      if (flows.path[flow] !== 0) this.renew(flow, 'takeover of the node');
  }

  /** What the packet that is about to leave on `flow` must carry. */
  attributesFor(flow: number, packet: Packet, now: Instant): Attributes | undefined {
    const { flows, counters } = this.#parts;
    flows.flags[flow] &= ~flowFlags.owesConfirmation;
    if ((flows.flags[flow] & flowFlags.metadataOn) !== 0) {
      const attributes = sessionAttributes(this.#parts, flow, (packet.tcpFlags & tcpFlags.syn) !== 0);
      counters.values[counter.metadataAdded]++;
      if ((flows.flags[flow] & flowFlags.detoured) !== 0) counters.values[counter.pinholeDetours]++;
      this.#trace('metadata-added', flow, packet.frame.id, undefined, Object.keys(attributes));
      return attributes;
    }
    if (!this.#isInactivityBased) return undefined;
    const lastHeard = flows.activity[flow ^ 1] as Instant;
    return this.#checkedAttributes(flow, this.#step(flow, { kind: 'sending', lastHeard }, now), packet, now);
  }

  #checkedAttributes(flow: number, effect: WatchEffect, packet: Packet, now: Instant): Attributes | undefined {
    if (effect !== 'request' && effect !== 'request-timeout') return undefined;
    if (!this.#checks.push(flow, now)) {
      this.#count('healthCheckBufferAllocation');
      this.#watches.clear(flow);
      return undefined;
    }
    this.#count('addedHealthCheck');
    this.#trace('health-check-added', flow, packet.frame.id, effect);
    return { sessionHealthCheck: effect === 'request' ? 'request' : 'requestTimeout' };
  }

  /** Authentic metadata came on a flow that exists. */
  metadataArrived(flow: number, packet: Packet, { attributes }: Metadata, now: Instant): Arrival {
    this.#count('existingFlows');
    this.#parts.flows.flags[flow ^ 1] &= ~flowFlags.detoured;
    this.#trace('metadata-received', flow, packet.frame.id, undefined, Object.keys(attributes));
    if (attributes.controlMessage !== undefined) {
      this.#obey(flow, attributes.controlMessage, attributes, packet, now);
      return 'consumed';
    }
    if (attributes.sessionHealthCheck !== undefined) this.#acknowledge(flow, now);
    if (attributes.forwardContextIpv4 ?? attributes.forwardContextIpv6)
      return this.#forwardMetadata(flow, attributes, now);
    if (attributes.reverseContextIpv4 ?? attributes.reverseContextIpv6)
      return this.#reverseMetadata(flow, attributes, packet, now);
    return 'forward';
  }

  #forwardMetadata(flow: number, { sessionUuid }: Attributes, now: Instant): Arrival {
    const isThisSession = sessionUuid !== undefined && this.#parts.sessions.hasUuid(flow >> 1, sessionUuid);
    if ((flow & 1) === 1 || !isThisSession) return 'other-session';
    this.#count('existingSession');
    // Reverse metadata goes on until a forward packet comes without any.
    this.#putMetadataOn(flow ^ 1);
    this.#owe(flow ^ 1, now);
    return 'forward';
  }

  #reverseMetadata(
    flow: number,
    { sessionUuid, sessionsInService }: Attributes,
    packet: Packet,
    now: Instant,
  ): Arrival {
    const { flows, sessions, highway } = this.#parts;
    const forward = flow ^ 1;
    if ((flow & 1) === 0 || sessionUuid === undefined || !sessions.hasUuid(flow >> 1, sessionUuid)) {
      this.#count('staleReverseMetadata');
      highway().drop(packet, counter.serviceAreaDropped);
      return 'consumed';
    }
    if (sessionsInService !== undefined) {
      const { peerRouter } = this.#parts.paths[flows.path[forward] - 1];
      const { name } = this.#parts.services.list[sessions.service[flow >> 1]];
      this.#parts.peerLoads.learn(peerRouter, name, sessionsInService, now);
    }
    if ((flows.flags[forward] & flowFlags.metadataOn) !== 0) {
      this.#count('validReverseMetadata');
      this.#turnOff(forward, now);
      return 'forward';
    }
    this.#count('duplicateReverseMetadata');
    // The peer goes on, as our host is silent and no bare packet has ended the handshake: then a message has to.
    this.#owe(forward, now);
    return 'forward';
  }

  /** A bare packet on a forward flow ends the handshake: the originator has seen reverse metadata. */
  bareArrived(flow: number, now: Instant): void {
    this.#parts.flows.flags[flow] &= ~flowFlags.awaitsBare;
    this.#turnOff(flow ^ 1, now);
  }

  #obey(flow: number, message: ControlMessage, attributes: Attributes, packet: Packet, now: Instant): void {
    const { flows, sessions } = this.#parts;
    const opposite = flow ^ 1;
    const name = typeof message === 'number' ? `code ${message}` : message;
    this.#trace('control-received', flow, packet.frame.id, name);
    switch (message) {
      case 'enableMetadata':
        this.#count('receivedEnableMetadata');
        this.#turnOnAgain(opposite, 'enable-metadata', now);
        return;
      case 'disableMetadata':
        this.#count('receivedDisableMetadata');
        if (attributes.sessionUuid && !sessions.hasUuid(flow >> 1, attributes.sessionUuid)) return;
        flows.flags[flow] &= ~flowFlags.awaitsBare;
        this.#turnOff(opposite, now);
        return;
      case 'sessionExists':
        this.#carryOut(opposite, this.#step(opposite, { kind: 'acknowledgement' }, now));
        return;
      case 'keepAlive':
        this.#count('receivedKeepAlive');
        return;
      case 'deleteSession':
        if (attributes.sessionUuid && !sessions.hasUuid(flow >> 1, attributes.sessionUuid)) return;
        this.end(flow >> 1, 'deleted-by-peer', now, opposite);
        return;
      default:
        this.#count('unknownForcedDropReason');
    }
  }

  #acknowledge(flow: number, now: Instant): void {
    this.#count('generatedHealthCheckAcknowledgement');
    if (this.#parts.highway().own.send(flow ^ 1, { controlMessage: 'sessionExists' }, now)) {
      this.#count('sentHealthCheckAcknowledgement');
      this.#trace('control-sent', flow ^ 1, 0, 'sessionExists');
    } else {
      this.#count('healthCheckBufferAllocation');
    }
  }

  #putMetadataOn(flow: number): void {
    const { flows } = this.#parts;
    flows.flags[flow] |= flowFlags.metadataOn;
    if ((flow & 1) === 1) flows.flags[flow ^ 1] |= flowFlags.awaitsBare;
  }

  #turnOnAgain(flow: number, reason: string, now: Instant): void {
    this.#count('invalidatedForEnableMetadata');
    this.#step(flow, { kind: 'enable-metadata' }, now);
    this.#renewHere(flow, reason);
  }

  /** Ends a session, and tells its peers, but for the one that flow `not` leaves to. */
  end(session: number, reason: RemovalReason, now: Instant, not?: number): void {
    const { flows, sessions, highway } = this.#parts;
    for (const flow of [session * 2, session * 2 + 1]) {
      if (flows.path[flow] === 0 || flow === not) continue;
      const attributes: Attributes = { controlMessage: 'deleteSession', sessionUuid: sessions.uuid(session) };
      if (highway().own.send(flow, attributes, now)) this.#trace('control-sent', flow, 0, 'deleteSession');
    }
    this.#sessions.remove(session, reason);
  }

  /**
   * A flow goes on over another path. The peer hears of it at once, by a message that describes the session: it must not
   * have to wait for a host to speak.
   */
  announceMove(flow: number, reason: string, now: Instant): void {
    this.renew(flow, reason);
    const attributes = sessionAttributes(this.#parts, flow, false);
    if (this.#parts.highway().own.send(flow, { ...attributes, controlMessage: 'keepAlive' }, now)) {
      this.#count('modifyRequestSent');
      this.#trace('control-sent', flow, 0, 'modify');
    }
  }

  /**
   * Opens the way in for a session: the peer, which has sent a packet of it by the pinhole of BFD, is told of the session
   * on its own waypoints.
   */
  openPinhole(flow: number, now: Instant): void {
    const attributes = sessionAttributes(this.#parts, flow, false);
    if (!this.#parts.highway().own.send(flow, { ...attributes, controlMessage: 'keepAlive' }, now)) return;
    this.#count('pinholesOpened');
    this.#trace('control-sent', flow, 0, 'pinhole');
  }

  /** A flow carries metadata again until its peer has confirmed it. */
  renew(flow: number, reason: string): void {
    this.#renewHere(flow, reason);
    this.#detour(flow);
  }

  /** Until a peer that only reaches out is heard on a session's waypoints, nothing is known to come through there. */
  #detour(flow: number): void {
    const { flows, paths } = this.#parts;
    // A flow that has come from another path may have the flag of that one.
    flows.flags[flow] &= ~flowFlags.detoured;
    if (paths[flows.path[flow] - 1].outboundOnly === 'remote') flows.flags[flow] |= flowFlags.detoured;
  }

  /** The same for a flow whose peer has just been heard on its waypoints. */
  #renewHere(flow: number, reason: string): void {
    const { sessions } = this.#parts;
    sessions.renewals[flow >> 1]++;
    this.#putMetadataOn(flow);
    this.#trace('metadata-turned-on', flow, 0, reason);
  }

  #turnOff(flow: number, now: Instant): void {
    const { flows } = this.#parts;
    if ((flows.flags[flow] & flowFlags.metadataOn) === 0) return;
    flows.flags[flow] &= ~(flowFlags.metadataOn | flowFlags.detoured);
    this.#step(flow, { kind: 'confirmation' }, now);
    this.#trace('metadata-turned-off', flow, 0);
  }

  /** `flow` is to answer metadata, by any packet or in the end by a message. */
  #owe(flow: number, now: Instant): void {
    const { flows } = this.#parts;
    if ((flows.flags[flow] & flowFlags.owesConfirmation) !== 0) return;
    if (!this.#confirmations.push(flow, now)) {
      this.#count('turnOffBufferAllocation');
      return;
    }
    flows.flags[flow] |= flowFlags.owesConfirmation;
  }

  nextDeadline(): Instant {
    return earliest(this.#checks.nextDeadline(), this.#confirmations.nextDeadline());
  }

  poll(now: Instant): void {
    for (let due = this.#checks.pop(now); due; due = this.#checks.pop(now)) this.#missed(due.flow, due.enteredAt, now);
    for (let due = this.#confirmations.pop(now); due; due = this.#confirmations.pop(now)) this.#confirm(due.flow, now);
  }

  #missed(flow: number, sentAt: Instant, now: Instant): void {
    const { flows, sessions } = this.#parts;
    if (!sessions.isAlive(flow >> 1)) return;
    const lastHeard = flows.activity[flow ^ 1] as Instant;
    this.#carryOut(flow, this.#step(flow, { kind: 'timeout', sentAt, lastHeard }, now));
  }

  #carryOut(flow: number, effect: WatchEffect): void {
    if (effect === 'count-acknowledgement') this.#count('receivedHealthCheckAcknowledgement');
    if (effect === 'count-stale-acknowledgement') this.#count('receivedStaleHealthCheckAcknowledgement');
    if (effect === 'count-timeout' || effect === 'count-timeout-and-renew') this.#countTimeout(flow);
    if (effect === 'count-timeout-and-renew') this.renew(flow, 'session-health-check timeouts');
  }

  #countTimeout(flow: number): void {
    this.#count('healthCheckTimeout');
    if (this.#parts.paths[this.#parts.flows.path[flow] - 1].outboundOnly)
      this.#count((flow & 1) === 0 ? 'healthCheckTimeoutForwardPinhole' : 'healthCheckTimeoutReversePinhole');
    this.#trace('health-check-timeout', flow, 0);
  }

  #confirm(flow: number, now: Instant): void {
    const { flows, sessions, highway } = this.#parts;
    if (!sessions.isAlive(flow >> 1) || (flows.flags[flow] & flowFlags.owesConfirmation) === 0) return;
    flows.flags[flow] &= ~flowFlags.owesConfirmation;
    const attributes: Attributes = { controlMessage: 'disableMetadata', sessionUuid: sessions.uuid(flow >> 1) };
    if (highway().own.send(flow, attributes, now)) {
      this.#count('sentDisableMetadata');
      this.#trace('control-sent', flow, 0, 'disableMetadata');
    } else {
      this.#count('turnOffBufferAllocation');
    }
  }

  #step(flow: number, event: Parameters<Watches['step']>[1], now: Instant): WatchEffect {
    const { flows } = this.#parts;
    const effect = this.#watches.step(flow, event, now);
    if (this.#watches.state(flow) === 'active') flows.flags[flow] &= ~flowFlags.watched;
    else flows.flags[flow] |= flowFlags.watched;
    return effect;
  }

  #count(name: CounterName): void {
    this.#parts.counters.values[counter[name]]++;
  }

  #trace(type: TraceType, flow: number, packet: number, reason?: string, attributes?: readonly string[]): void {
    const { trace, sessions } = this.#parts;
    if (!trace) return;
    trace.event({
      type,
      packet,
      session: sessions.uuidText(flow >> 1),
      ...(reason !== undefined && { reason }),
      ...(attributes && { attributes }),
    });
  }
}

const recoveryPolicy = ({ sessionRecoveryDetection, emulator }: Authority): RecoveryPolicy => ({
  inactivityTimeout: sessionRecoveryDetection.inactivityTimeout,
  attempts: emulator.healthCheckAttempts,
});
