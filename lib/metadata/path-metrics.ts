import { readU16, readU32, writeU16, writeU32 } from '../wire/bytes.ts';

/** What two routers tell each other about the packets that are marked on a path (SVR sheet, section 1.2, type 26). */
export interface PathMetrics {
  /** Of this packet. */
  readonly txColour: number;
  /** Milliseconds of the sender's clock, modulo METRICS_CLOCK_MS. */
  readonly txTimeMs: number;
  /** Of what has come from the receiver. */
  readonly rxColour: number;
  readonly rxTimeMs: number;
  /** The packet holds nothing else: it ends at the receiver. */
  readonly drop: boolean;
  /** Packets that came of the colour before `rxColour`. */
  readonly previousRxCount: number;
}

export type MutablePathMetrics = { -readonly [K in keyof PathMetrics]: PathMetrics[K] };

export const METRICS_CLOCK_MS = 2 ** 28;
export const METRICS_COUNT_MAX = 0x7fff;
export const METRICS_LENGTH = 10;

export const noMetrics = (): MutablePathMetrics => ({
  txColour: 0,
  txTimeMs: 0,
  rxColour: 0,
  rxTimeMs: 0,
  drop: false,
  previousRxCount: 0,
});

/** Colour in the highest 4 bits, milliseconds in the other 28; sent, then received; then what came of the colour before. */
export function writeMetrics(value: PathMetrics, target: Uint8Array, at: number): void {
  writeU32(target, at, (value.txColour << 28) | (value.txTimeMs & 0x0fff_ffff));
  writeU32(target, at + 4, (value.rxColour << 28) | (value.rxTimeMs & 0x0fff_ffff));
  writeU16(target, at + 8, (value.drop ? 0x8000 : 0) | (value.previousRxCount & METRICS_COUNT_MAX));
}

/** Fills `value` with what stands at `at`. */
export function readMetrics(bytes: Uint8Array, at: number, value: MutablePathMetrics): PathMetrics {
  value.txColour = bytes[at] >>> 4;
  value.txTimeMs = readU32(bytes, at) & 0x0fff_ffff;
  value.rxColour = bytes[at + 4] >>> 4;
  value.rxTimeMs = readU32(bytes, at + 4) & 0x0fff_ffff;
  value.drop = (bytes[at + 8] & 0x80) !== 0;
  value.previousRxCount = readU16(bytes, at + 8) & METRICS_COUNT_MAX;
  return value;
}
