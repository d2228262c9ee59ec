import { SVR_BFD_PORT } from '../highway/peer-path.ts';
import { CONTROL_PACKET_LENGTH, decodeControlPacket } from '../peering/bfd/control-packet.ts';
import type { ControlPacketFault } from '../peering/bfd/control-packet.ts';
import { bfdPorts } from '../peering/bfd/udp.ts';
import { decodeBfdMetadata, type BfdMetadata } from '../peering/svr-bfd/metadata.ts';
import { BFD_METADATA_TYPE } from '../peering/svr-bfd/packet.ts';
import {
  BASE_HEADER_LENGTH,
  baseHeaderFault,
  hasCookie,
  headerLength,
  isFalsePositiveMarker,
} from '../metadata/header.ts';
import type { Attributes } from '../metadata/attributes.ts';
import type { MetadataFault } from '../metadata/header.ts';
import { findMetrics } from '../metadata/metrics-block.ts';
import { NO_BINDING } from '../metadata/trailer.ts';
import { readU16, readU32 } from '../wire/bytes.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import type { CapturedFrame } from './captured-frame.ts';
import { Layers, type LayerFault } from './layers.ts';
import { readBlock, type MetadataBlock } from './metadata-block.ts';
import type { Secrets } from './secrets.ts';
import { type Direction, type Session } from './session.ts';
import { TrailerLengths } from './trailer-lengths.ts';

/** What SVR makes of a packet. `malformed` has the cookie, and no block of metadata that makes sense behind it. */
export type SvrKind = 'metadata' | 'fragment' | 'marker' | 'bare' | 'bfd' | 'malformed';

/** Where a packet is malformed, and by what. */
export interface Malformed {
  readonly reason: LayerFault | MetadataFault | ControlPacketFault | 'bad-bfd-metadata';
  /** From the first byte of the frame. */
  readonly offset: number;
}

/** The HMAC trailer of a packet between routers. */
export interface Trailer {
  /** Offset of its first byte. */
  readonly at: number;
  readonly length: number;
  /** `unchecked` without its key, or for a bare packet of a session that is not known. */
  readonly status: 'right' | 'outside-window' | 'wrong' | 'unchecked';
  /** The security policy that it was found right under. */
  readonly policy: string | undefined;
  readonly sequence: number;
  readonly timeSeconds: number;
  readonly sender: number;
}

/** What a packet carries for a session: bytes[at, end), decrypted if it had to be. */
export interface Content {
  readonly bytes: Uint8Array;
  readonly at: number;
  readonly end: number;
  /** What it is can not be told: it is encrypted, and the key is not known. */
  readonly isOpaque: boolean;
}

/** What is known of a lab besides its capture. */
export interface DissectionOptions {
  /** Without them nothing is decrypted, and no HMAC is checked. */
  readonly secrets?: Secrets | undefined;
  /** Names of links by interface, 'node:port'. */
  readonly links?: ReadonlyMap<string, string> | undefined;
}

const TLV_HEADER_LENGTH = 4;

/**
 * One packet, taken apart as far as anybody asks: each part is worked out when it is first looked at. One object serves
 * all packets; what it gives is valid until the next `load`.
 */
export class Dissection {
  readonly #secrets: Secrets | undefined;
  readonly #trailerLengths = new TrailerLengths();
  readonly #layers = new Layers();
  #frame: CapturedFrame | undefined;
  #hasLayers = false;
  #kind: SvrKind | undefined;
  #hasKind = false;
  #block: MetadataBlock | undefined;
  #trailer: Trailer | undefined;
  #hasTrailer = false;
  #content: Content | undefined;
  #hasContent = false;
  #bfdMetadata: BfdMetadata | undefined;
  #hasBfdMetadata = false;
  #malformed: Malformed | undefined;
  #hasMalformed = false;
  readonly #binding = new Uint8Array(17);

