import type { IpAddress } from '../../address.ts';
import { readU16, writeU16 } from '../../wire/bytes.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import {
  emitTcp,
  TCP_HEADER_LENGTH,
  tcpAcknowledgement,
  tcpCheckedHeaderLength,
  tcpChecksumAt,
  tcpFlagsOf,
  tcpOptionAt,
  tcpSequence,
  tcpWindow,
} from '../../wire/tcp.ts';
import { transportChecksum, type Datagram } from '../ip.ts';

/** A TCP segment without its ports. */
export interface Segment {
  readonly sequence: number;
  /** Means something only with the flag `ack`. */
  readonly acknowledgement: number;
  readonly flags: number;
  /** As it stands in the header, not scaled. */
  readonly window: number;
  /** Options of a segment with `syn`; undefined if absent. */
  readonly maximumSegmentSize?: number;
  readonly windowShift?: number;
  readonly payload: Uint8Array;
}

const options = {
  maximumSegmentSize: { kind: 2, valueLength: 2 },
  windowScale: { kind: 3, valueLength: 1 },
} as const;
const NO_OPERATION = 1;
const SYN_OPTIONS_LENGTH = 8;

export const NO_PAYLOAD = new Uint8Array(0);

/** The TCP segment of a packet; undefined if it is incomplete or its checksum is wrong. The payload is a view. */
export function readSegment(datagram: Datagram): Segment | undefined {
  const { bytes, at, end, source, destination } = datagram;
  const headerLength = tcpCheckedHeaderLength(bytes, at, end);
  if (headerLength < 0 || transportChecksum(source, destination, ipProtocols.tcp, bytes, at, end) !== 0)
    return undefined;
  const { maximumSegmentSize, windowScale } = options;
  const sizeAt = tcpOptionAt(bytes, at, headerLength, maximumSegmentSize.kind, maximumSegmentSize.valueLength);
  const shiftAt = tcpOptionAt(bytes, at, headerLength, windowScale.kind, windowScale.valueLength);
  return {
    sequence: tcpSequence(bytes, at),
    acknowledgement: tcpAcknowledgement(bytes, at),
    flags: tcpFlagsOf(bytes, at),
    window: tcpWindow(bytes, at),
    maximumSegmentSize: sizeAt < 0 ? undefined : readU16(bytes, sizeAt),
    windowShift: shiftAt < 0 ? undefined : bytes[shiftAt],
    payload: bytes.subarray(at + headerLength, end),
  };
}

/** Bytes that `writeSegment` will write. */
export function segmentLength(segment: Segment): number {
  return headerLengthOf(segment) + segment.payload.length;
}

const headerLengthOf = (segment: Segment): number =>
  TCP_HEADER_LENGTH + (segment.maximumSegmentSize === undefined ? 0 : SYN_OPTIONS_LENGTH);

/** Writes header, options, payload and checksum. A segment with a maximum segment size has both options or only that. */
export function writeSegment(
  bytes: Uint8Array,
  at: number,
  source: IpAddress,
  sourcePort: number,
  destination: IpAddress,
  destinationPort: number,
  segment: Segment,
): void {
  const { sequence, acknowledgement, flags, window, payload } = segment;
  const headerLength = headerLengthOf(segment);
  emitTcp(bytes, at, headerLength, sourcePort, destinationPort, sequence, acknowledgement, flags, window);
  if (segment.maximumSegmentSize !== undefined)
    writeSynOptions(bytes, at + TCP_HEADER_LENGTH, segment.maximumSegmentSize, segment.windowShift);
  bytes.set(payload, at + headerLength);
  const end = at + headerLength + payload.length;
  writeU16(bytes, tcpChecksumAt(at), transportChecksum(source, destination, ipProtocols.tcp, bytes, at, end));
}

function writeSynOptions(bytes: Uint8Array, at: number, maximumSegmentSize: number, windowShift?: number): void {
  bytes[at] = options.maximumSegmentSize.kind;
  bytes[at + 1] = 4;
  writeU16(bytes, at + 2, maximumSegmentSize);
  bytes.fill(NO_OPERATION, at + 4, at + SYN_OPTIONS_LENGTH);
  if (windowShift === undefined) return;
  bytes[at + 5] = options.windowScale.kind;
  bytes[at + 6] = 3;
  bytes[at + 7] = windowShift;
}
