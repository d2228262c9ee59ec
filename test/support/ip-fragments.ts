import { readU16 } from '../../lib/wire/bytes.ts';
import { joined } from './packets.ts';

/** Cuts an IP packet as a host or a router on the way would. */
export function ipv4Fragments(packet: Uint8Array, pieceLength: number): Uint8Array[] {
  const content = packet.slice(20);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += pieceLength) {
    const isLast = at + pieceLength >= content.length;
    const word = (isLast ? 0 : 0x2000) | (at / 8);
    const header = packet.slice(0, 20);
    pieces.push(withIpv4Header(header, content.slice(at, at + pieceLength), word));
  }
  return pieces;
}

/** An IPv4 packet of `content` under this header, its length, its word of flags and offset, and its checksum made right. */
export function withIpv4Header(header: Uint8Array, content: Uint8Array, word: number): Uint8Array {
  header[2] = (20 + content.length) >>> 8;
  header[3] = (20 + content.length) & 0xff;
  header[6] = word >>> 8;
  header[7] = word & 0xff;
  header[10] = header[11] = 0;
  let total = 0;
  for (let i = 0; i < 20; i += 2) total += readU16(header, i);
  while (total > 0xffff) total = (total & 0xffff) + (total >>> 16);
  header[10] = (~total & 0xff00) >>> 8;
  header[11] = ~total & 0xff;
  return joined(header, content);
}

/** The same with the fragment header of IPv6. */
export function ipv6Fragments(packet: Uint8Array, pieceLength: number, id = 0xabcdef01): Uint8Array[] {
  const content = packet.slice(40);
  const pieces: Uint8Array[] = [];
  for (let at = 0; at < content.length; at += pieceLength) {
    const piece = content.slice(at, at + pieceLength);
    const word = at | (at + pieceLength >= content.length ? 0 : 1);
    const header = packet.slice(0, 40);
    header[4] = (8 + piece.length) >>> 8;
    header[5] = (8 + piece.length) & 0xff;
    header[6] = 44;
    const extension = Uint8Array.of(
      packet[6],
      0,
      word >>> 8,
      word & 0xff,
      id >>> 24,
      (id >>> 16) & 0xff,
      (id >>> 8) & 0xff,
      id & 0xff,
    );
    pieces.push(joined(header, extension, piece));
  }
  return pieces;
}