  /** The session that the packet belongs to, and which way it goes: filled in by `Sessions`, if sessions are followed. */
  session: Session | undefined;
  direction: Direction | undefined;
  /** Whether the packet is on waypoints of its session, not between a host and a router. */
  isBetweenRouters = false;
  readonly #links: ReadonlyMap<string, string>;
  #firstSeconds: number | undefined;
  #firstNanoseconds = 0;
  #loaded = 0;

  constructor({ secrets, links = new Map() }: DissectionOptions = {}) {
    this.#secrets = secrets;
    this.#links = links;
  }

  load(frame: CapturedFrame): void {
    this.#frame = frame;
    this.#loaded++;
    if (this.#firstSeconds === undefined) {
      this.#firstSeconds = frame.seconds;
      this.#firstNanoseconds = frame.nanoseconds;
    }
    this.#hasLayers = this.#hasKind = this.#hasTrailer = this.#hasContent = this.isBetweenRouters = false;
    this.#hasBfdMetadata = this.#hasMalformed = false;
    this.#block = this.session = this.direction = undefined;
  }

  get frame(): CapturedFrame {
    if (!this.#frame) throw new RangeError('no frame was loaded');
    return this.#frame;
  }

  /** The packet's place among those that were loaded, from 1. */
  get number(): number {
    return this.#loaded;
  }

  /** Time since the first packet that was loaded. */
  get secondsSinceFirst(): number {
    const { seconds, nanoseconds } = this.frame;
    return seconds - (this.#firstSeconds ?? seconds) + (nanoseconds - this.#firstNanoseconds) / 1e9;
  }

  /** Name of the link that it was taken on; undefined if that is not known. */
  get link(): string | undefined {
    return this.#links.get(this.frame.at.name);
  }

  get layers(): Layers {
    if (!this.#hasLayers) {
      this.#layers.read(this.frame);
      this.#hasLayers = true;
    }
    return this.#layers;
  }

  /** What SVR makes of it; undefined if it is nothing of SVR's, or a bare packet of a session that is not followed. */
  get kind(): SvrKind | undefined {
    if (!this.#hasKind) {
      this.#kind = kindOf(this.layers);
      this.#hasKind = true;
    }
    // What a host sends is its own affair, whatever it looks like.
    if (this.session !== undefined) return this.isBetweenRouters ? (this.#kind ?? 'bare') : undefined;
    return this.#kind;
  }

  /** Where the block of metadata begins, that of BFD included; -1 if there is none. */
  get blockAt(): number {
    switch (this.kind) {
      case 'bfd':
        return this.layers.payloadAt + CONTROL_PACKET_LENGTH;
      case undefined:
      case 'bare':
        return -1;
      default:
        return this.layers.payloadAt;
    }
  }

  /** The block of metadata; undefined if there is none. That of BFD is another thing: `bfdMetadata`. */
  get block(): MetadataBlock | undefined {
    const at = this.blockAt;
    if (at < 0 || this.kind === 'bfd') return undefined;
    this.#block ??= readBlock(this.layers.bytes, at, this.layers.payloadEnd, this.#secrets?.rings ?? []);
    return this.#block;
  }

  /** Metadata about the packet's session: its own, or that of the packet whose first fragment it is. */
  get sessionAttributes(): Attributes | undefined {
    const { block } = this;
    const attributes = block?.metadata?.attributes;
    if (this.kind !== 'fragment' || !block || attributes?.fragment?.offset !== 0) return attributes;
    const at = this.blockAt + block.length;
    const { bytes, payloadEnd } = this.layers;
    return hasCookie(bytes, at, payloadEnd)
      ? readBlock(bytes, at, payloadEnd, this.#secrets?.rings ?? []).metadata?.attributes
      : attributes;
  }

  /** Where a BFD control packet begins, be it plain or SVR's; -1 if there is none. */
  get bfdAt(): number {
    const { layers } = this;
    if (layers.protocol !== ipProtocols.udp || layers.payloadAt < 0) return -1;
    const isBfd =
      isSvrBfd(layers) ||
      layers.destinationPort === bfdPorts['single-hop'] ||
      layers.destinationPort === bfdPorts.multihop;
    return isBfd ? layers.payloadAt : -1;
  }

  /** What SVR adds to BFD; undefined if nothing that makes sense. */
  get bfdMetadata(): BfdMetadata | undefined {
    if (!this.#hasBfdMetadata) {
      this.#bfdMetadata = this.#readBfdMetadata();
      this.#hasBfdMetadata = true;
    }
    return this.#bfdMetadata;
  }

  #readBfdMetadata(): BfdMetadata | undefined {
    if (this.kind !== 'bfd') return undefined;
    const { bytes, payloadEnd } = this.layers;
    const at = this.blockAt;
    if (baseHeaderFault(bytes, at, payloadEnd)) return undefined;
    const tlvAt = at + BASE_HEADER_LENGTH;
    const end = at + headerLength(bytes, at);
    if (end < tlvAt + TLV_HEADER_LENGTH || readU16(bytes, tlvAt) !== BFD_METADATA_TYPE) return undefined;
    return decodeBfdMetadata(bytes, tlvAt + TLV_HEADER_LENGTH, end);
  }

  /** What is malformed, of the outermost layer that is. */
  get malformed(): Malformed | undefined {
    if (!this.#hasMalformed) {
      this.#malformed = this.#findMalformed();
      this.#hasMalformed = true;
    }
    return this.#malformed;
  }

  #findMalformed(): Malformed | undefined {
    const { layers, block } = this;
    const { start } = this.frame;
    if (layers.fault) return { reason: layers.fault, offset: layers.faultAt - start };
    if (block?.fault) return { reason: block.fault, offset: block.faultAt - start };
    const at = this.bfdAt;
    if (at < 0) return undefined;
    const control = decodeControlPacket(layers.bytes, at, layers.payloadEnd);
    if (typeof control === 'string') return { reason: control, offset: at - start };
    const isWhole = this.kind !== 'bfd' || this.bfdMetadata !== undefined;
    return isWhole ? undefined : { reason: 'bad-bfd-metadata', offset: at + CONTROL_PACKET_LENGTH - start };
  }

  /** Whether it is an UDP packet between routers whose end may be an HMAC trailer; undefined if it has none. */
  get trailer(): Trailer | undefined {
    if (!this.#hasTrailer) {
      this.#trailer = this.kind === undefined ? undefined : this.#readTrailer();
      this.#hasTrailer = true;
    }
    return this.#trailer;
  }

  /** What the packet carries for its session: its payload, or for all but UDP its L4 header too. */
  get content(): Content | undefined {
    if (!this.#hasContent) {
      this.#content = this.#readContent();
      this.#hasContent = true;
    }
    return this.#content;
  }

  /** What a packet of routers' own leaves over behind its metadata tells how long trailers are on its path. */
  learnTrailer(): void {
    const end = this.#endOfWhatIsAlone();
    if (end >= 0) this.#trailerLengths.learn(this.layers, this.layers.payloadEnd - end);
  }

  #readTrailer(): Trailer | undefined {
    const { layers } = this;
    const { bytes, payloadAt, payloadEnd } = layers;
    const binding = this.#isSealedAsBare ? this.#bindingOfSession() : NO_BINDING;
    const opened = binding && this.#secrets?.open(bytes, payloadAt, payloadEnd, binding, this.frame.seconds);
    if (opened) {
      this.#trailerLengths.learn(layers, opened.trailerLength);
      const at = payloadEnd - opened.trailerLength;
      return trailerAt(bytes, at, payloadEnd, opened.isInTime ? 'right' : 'outside-window', opened.policy);
    }
    this.learnTrailer();
    const length = this.#trailerLengths.of(layers);
    if (length === 0 || payloadEnd - length < payloadAt) return undefined;
    return trailerAt(
      bytes,
      payloadEnd - length,
      payloadEnd,
      binding && this.#secrets?.canCheck === true ? 'wrong' : 'unchecked',
    );
  }

  /** A mark of live traffic, which is metadata too, stands before a packet that is sealed as if it were bare. */
  get #isSealedAsBare(): boolean {
    const { kind, layers } = this;
    if (kind === 'metadata') return findMetrics(layers.bytes, layers.payloadAt, layers.payloadEnd) >= 0;
    return kind === 'bare' || kind === 'marker';
  }

