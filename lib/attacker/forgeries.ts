import { assert } from '../assert.ts';
import { SVR_BFD_PORT } from '../highway/peer-path.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { encodeMetadata } from '../metadata/codec.ts';
import { STAMP_LENGTH } from '../metadata/trailer.ts';
import { bfdStates } from '../peering/bfd/control-packet.ts';
import { writeSvrBfd } from '../peering/svr-bfd/packet.ts';
import type { Random } from '../random.ts';
import { seconds, type Instant } from '../time.ts';
import { writeU32 } from '../wire/bytes.ts';
import type { ForgeryKind, PretendedSession, TrailerKind } from './attack.ts';

/** Bytes that look like user payload. */
const BARE_LENGTH = 32;

/** Bytes of the commonest digest, HMAC-SHA-256-128. */
const DIGEST_LENGTH = 16;

const BFD_INTERVAL = seconds(1);

/** What made-up metadata says of a session. */
export interface Pretence {
  readonly like: PretendedSession;
  readonly tenant: string;
  readonly service: string;
}

/** Attributes of messages that are about no session by name. */
const messages: Partial<Record<ForgeryKind, Attributes>> = {
  'health-check': { sessionHealthCheck: 'request' },
  'enable-metadata': { controlMessage: 'enableMetadata' },
  'disable-metadata': { controlMessage: 'disableMetadata' },
  'delete-session': { controlMessage: 'deleteSession' },
};

/** Packets as a router makes them, by somebody who has no key and knows no session. */
export class Forger {
  readonly #random: Random;
  readonly #pretence: Pretence | undefined;

  constructor(random: Random, pretence?: Pretence) {
    this.#random = random;
    this.#pretence = pretence;
  }

  /** Writes a UDP payload at `at`, and returns where it ends. */
  write(kind: ForgeryKind, trailer: TrailerKind, bytes: Uint8Array, at: number, now: Instant): number {
    const end = this.#writeContent(kind, bytes, at);
    return trailer === 'wrong' ? this.#writeTrailer(bytes, end, now) : end;
  }

  #writeContent(kind: ForgeryKind, bytes: Uint8Array, at: number): number {
    if (kind === 'bare') return this.#writeBare(bytes, at);
    if (kind === 'bfd') return this.#writeBfd(bytes, at);
    const encoding = this.#random.below(2) === 0 ? 'tlv' : 'protobuf';
    const end = at + encodeMetadata(messages[kind] ?? this.#sessionOf(kind), encoding, bytes, at);
    return kind === 'first-packet' ? this.#writeBare(bytes, end) : end;
  }

  #writeBare(bytes: Uint8Array, at: number): number {
    this.#random.fill(bytes.subarray(at, at + BARE_LENGTH));
    return at + BARE_LENGTH;
  }

  /** A session of its own in each packet: another UUID, another port of the client. */
  #sessionOf(kind: ForgeryKind): Attributes {
    assert(this.#pretence !== undefined, 'an attack makes up a session that nobody has described');
    const { like, tenant, service } = this.#pretence;
    const sessionUuid = new Uint8Array(16);
    this.#random.fill(sessionUuid);
    const [source, destination] = [like.source.bytes, like.destination.bytes];
    const [sourcePort, { destinationPort, protocol }] = [this.#random.below(0xffff) + 1, like];
    const forward = { source, destination, sourcePort, destinationPort, protocol };
    const reverse = {
      source: destination,
      destination: source,
      sourcePort: destinationPort,
      destinationPort: sourcePort,
      protocol,
    };
    const said: Attributes = {
      sessionUuid,
      tenant,
      service,
      ...(kind === 'keep-alive' && { controlMessage: 'keepAlive' as const }),
    };
    const isReverse = kind === 'reverse-metadata';
    if (source.length === 4)
      return { ...said, ...(isReverse ? { reverseContextIpv4: reverse } : { forwardContextIpv4: forward }) };
    return { ...said, ...(isReverse ? { reverseContextIpv6: reverse } : { forwardContextIpv6: forward }) };
  }

  /** BFD in any state, of a sender who has or has not heard of a session. */
  #writeBfd(bytes: Uint8Array, at: number): number {
    const state = bfdStates[this.#random.below(bfdStates.length)];
    const isFirst = state === 'down' || state === 'admin-down';
    const control = {
      diagnostic: 'none',
      state,
      poll: false,
      final: false,
      controlPlaneIndependent: false,
      demand: false,
      detectMultiplier: 3,
      myDiscriminator: this.#random.below(0xffff_ffff) + 1,
      yourDiscriminator: isFirst && this.#random.below(2) === 0 ? 0 : this.#random.below(0xffff_ffff) + 1,
      desiredMinTx: BFD_INTERVAL,
      requiredMinRx: BFD_INTERVAL,
      requiredMinEchoRx: seconds(0),
    } as const;
    const metadata = {
      router: 'stranger',
      node: 'stranger',
      pathId: '',
      source: { address: new Uint8Array(4), port: SVR_BFD_PORT },
      bootCounter: this.#random.below(1_000),
      failoverCounter: 0,
      serviceLoads: [],
    };
    return writeSvrBfd(control, metadata, bytes, at);
  }

  /** A trailer with the right time in it, and all else by chance. */
  #writeTrailer(bytes: Uint8Array, at: number, now: Instant): number {
    const end = at + STAMP_LENGTH + DIGEST_LENGTH;
    this.#random.fill(bytes.subarray(at, end));
    writeU32(bytes, at + 4, Math.floor(now / seconds(1)));
    return end;
  }
}
