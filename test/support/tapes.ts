import { ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { doCommand } from '../../lib/replay/commands.ts';
import { describeDifference } from '../../lib/replay/describe.ts';
import { replay, type ReplayResult } from '../../lib/replay/replay.ts';
import { TapeReader } from '../../lib/replay/tape-reader.ts';
import { makeDevice, readTapedNode } from '../../lib/replay/taped-node.ts';

/** Puts a tape into the device that it says. */
export function replayTape(tape: Uint8Array): ReplayResult {
  const reader = TapeReader.open(tape);
  const node = reader && readTapedNode(reader.header);
  ok(reader && node, 'this is no tape');
  return replay(reader, (around) => {
    const device = makeDevice(node, around, nodeCrypto, { event: () => undefined });
    return { device, command: (text) => doCommand(device, text) };
  });
}

/** What came out otherwise; undefined if everything came out the same. */
export function replayFile(path: string): string | undefined {
  const { difference, failure, inputs } = replayTape(readFileSync(path));
  if (failure) return `${path}: broke at input ${failure.input}: ${String(failure.error)}`;
  if (inputs === 0) return `${path}: nothing entered`;
  return difference && `${path}: ${describeDifference(difference, [])}`;
}