  /** Where a packet ends that carries nothing but metadata, so that what follows can only be the trailer; -1 for others. */
  #endOfWhatIsAlone(): number {
    const at = this.blockAt;
    const { bytes, payloadEnd } = this.layers;
    if (this.kind === 'bfd') return baseHeaderFault(bytes, at, payloadEnd) ? -1 : at + headerLength(bytes, at);
    const attributes = this.block?.metadata?.attributes;
    return attributes?.controlMessage !== undefined && this.block ? at + this.block.length : -1;
  }

  /** A bare packet's trailer covers whose it is. */
  #bindingOfSession(): Uint8Array | undefined {
    const { session, direction } = this;
    if (!session?.uuidBytes) return undefined;
    this.#binding.set(session.uuidBytes);
    this.#binding[16] = direction === 'forward' ? 0 : 1;
    return this.#binding;
  }

  #readContent(): Content | undefined {
    const { kind, layers, trailer } = this;
    if (kind === undefined || kind === 'bfd' || kind === 'malformed') return undefined;
    const { bytes } = layers;
    const at = this.block ? this.blockAt + this.block.length : layers.payloadAt;
    const end = trailer ? trailer.at : layers.payloadEnd;
    if (end <= at) return undefined;
    const isWhole = kind !== 'fragment' && !layers.isFragment;
    const rings = (isWhole && this.session && this.#secrets?.payloadKeys(this.session)) || [];
    if (rings.length === 0) return { bytes, at, end, isOpaque: !isWhole || this.session?.isEncrypted === true };
    for (const keys of rings) {
      const copy = bytes.slice(at, end);
      const plainEnd = keys.decryptPayload(copy, 0, copy.length);
      if (typeof plainEnd !== 'string') return { bytes: copy, at: 0, end: plainEnd, isOpaque: false };
    }
    return { bytes, at, end, isOpaque: true };
  }
}

