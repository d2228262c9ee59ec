import type { Frame } from '../frame.ts';
import { OWN_IP_FIELDS, prependIp } from '../highway/egress.ts';
import type { Packet } from '../highway/packet.ts';
import { writeU16 } from '../wire/bytes.ts';
import { finish, pseudoHeaderSum, sum } from '../wire/checksum.ts';
import { ipProtocols, ipv4SourceAt } from '../wire/ipv4.ts';
import { ipv6SourceAt } from '../wire/ipv6.ts';
import {
  TCP_HEADER_LENGTH,
  emitTcp,
  tcpAcknowledgement,
  tcpCheckedHeaderLength,
  tcpChecksumAt,
  tcpFlags,
  tcpSequence,
} from '../wire/tcp.ts';

/** Writes into `frame`, which is empty, the reset that answers a segment of no connection (RFC 9293, section 3.5.2). */
export function emitTcpReset(frame: Frame, packet: Packet): void {
  const { bytes } = packet.frame;
  const { l4At } = packet;
  const hasAck = (packet.tcpFlags & tcpFlags.ack) !== 0;
  const dataLength = packet.end - l4At - tcpCheckedHeaderLength(bytes, l4At, packet.end);
  const phantom = (packet.tcpFlags & (tcpFlags.syn | tcpFlags.fin)) !== 0 ? 1 : 0;
  const sequence = hasAck ? tcpAcknowledgement(bytes, l4At) : 0;
  const acknowledgement = hasAck ? 0 : (tcpSequence(bytes, l4At) + dataLength + phantom) >>> 0;
  const flags = hasAck ? tcpFlags.rst : tcpFlags.rst | tcpFlags.ack;

  const at = frame.start;
  frame.end = at + TCP_HEADER_LENGTH;
  emitTcp(
    frame.bytes,
    at,
    TCP_HEADER_LENGTH,
    packet.destinationPort,
    packet.sourcePort,
    sequence,
    acknowledgement,
    flags,
    0,
  );
  prependIp(frame, at, packet.key, 0, OWN_IP_FIELDS, OWN_IP_FIELDS.ttl);
  const sourceAt = packet.family === 4 ? ipv4SourceAt(frame.start) : ipv6SourceAt(frame.start);
  const length = packet.addressLength;
  const pseudo = pseudoHeaderSum(frame.bytes, sourceAt, sourceAt + length, length, ipProtocols.tcp, TCP_HEADER_LENGTH);
  writeU16(frame.bytes, tcpChecksumAt(at), finish(pseudo + sum(frame.bytes, at, frame.end)));
}
