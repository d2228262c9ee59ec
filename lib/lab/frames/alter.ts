import type { Layers } from '../../capture/layers.ts';
import type { Frame } from '../../frame.ts';
import { hasCookie, headerLength, payloadLength, baseHeaderFault } from '../../metadata/header.ts';
import { readU16, writeU16 } from '../../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../../wire/checksum.ts';
import { finishIpv4Header, ipProtocols } from '../../wire/ipv4.ts';
import { tcpChecksumAt } from '../../wire/tcp.ts';

/** Makes another frame of one; offsets are from the frame's first byte. */
export type Alteration = (frame: Frame) => void;

/** Turns over the last bit of what the IP packet carries, or of the frame; no checksum notices that it should. */
export function corrupted({ ipEnd, end }: Layers): Alteration {
  const at = (ipEnd > 0 ? ipEnd : end) - 1;
  return (frame) => {
    frame.bytes[frame.start + at] ^= 1;
  };
}

/** Changes the last byte that UDP or TCP carries, with the right checksum, as a middlebox that rewrites content does. */
export function withOtherPayload(layers: Layers): Alteration | undefined {
  const { payloadAt, payloadEnd } = layers;
  if (payloadAt < 0 || payloadEnd <= payloadAt) return undefined;
  const place = placeOf(layers);
  return (frame) => {
    frame.bytes[frame.start + payloadEnd - 1] ^= 0xff;
    renew(frame, place);
  };
}

/** Takes SVR's metadata off, as a middlebox does that lets nothing through which it does not know. */
export function withoutMetadata(layers: Layers): Alteration | undefined {
  const { bytes, payloadAt, payloadEnd, protocol } = layers;
  if (protocol !== ipProtocols.udp || payloadAt < 0 || !hasCookie(bytes, payloadAt, payloadEnd)) return undefined;
  if (baseHeaderFault(bytes, payloadAt, payloadEnd) !== undefined) return undefined;
  const length = headerLength(bytes, payloadAt) + payloadLength(bytes, payloadAt);
  const place = placeOf(layers);
  return (frame) => {
    const from = frame.start + payloadAt;
    frame.bytes.copyWithin(from, from + length, frame.end);
    frame.end -= length;
    const udpAt = frame.start + place.l4At;
    writeU16(frame.bytes, udpAt + 4, readU16(frame.bytes, udpAt + 4) - length);
    const lengthAt = frame.start + place.ipAt + (place.family === 4 ? 2 : 4);
    writeU16(frame.bytes, lengthAt, readU16(frame.bytes, lengthAt) - length);
    if (place.family === 4) finishIpv4Header(frame.bytes, frame.start + place.ipAt);
    renew(frame, { ...place, ipEnd: place.ipEnd - length });
  };
}

type Place = Pick<
  Layers,
  'family' | 'ipAt' | 'l4At' | 'ipEnd' | 'protocol' | 'sourceAt' | 'destinationAt' | 'addressLength'
>;

/** The layers are those of the frame that was looked at last. */
const placeOf = ({ family, ipAt, l4At, ipEnd, protocol, sourceAt, destinationAt, addressLength }: Layers): Place => ({
  family,
  ipAt,
  l4At,
  ipEnd,
  protocol,
  sourceAt,
  destinationAt,
  addressLength,
});

/** Writes the checksum of UDP or TCP anew; over IPv4 a UDP packet that has none keeps none. */
function renew({ bytes, start }: Frame, place: Place): void {
  const { family, l4At, ipEnd, protocol, sourceAt, destinationAt, addressLength } = place;
  const at = start + l4At;
  const end = start + ipEnd;
  const checksumAt = protocol === ipProtocols.udp ? at + 6 : tcpChecksumAt(at);
  if (family === 4 && protocol === ipProtocols.udp && readU16(bytes, checksumAt) === 0) return;
  writeU16(bytes, checksumAt, 0);
  const pseudo = pseudoHeaderSum(bytes, start + sourceAt, start + destinationAt, addressLength, protocol, end - at);
  writeU16(bytes, checksumAt, finish(pseudo + sum(bytes, at, end)) || 0xffff);
}