function kindOf(layers: Layers): SvrKind | undefined {
  const { bytes, payloadAt, payloadEnd, protocol } = layers;
  if (payloadAt < 0) return undefined;
  if (protocol === ipProtocols.udp && isSvrBfd(layers)) return 'bfd';
  if (!hasCookie(bytes, payloadAt, payloadEnd)) return undefined;
  if (baseHeaderFault(bytes, payloadAt, payloadEnd)) return 'malformed';
  if (isFalsePositiveMarker(bytes, payloadAt, payloadEnd)) return 'marker';
  return isFragmentBlock(bytes, payloadAt) ? 'fragment' : 'metadata';
}

/** Port to port, with a block behind the control packet. */
const isSvrBfd = ({ bytes, sourcePort, destinationPort, payloadAt, payloadEnd }: Layers): boolean =>
  (destinationPort === SVR_BFD_PORT || sourcePort === SVR_BFD_PORT) &&
  payloadEnd - payloadAt >= CONTROL_PACKET_LENGTH &&
  hasCookie(bytes, payloadAt + CONTROL_PACKET_LENGTH, payloadEnd);

/** Whether the header section begins with the attribute fragment, in either encoding. */
function isFragmentBlock(bytes: Uint8Array, at: number): boolean {
  const tlvAt = at + BASE_HEADER_LENGTH;
  if (headerLength(bytes, at) < BASE_HEADER_LENGTH + TLV_HEADER_LENGTH + 1) return false;
  const type = readU16(bytes, tlvAt);
  // In protobuf: field 1 with a length before it.
  return type === 1 || (type === 0x8001 && bytes[tlvAt + TLV_HEADER_LENGTH] === 0x0a);
}

const trailerAt = (
  bytes: Uint8Array,
  at: number,
  end: number,
  status: Trailer['status'],
  policy?: string,
): Trailer => ({
  at,
  length: end - at,
  status,
  policy,
  sequence: readU32(bytes, at),
  timeSeconds: readU32(bytes, at + 4),
  sender: readU32(bytes, at + 8),
});
