import { equal } from 'node:assert/strict';
import type { ControlPacket } from '../../../../lib/peering/bfd/control-packet.ts';
import { BfdSession, type BfdSessionOptions } from '../../../../lib/peering/bfd/session.ts';
import { SeededRandom, type Random } from '../../../../lib/random.ts';
import { after, microseconds, milliseconds as ms, seconds, type Duration, type Instant } from '../../../../lib/time.ts';

export const START = seconds(1_000) as number as Instant;

/** A session with a person at the other end. */
export class Station {
  now = START;
  readonly sent: (ControlPacket & { readonly at: Duration })[] = [];
  readonly changes: string[] = [];
  readonly session: BfdSession;

  constructor(options: Partial<BfdSessionOptions> = {}) {
    this.session = new BfdSession(
      {
        localDiscriminator: 11,
        desiredMinTx: ms(100),
        requiredMinRx: ms(100),
        detectMultiplier: 3,
        random: new SeededRandom(1),
        transmit: (packet, now) => this.sent.push({ ...packet, at: (now - START) as Duration }),
        changed: (state, before, diagnostic) => this.changes.push(`${before} -> ${state}: ${diagnostic}`),
        ...options,
      },
      START,
    );
  }

  /** What the remote system says. */
  hear(packet: Partial<ControlPacket> = {}): void {
    this.session.receive(
      {
        diagnostic: 'none',
        state: 'up',
        poll: false,
        final: false,
        controlPlaneIndependent: false,
        demand: false,
        detectMultiplier: 3,
        myDiscriminator: 22,
        yourDiscriminator: 11,
        desiredMinTx: ms(100),
        requiredMinRx: ms(100),
        requiredMinEchoRx: microseconds(0),
        ...packet,
      },
      this.now,
    );
  }

  runFor(duration: Duration): void {
    const end = after(this.now, duration);
    while (this.session.nextDeadline() <= end) {
      this.now = Math.max(this.now, this.session.nextDeadline()) as Instant;
      this.session.poll(this.now);
    }
    this.now = end;
  }

  /** Goes through the handshake, with the timers of `packet`, and forgets what was sent. */
  comeUp(packet: Partial<ControlPacket> = {}): this {
    this.hear({ ...packet, state: 'down', yourDiscriminator: 0 });
    this.hear({ ...packet, state: 'init' });
    this.hear({ ...packet, final: true });
    equal(this.session.state, 'up');
    this.sent.length = this.changes.length = 0;
    return this;
  }

  /** Keeps the session up for a while by a packet every 50 ms. */
  stayUp(duration: Duration, packet: Partial<ControlPacket> = {}): void {
    for (let at = 0; at < duration; at += ms(50)) {
      this.hear(packet);
      this.runFor(ms(50));
    }
  }

  get last(): ControlPacket {
    const last = this.sent.at(-1);
    if (!last) throw new Error('nothing was sent');
    return last;
  }

  /** Time between packets that were sent. */
  get gaps(): number[] {
    return this.sent.slice(1).map(({ at }, i) => at - this.sent[i].at);
  }
}

/** Draws the middle of everything. */
export const middling: Random = {
  unit: () => 0.5,
  below: (bound) => Math.floor(bound / 2),
  fill: (target) => target.fill(0),
};
