import { CaptureFile, mergeCaptures, type PortPacket } from '../../lib/capture/capture-file.ts';
import { CaptureReader } from '../../lib/capture/capture-reader.ts';
import type { CaptureProblem } from '../../lib/capture/capture-parser.ts';
import { Dissection, type DissectionOptions } from '../../lib/capture/dissection.ts';
import { Sessions, type SessionStarts } from '../../lib/capture/sessions.ts';

/** Hands out `bytes` a few at a time, as a file or a pipe may. */
export function sourceOf(bytes: Uint8Array, most = 100_000): { read(target: Uint8Array): number } {
  let at = 0;
  return {
    read(target) {
      const count = Math.min(target.length, most, bytes.length - at);
      target.set(bytes.subarray(at, at + count));
      at += count;
      return count;
    },
  };
}

/** Shows every packet of a capture with its session, as `svrlab read` does: in two passes. */
export function dissectAll(
  capture: Uint8Array,
  see: (packet: Dissection) => void,
  known: DissectionOptions = {},
): { sessions: Sessions; problem: CaptureProblem | undefined } {
  const starts: SessionStarts = new Map();
  const uuids = new Set<string>();
  const first = new Dissection(known);
  eachFrame(capture, first, () => Sessions.noteStart(first, starts, uuids));
  const sessions = new Sessions(starts);
  const packet = new Dissection(known);
  const problem = eachFrame(capture, packet, () => {
    sessions.see(packet);
    see(packet);
  });
  return { sessions, problem };
}

function eachFrame(capture: Uint8Array, packet: Dissection, see: () => void): CaptureProblem | undefined {
  const reader = new CaptureReader(sourceOf(capture));
  for (let frame = reader.next(); frame; frame = reader.next()) {
    packet.load(frame);
    see();
  }
  return reader.problem;
}

/** The same capture, as if what `place` sends had been noted there only after the next packet was noted elsewhere. */
export function withLateNotes(capture: Uint8Array, place: string): Uint8Array {
  const packets: PortPacket[] = [];
  mergeCaptures([new CaptureReader(sourceOf(capture))], 0, {
    packet: (packet) => packets.push({ ...packet, bytes: packet.bytes.slice() }),
  });
  for (let i = 0; i + 1 < packets.length; i++) {
    const [packet, next] = [packets[i], packets[i + 1]];
    if (`${packet.node}:${packet.port} ${packet.direction}` !== `${place} out`) continue;
    packets[i] = next;
    packets[i + 1] = { ...packet, time: next.time };
    i++;
  }
  const chunks: Uint8Array[] = [];
  const about = { application: 'svrlab', comments: [], epoch: () => 0, ports: [], names: [] };
  const file = new CaptureFile({ write: (bytes) => chunks.push(bytes.slice()) }, about);
  for (const packet of packets) file.packet(packet);
  file.close();
  return Buffer.concat(chunks);
}

export const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replace(/#.*$/gm, '').replace(/\s/g, ''), 'hex'));
