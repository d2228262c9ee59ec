import type { PortIndex, Wire } from '../device.ts';
import { Frame } from '../frame.ts';
import type { Random } from '../random.ts';
import { counter, Counters } from '../stats/counters.ts';
import { after, earliest, latest, NEVER, type Instant } from '../time.ts';
import type { Trace } from '../trace.ts';
import type { AttackReport, BitFlip, OnPathAttack, Replay } from './attack.ts';
import { describeAttack, onPathPorts, type Attacker, type AttackerSurroundings } from './attacker.ts';
import { Ledger } from './ledger.ts';
import { Passing } from './passing.ts';

/** Packets that wait to be replayed, for each attack; the oldest goes when there are more. */
const KEPT_MAX = 4_096;

export interface OnPathOptions extends AttackerSurroundings {
  readonly attacks: readonly OnPathAttack[];
}

interface Kept {
  readonly bytes: Uint8Array;
  readonly port: PortIndex;
  readonly passedAt: Instant;
}

interface Running {
  readonly attack: OnPathAttack;
  /** When a packet is sent next, or one that passes is dealt with; NEVER when there were enough. */
  nextAt: Instant;
  taken: number;
  readonly ledger: Ledger;
  /** What waits to be replayed, oldest first. */
  readonly kept: Kept[];
}

/** An attacker that nobody sees: a bridge with two ports, which every packet between both sides has to pass. */
export class OnPathAttacker implements Attacker {
  readonly counters = new Counters('attacker');
  readonly #wire: Wire;
  readonly #random: Random;
  readonly #trace: Trace | undefined;
  readonly #running: readonly Running[];
  readonly #passing = new Passing();
  /** What is sent beside what passes. */
  readonly #frame = Frame.allocate();
  readonly #own = new Passing();

  constructor({ attacks, wire, random, trace, epoch, now }: OnPathOptions) {
    this.#wire = wire;
    this.#random = random;
    this.#trace = trace;
    this.#running = attacks.map((attack) => ({
      attack,
      nextAt: latest(after(epoch, attack.start), now),
      taken: 0,
      ledger: new Ledger(attack.name, this.counters, epoch),
      kept: [],
    }));
  }

  receive(port: PortIndex, frame: Frame, now: Instant): void {
    const isReplaced = this.#passing.read(frame, port) && this.#look(frame, now);
    this.counters.values[isReplaced ? counter.attackReplaced : counter.attackPassed]++;
    if (!isReplaced) this.#wire.transmit(otherPort(port), frame);
  }

  /** Only replays have a time of their own: everything else happens while a packet passes. */
  poll(now: Instant): void {
    for (const running of this.#running) {
      const { attack } = running;
      if (attack.kind !== 'replay') continue;
      while (running.nextAt <= now) this.#replay(running, attack, now);
    }
  }

  nextDeadline(): Instant {
    let deadline = NEVER;
    for (const { attack, nextAt } of this.#running) if (attack.kind === 'replay') deadline = earliest(deadline, nextAt);
    return deadline;
  }

  reports(): readonly AttackReport[] {
    return this.#running.map(({ ledger }) => ledger.report());
  }

  /** Lets every attack see a packet. True if one of them has sent another in its place. */
  #look(frame: Frame, now: Instant): boolean {
    const passing = this.#passing;
    const towards = otherPort(passing.port);
    let isReplaced = false;
    for (const running of this.#running) {
      const { attack, ledger } = running;
      if (ledger.answered(passing.way, now))
        this.#trace?.event({ type: 'attack-answered', packet: frame.id, reason: attack.name });
      const isMeant = attack.packets.includes(passing.kind) && isTowards(attack, towards);
      if (!isMeant || running.nextAt === NEVER) continue;
      if (attack.kind === 'replay') this.#keep(running, frame, now);
      else if (running.nextAt <= now) this.#take(running, now);
      else continue;
      ledger.seen();
      if (attack.kind !== 'bit-flip') continue;
      this.#flip(running, attack, frame);
      isReplaced ||= attack.replace;
    }
    return isReplaced;
  }

  #take(running: Running, now: Instant): void {
    const { attack } = running;
    if (running.taken++ === 0) this.#trace?.event({ type: 'attack-begun', packet: 0, reason: describeAttack(attack) });
    running.nextAt = running.taken < attack.count ? after(latest(running.nextAt, now), attack.every) : NEVER;
    if (running.nextAt === NEVER) running.kept.length = 0;
  }

  #keep({ kept }: Running, frame: Frame, now: Instant): void {
    if (kept.length === KEPT_MAX) {
      kept.shift();
      this.counters.values[counter.attackForgotten]++;
    }
    kept.push({ bytes: frame.copy(), port: this.#passing.port, passedAt: now });
  }

  /** A turn in which nothing is old enough is lost: an attack never goes on for longer than it says. */
  #replay(running: Running, { age, turned, port }: Replay, now: Instant): void {
    const { kept, ledger } = running;
    const isReady = kept.length > 0 && after(kept[0].passedAt, age) <= now;
    const packet = isReady ? kept.shift() : undefined;
    this.#take(running, now);
    if (!packet || !this.#load(packet.bytes, packet.port)) return;
    if (turned) this.#own.turn();
    if (port > 0) this.#own.setDestinationPort(port);
    // Where somebody else speaks as well, an answer could not be told from what comes anyway.
    ledger.sent(this.#own.kind, ...(port > 0 ? [this.#own.wayBack] : []));
    this.#wire.transmit(turned ? packet.port : otherPort(packet.port), this.#frame);
  }

  #flip({ taken, ledger }: Running, { bits }: BitFlip, frame: Frame): void {
    const own = this.#own;
    if (!this.#load(frame.copy(), this.#passing.port)) return;
    const length = (own.end - own.payloadAt) * 8;
    if (length === 0) return;
    if (bits === 0) own.flip((taken - 1) % length);
    for (let i = 0; i < bits; i++) own.flip(this.#random.below(length));
    own.mend();
    ledger.sent(own.kind);
    this.#wire.transmit(otherPort(own.port), this.#frame);
  }

  #load(bytes: Uint8Array, port: PortIndex): boolean {
    return this.#frame.load(bytes) && this.#own.read(this.#frame, port);
  }
}

const otherPort = (port: PortIndex): PortIndex => 1 - port;

const isTowards = ({ towards }: OnPathAttack, port: PortIndex): boolean =>
  towards === 'both' || onPathPorts[port] === towards;
