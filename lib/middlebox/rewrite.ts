import { readU16, writeU16 } from '../wire/bytes.ts';
import { delta, update } from '../wire/checksum.ts';
import { icmpChecksumAt } from '../wire/icmp.ts';
import { IPV4_ADDRESS_LENGTH, ipProtocols, ipv4DestinationAt, ipv4SourceAt } from '../wire/ipv4.ts';
import { tcpChecksumAt } from '../wire/tcp.ts';

/** An IPv4 packet in a frame, or one that an ICMP error quotes and that may be cut short. */
export interface PlacedPacket {
  readonly ipAt: number;
  readonly l4At: number;
  readonly protocol: number;
  /** Where its bytes end. */
  readonly end: number;
}

/** The identifier of an ICMP echo stands for the port, at the same place in both directions. */
const portAt = (protocol: number, l4At: number, end: 'source' | 'destination'): number => {
  if (protocol === ipProtocols.icmp) return l4At + 4;
  return end === 'source' ? l4At : l4At + 2;
};

/**
 * Gives an IPv4 packet another source or destination, address and port, and keeps its checksums right by what has
 * changed (RFC 1624): what was wrong before stays wrong.
 */
export function rewriteEnd(
  bytes: Uint8Array,
  packet: PlacedPacket,
  end: 'source' | 'destination',
  address: Uint8Array,
  port: number,
): void {
  const { ipAt, l4At, protocol } = packet;
  const addressChange = replace(bytes, end === 'source' ? ipv4SourceAt(ipAt) : ipv4DestinationAt(ipAt), address);
  updateChecksum(bytes, ipAt + 10, addressChange);
  const portChange = replace(bytes, portAt(protocol, l4At, end), Uint8Array.of(port >>> 8, port));
  // Only UDP and TCP cover the addresses.
  if (protocol === ipProtocols.icmp) updateChecksum(bytes, icmpChecksumAt(l4At), portChange);
  else if (protocol === ipProtocols.udp) updateUdpChecksum(bytes, l4At + 6, addressChange + portChange);
  else if (tcpChecksumAt(l4At) + 2 <= packet.end)
    updateChecksum(bytes, tcpChecksumAt(l4At), addressChange + portChange);
}

/** Gives an IPv4 packet another source or destination address, and nothing behind its header. */
export function rewriteAddress(
  bytes: Uint8Array,
  ipAt: number,
  end: 'source' | 'destination',
  address: Uint8Array,
): void {
  updateChecksum(
    bytes,
    ipAt + 10,
    replace(bytes, end === 'source' ? ipv4SourceAt(ipAt) : ipv4DestinationAt(ipAt), address),
  );
}

/** Lets `edit` change bytes between `from` and `to`, all of which the checksum at `checksumAt` covers. */
export function editCovered(bytes: Uint8Array, checksumAt: number, from: number, to: number, edit: () => void): void {
  const evenEnd = to - ((to - from) & 1);
  const before = bytes.slice(from, evenEnd);
  edit();
  updateChecksum(bytes, checksumAt, delta(before, bytes.subarray(from, evenEnd)));
}

/** Writes `words`, and returns by how much the sum over them has changed. */
function replace(bytes: Uint8Array, at: number, words: Uint8Array): number {
  const change = delta(bytes.subarray(at, at + words.length), words);
  bytes.set(words, at);
  return change;
}

function updateChecksum(bytes: Uint8Array, at: number, change: number): void {
  writeU16(bytes, at, update(readU16(bytes, at), change));
}

/** RFC 768: zero means that there is none, so a checksum that comes out as zero is sent as all ones. */
function updateUdpChecksum(bytes: Uint8Array, at: number, change: number): void {
  const before = readU16(bytes, at);
  if (before !== 0) writeU16(bytes, at, update(before, change) || 0xffff);
}

export const readIpv4Address = (bytes: Uint8Array, at: number): Uint8Array => bytes.slice(at, at + IPV4_ADDRESS_LENGTH);
