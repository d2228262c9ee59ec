import type { Random } from '../../random.ts';
import {
  NEVER,
  after,
  earliest,
  microseconds,
  milliseconds,
  seconds,
  type Duration,
  type Instant,
} from '../../time.ts';
import type { BfdDiagnostic, BfdState, ControlPacket } from './control-packet.ts';
import { transitionOn } from './transitions.ts';

/** A session that is not up sends no faster than this (RFC 5880, section 6.8.3). */
export const SLOW_TX_INTERVAL: Duration = seconds(1);

/** The first packet leaves within this time, so that sessions which begin together do not send together (emulator choice). */
const FIRST_TX_WITHIN: Duration = milliseconds(250);

/** What a session would like; RFC 5880 calls the first three bfd.DesiredMinTxInterval, RequiredMinRxInterval, DetectMult. */
export interface BfdTimers {
  readonly desiredMinTx: Duration;
  /** 0 if the remote system is to send nothing on its own. */
  readonly requiredMinRx: Duration;
  /** 1 to 255. */
  readonly detectMultiplier: number;
}

export interface BfdSessionOptions extends BfdTimers {
  /** Not 0, and no other session's. */
  readonly localDiscriminator: number;
  /** Passive: keeps silent until it has heard from the remote system. Active if absent. */
  readonly isPassive?: boolean;
  /** Whether forwarding goes on when the control plane restarts: the C bit. */
  readonly isControlPlaneIndependent?: boolean;
  readonly random: Random;
  /** Puts a packet on the wire. */
  readonly transmit: (packet: ControlPacket, now: Instant) => void;
  /** Is told after every change of state, and of why. */
  readonly changed: (state: BfdState, before: BfdState, diagnostic: BfdDiagnostic, now: Instant) => void;
}

/**
 * One BFD session in asynchronous mode (RFC 5880). It sees only packets that have been found to be its own, and
 * authentic. A remote system that asks for demand mode is left in peace; this side never asks for it, and never echoes.
 */
export class BfdSession {
  readonly localDiscriminator: number;
  readonly #options: BfdSessionOptions;
  #timers: BfdTimers;
  #state: BfdState = 'down';
  #diagnostic: BfdDiagnostic = 'none';

  #remoteState: BfdState = 'down';
  #remoteDiscriminator = 0;
  #remoteDemand = false;
  #remoteMultiplier = 0;
  #remoteDiagnostic: BfdDiagnostic = 'none';
  #remoteDesiredMinTx: Duration = microseconds(0);
  #remoteMinRx: Duration = microseconds(1);

  /** What the remote system has been told, or is being told. */
  #desiredMinTx: Duration;
  /** What is held to until it has confirmed that it knows of a change (section 6.8.3). */
  #heldTx: Duration | undefined;
  #heldRx: Duration | undefined;
  #isPolling = false;
  /** Something changed while a Poll Sequence was on: another one follows, after a packet without Poll. */
  #pollsAgain = false;

  readonly #firstAt: Instant;
  /** When the last periodic packet was sent; the next one is due a jittered interval later. */
  #sentAt: Instant | undefined;
  /** Share of the transmit interval after which the next packet leaves. */
  #jitter = 0;
  #heardAt: Instant | undefined;

  constructor(options: BfdSessionOptions, now: Instant) {
    this.#options = options;
    this.#timers = options;
    this.localDiscriminator = options.localDiscriminator;
    this.#desiredMinTx = this.#slowEnough();
    this.#firstAt = after(now, microseconds(FIRST_TX_WITHIN * options.random.unit()));
  }

  get state(): BfdState {
    return this.#state;
  }

  get diagnostic(): BfdDiagnostic {
    return this.#diagnostic;
  }

  get remoteState(): BfdState {
    return this.#remoteState;
  }

  get remoteDiscriminator(): number {
    return this.#remoteDiscriminator;
  }

