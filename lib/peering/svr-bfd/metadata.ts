import protobuf from 'protobufjs/minimal.js';
import type { svr as types } from '../../../proto/svr/v1/bfd-types.d.ts';
import { svr } from '../../../proto/svr/v1/bfd.ts';
import type { MtuProbe } from '../path-mtu-discovery.ts';
import { METADATA_LENGTH_MAX, BASE_HEADER_LENGTH } from '../../metadata/header.ts';

/** Longest name of a router, node, path or service, in characters (emulator choice). */
export const NAME_LENGTH_MAX = 127;

/** Services whose load is told (emulator choice): the busiest, as far as a packet has room for them. */
export const SERVICE_LOADS_MAX = 16;
const SERVICE_LOADS_LENGTH_MAX = 320;

/** Bytes of a load beside the service's name: tags, lengths and the number. */
const SERVICE_LOAD_OVERHEAD = 12;

const TLV_HEADER_LENGTH = 4;

/** Loss is told in millionths. */
const LOSS_UNIT = 10_000;

export interface EndPoint {
  /** 4 or 16 bytes. */
  readonly address: Uint8Array;
  readonly port: number;
}

export interface ServiceLoad {
  readonly service: string;
  readonly sessions: number;
}

export interface Echo {
  readonly kind: 'request' | 'reply';
  readonly burst: number;
  readonly index: number;
}

/** What SVR adds to a BFD control packet; the fields are explained in proto/svr/v1/bfd.proto. */
export interface BfdMetadata {
  readonly router: string;
  readonly node: string;
  readonly pathId: string;
  readonly source: EndPoint;
  readonly observed?: EndPoint;
  readonly keyIndex?: number;
  readonly bootCounter: number;
  readonly failoverCounter: number;
  /** At most SERVICE_LOADS_MAX. */
  readonly serviceLoads: readonly ServiceLoad[];
  /** Percent of the live traffic from the sender to the receiver that gets lost. */
  readonly liveLoss?: number;
  readonly echo?: Echo;
  readonly mtuProbe?: MtuProbe;
}

const { BfdMetadata: message, EchoKind } = svr.v1;

const kindNumbers = { request: EchoKind.ECHO_KIND_REQUEST, reply: EchoKind.ECHO_KIND_REPLY } as const;

/** The busiest of some services, as many as a packet has room for. */
export function fittingLoads(loads: readonly ServiceLoad[]): readonly ServiceLoad[] {
  let left = SERVICE_LOADS_LENGTH_MAX;
  return loads
    .toSorted((a, b) => b.sessions - a.sessions)
    .slice(0, SERVICE_LOADS_MAX)
    .filter(({ service }) => (left -= service.length + SERVICE_LOAD_OVERHEAD) >= 0);
}

/** Bytes of the message; never more than fit a block of metadata. */
export function encodeBfdMetadata(metadata: BfdMetadata): Uint8Array {
  const { source, observed, serviceLoads, liveLoss, echo, mtuProbe } = metadata;
  const bytes = message
    .encode({
      router: metadata.router,
      node: metadata.node,
      pathId: metadata.pathId,
      sourceAddress: source.address,
      sourcePort: source.port,
      ...(observed && { observedAddress: observed.address, observedPort: observed.port }),
      keyIndex: metadata.keyIndex ?? null,
      bootCounter: metadata.bootCounter,
      failoverCounter: metadata.failoverCounter,
      serviceLoads: [...serviceLoads],
      liveLoss: liveLoss === undefined ? null : Math.round(liveLoss * LOSS_UNIT),
      ...(echo && { echo: { ...echo, kind: kindNumbers[echo.kind] } }),
      ...(mtuProbe && { mtuProbe: { ...mtuProbe, kind: kindNumbers[mtuProbe.kind] } }),
    })
    .finish();
  if (BASE_HEADER_LENGTH + TLV_HEADER_LENGTH + bytes.length > METADATA_LENGTH_MAX)
    throw new RangeError('no room for the metadata of BFD');
  return bytes;
}

/** Reads bytes[at, end); undefined if they are no message, or one that makes no sense. Copies what it keeps; never throws. */
export function decodeBfdMetadata(bytes: Uint8Array, at: number, end: number): BfdMetadata | undefined {
  const read = decodeMessage(bytes, at, end);
  if (!read) return undefined;
  const { router, node, pathId, failoverCounter, keyIndex, liveLoss } = read;
  const source = endPoint(read.sourceAddress, read.sourcePort);
  const observed = read.observedAddress.length > 0 ? endPoint(read.observedAddress, read.observedPort) : undefined;
  // protobufjs gives a Long where there is one; what a number cannot hold exactly is no safe integer, and refused.
  const bootCounter = typeof read.bootCounter === 'number' ? read.bootCounter : read.bootCounter.toNumber();
  const echo = read.echo ? readEcho(read.echo) : undefined;
  const mtuProbe = read.mtuProbe ? readMtuProbe(read.mtuProbe) : undefined;
  const isSound =
    [router, node, pathId].every((name) => name.length <= NAME_LENGTH_MAX) &&
    source !== undefined &&
    (read.observedAddress.length === 0 || observed !== undefined) &&
    Number.isSafeInteger(bootCounter) &&
    (!read.echo || echo !== undefined) &&
    (!read.mtuProbe || mtuProbe !== undefined) &&
    (!echo || !mtuProbe) &&
    read.serviceLoads.length <= SERVICE_LOADS_MAX;
  if (!isSound) return undefined;
  return {
    router,
    node,
    pathId,
    source,
    ...(observed && { observed }),
    ...(keyIndex !== null && keyIndex !== undefined && { keyIndex }),
    bootCounter,
    failoverCounter,
    serviceLoads: read.serviceLoads.map(({ service, sessions }) => ({
      service: (service ?? '').slice(0, NAME_LENGTH_MAX),
      sessions: sessions ?? 0,
    })),
    ...(liveLoss !== null && liveLoss !== undefined && { liveLoss: Math.min(100, liveLoss / LOSS_UNIT) }),
    ...(echo && { echo }),
    ...(mtuProbe && { mtuProbe }),
  };
}

function decodeMessage(bytes: Uint8Array, at: number, end: number): types.v1.BfdMetadata | undefined {
  const reader = new protobuf.Reader(bytes);
  reader.pos = at;
  reader.len = end;
  try {
    return message.decode(reader);
  } catch {
    return undefined;
  }
}

function endPoint(address: Uint8Array, port: number): EndPoint | undefined {
  const isAddress = address.length === 4 || address.length === 16;
  return isAddress && port > 0 && port <= 0xffff ? { address: address.slice(), port } : undefined;
}

function readEcho({ kind, burst, index }: types.v1.IEcho): Echo | undefined {
  const known = readKind(kind);
  return known && { kind: known, burst: burst ?? 0, index: index ?? 0 };
}

function readMtuProbe({ kind, number, size }: types.v1.IMtuProbe): MtuProbe | undefined {
  const known = readKind(kind);
  return known && { kind: known, number: number ?? 0, size: size ?? 0 };
}

function readKind(kind: types.v1.IEcho['kind']): Echo['kind'] | undefined {
  if (kind === EchoKind.ECHO_KIND_REQUEST) return 'request';
  return kind === EchoKind.ECHO_KIND_REPLY ? 'reply' : undefined;
}
