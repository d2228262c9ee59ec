import { OWN_IP_FIELDS, prependIp } from '../highway/egress.ts';
import type { Packet } from '../highway/packet.ts';
import { counter } from '../stats/counters.ts';
import { readU16, writeU16 } from '../wire/bytes.ts';
import { update } from '../wire/checksum.ts';
import { MAC_LENGTH } from '../wire/ethernet.ts';
import { icmpChecksumAt, icmpTypes, icmpv6Types } from '../wire/icmp.ts';
import type { ServiceAreaParts } from './parts.ts';

/** Whether a packet is an echo request, which an own address answers. */
export function isEchoRequest(packet: Packet): boolean {
  if (packet.isIcmpMessage || packet.tcpFlags !== 0) return false;
  const type = packet.frame.bytes[packet.l4At];
  if (packet.protocol === 1) return type === icmpTypes.echoRequest;
  return packet.protocol === 58 && type === icmpv6Types.echoRequest;
}

/** Turns a ping of one of our addresses into its answer, in place, and sends it back to where it came from. */
export function answerEcho({ neighbors, interfaces, counters, highway }: ServiceAreaParts, packet: Packet): void {
  if (packet.end - packet.ipAt > interfaces.list[packet.networkInterface].mtu)
    return highway().drop(packet, counter.tooBig);
  const mac = turnIntoEchoReply(packet);
  neighbors.sendToMac(packet.networkInterface, mac, 0, packet.frame);
  counters.values[counter.icmpEchoAnswered]++;
}

/** Makes an echo request the reply to it, from the IP header on. Returns the link address that it came from. */
export function turnIntoEchoReply(packet: Packet): Uint8Array {
  const { frame, l4At } = packet;
  const { bytes } = frame;
  const request = bytes[l4At] << 8;
  const reply = (packet.family === 4 ? icmpTypes.echoReply : icmpv6Types.echoReply) << 8;
  bytes[l4At] = reply >>> 8;
  // Only the type changes, and the two addresses, which changes no sum.
  const checksum = readU16(bytes, icmpChecksumAt(l4At));
  writeU16(bytes, icmpChecksumAt(l4At), update(checksum, reply + (~request & 0xffff)));
  const mac = bytes.slice(frame.start + MAC_LENGTH, frame.start + 2 * MAC_LENGTH);
  frame.end = packet.end;
  prependIp(frame, l4At, packet.key, 0, OWN_IP_FIELDS, OWN_IP_FIELDS.ttl);
  return mac;
}