  get remoteDiagnostic(): BfdDiagnostic {
    return this.#remoteDiagnostic;
  }

  /** Time between two packets of ours, before jitter; NEVER-ending if the remote system wants none (section 6.8.2). */
  get transmitInterval(): Duration {
    if (this.#remoteMinRx === 0) return Infinity as Duration;
    return Math.max(this.#heldTx ?? this.#desiredMinTx, this.#remoteMinRx) as Duration;
  }

  /** How long the remote system may be silent (section 6.8.4); 0 before it has been heard. */
  get detectionTime(): Duration {
    const agreed = Math.max(this.#heldRx ?? this.#timers.requiredMinRx, this.#remoteDesiredMinTx);
    return (this.#remoteMultiplier * agreed) as Duration;
  }

  nextDeadline(): Instant {
    return earliest(this.#transmitDeadline(), this.#detectionDeadline());
  }

  poll(now: Instant): void {
    if (now >= this.#detectionDeadline()) this.#detectionTimeExpired(now);
    if (now >= this.#transmitDeadline()) this.#transmit(false, now);
  }

  /** A packet of this session, which nothing speaks against (section 6.8.6). */
  receive(packet: ControlPacket, now: Instant): void {
    this.#remoteDiscriminator = packet.myDiscriminator;
    this.#remoteState = packet.state;
    this.#remoteDiagnostic = packet.diagnostic;
    this.#remoteDemand = packet.demand;
    this.#remoteMinRx = packet.requiredMinRx;
    this.#remoteDesiredMinTx = packet.desiredMinTx;
    this.#remoteMultiplier = packet.detectMultiplier;
    this.#heardAt = now;
    if (packet.final && this.#isPolling) this.#pollConfirmed();
    if (this.#state === 'admin-down') return;
    const transition = transitionOn(this.#state, packet.state);
    if (transition) this.#become(transition.state, transition.diagnostic, now);
    // The answer to a Poll tells of the change as well; otherwise it is told at once (section 6.8.7).
    if (packet.poll) this.#transmit(true, now);
    else if (transition) this.#transmitUnlessSilent(now);
  }

  /** Says at once what it would say when its time comes. */
  speak(now: Instant): void {
    this.#transmitUnlessSilent(now);
  }

  /** Takes the session out of service, or puts it back (section 6.8.16). The remote system is told. */
  setAdminDown(isAdminDown: boolean, now: Instant): void {
    if (isAdminDown === (this.#state === 'admin-down')) return;
    if (isAdminDown) this.#become('admin-down', 'administratively-down', now);
    else this.#become('down', 'none', now);
    this.#transmitUnlessSilent(now);
  }

  /** Something else than the remote system's silence tells that the path has failed. */
  signalDown(diagnostic: BfdDiagnostic, now: Instant): void {
    if (this.#state !== 'up' && this.#state !== 'init') return;
    this.#become('down', diagnostic, now);
    this.#transmitUnlessSilent(now);
  }

  /** Changes what this side would like; the remote system is told by a Poll Sequence (section 6.8.3). */
  setTimers(timers: BfdTimers): void {
    const before = this.#timers;
    const txBefore = this.#desiredMinTx;
    this.#timers = timers;
    this.#desiredMinTx = this.#state === 'up' ? timers.desiredMinTx : this.#slowEnough();
    if (this.#state !== 'up') return;
    if (this.#desiredMinTx > txBefore) this.#heldTx ??= txBefore;
    if (timers.requiredMinRx < before.requiredMinRx) this.#heldRx ??= before.requiredMinRx;
    if (this.#desiredMinTx !== txBefore || timers.requiredMinRx !== before.requiredMinRx) this.#startPolling();
  }

  #slowEnough(): Duration {
    return Math.max(this.#timers.desiredMinTx, SLOW_TX_INTERVAL) as Duration;
  }

  #startPolling(): void {
    if (this.#isPolling) this.#pollsAgain = true;
    this.#isPolling ||= !this.#pollsAgain;
  }

  #pollConfirmed(): void {
    this.#isPolling = false;
    // What changed since the Poll was sent has not been confirmed by this Final.
    if (this.#pollsAgain) return;
    this.#heldTx = undefined;
    this.#heldRx = undefined;
  }

  #become(state: BfdState, diagnostic: BfdDiagnostic, now: Instant): void {
    const before = this.#state;
    this.#state = state;
    this.#diagnostic = diagnostic;
    this.#heldTx = undefined;
    this.#heldRx = undefined;
    this.#isPolling = false;
    this.#pollsAgain = false;
    const txBefore = this.#desiredMinTx;
    this.#desiredMinTx = state === 'up' ? this.#timers.desiredMinTx : this.#slowEnough();
    // While a session is not up every packet tells what it wants, and nobody holds to what was before.
    if (state === 'up' && this.#desiredMinTx !== txBefore) this.#startPolling();
    this.#options.changed(state, before, diagnostic, now);
  }

  #detectionDeadline(): Instant {
    // Who wants nothing to be sent cannot miss it.
    if (this.#heardAt === undefined || this.#timers.requiredMinRx === 0) return NEVER;
    return after(this.#heardAt, this.detectionTime);
  }

  #detectionTimeExpired(now: Instant): void {
    this.#heardAt = undefined;
    this.#remoteDiscriminator = 0;
    this.#remoteDemand = false;
    this.#remoteMinRx = microseconds(1);
    if (this.#state !== 'up' && this.#state !== 'init') return;
    this.#become('down', 'control-detection-time-expired', now);
    this.#transmitUnlessSilent(now);
  }

  #transmitDeadline(): Instant {
    if (this.#isSilent()) return NEVER;
    if (this.#sentAt === undefined) return this.#firstAt;
    return after(this.#sentAt, microseconds(this.transmitInterval * this.#jitter));
  }

  /** Whether no periodic packets are to be sent (section 6.8.7). */
  #isSilent(): boolean {
    if (this.#options.isPassive && this.#remoteDiscriminator === 0) return true;
    if (this.#remoteMinRx === 0) return true;
    return this.#remoteDemand && this.#state === 'up' && this.#remoteState === 'up' && !this.#isPolling;
  }

  #transmitUnlessSilent(now: Instant): void {
    if (!this.#isSilent()) this.#transmit(false, now);
  }

  /** What the session would say now, outside a Poll Sequence. */
  packet(): ControlPacket {
    return {
      diagnostic: this.#diagnostic,
      state: this.#state,
      poll: false,
      final: false,
      controlPlaneIndependent: this.#options.isControlPlaneIndependent ?? false,
      demand: false,
      detectMultiplier: this.#timers.detectMultiplier,
      myDiscriminator: this.localDiscriminator,
      yourDiscriminator: this.#remoteDiscriminator,
      desiredMinTx: this.#desiredMinTx,
      requiredMinRx: this.#timers.requiredMinRx,
      requiredMinEchoRx: microseconds(0),
    };
  }

  /** Sends a periodic packet, or the answer to a Poll, which keeps out of the periodic ones' way. */
  #transmit(isFinal: boolean, now: Instant): void {
    this.#options.transmit({ ...this.packet(), poll: this.#isPolling && !isFinal, final: isFinal }, now);
    if (isFinal) return;
    this.#sentAt = now;
    this.#jitter = this.#drawJitter();
    if (this.#isPolling || !this.#pollsAgain) return;
    this.#pollsAgain = false;
    this.#isPolling = true;
  }

  /** 75 to 100 % of the interval, and at most 90 % if one lost packet is the end (section 6.8.7). */
  #drawJitter(): number {
    const shareMax = this.#timers.detectMultiplier === 1 ? 0.9 : 1;
    return 0.75 + this.#options.random.unit() * (shareMax - 0.75);
  }
}
