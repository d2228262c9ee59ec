import { equalBytes } from '../wire/bytes.ts';
import { encodeMetadata, type MetadataEncoding } from './codec.ts';
import { METADATA_LENGTH_MAX } from './header.ts';
import { METRICS_LENGTH, noMetrics, writeMetrics, type PathMetrics } from './path-metrics.ts';

/**
 * Metadata that holds path metrics and nothing else, as it stands in front of a packet that would otherwise be bare. It is
 * always the same but for its value at the end, which is written and read where it lies: no packet costs an allocation.
 */
export class MetricsBlock {
  readonly length: number;
  readonly #bytes: Uint8Array;

  constructor(encoding: MetadataEncoding) {
    const bytes = new Uint8Array(METADATA_LENGTH_MAX);
    this.length = encodeMetadata({ pathMetrics: noMetrics() }, encoding, bytes, 0);
    this.#bytes = bytes.slice(0, this.length);
  }

  write(value: PathMetrics, target: Uint8Array, at: number): void {
    target.set(this.#bytes, at);
    writeMetrics(value, target, at + this.length - METRICS_LENGTH);
  }

  /** Where the value stands if bytes[at, end) begin with such a block; -1 if not. */
  find(bytes: Uint8Array, at: number, end: number): number {
    const valueAt = this.length - METRICS_LENGTH;
    return end - at >= this.length && equalBytes(bytes, at, this.#bytes, 0, valueAt) ? at + valueAt : -1;
  }
}

export const metricsBlocks: Readonly<Record<MetadataEncoding, MetricsBlock>> = {
  protobuf: new MetricsBlock('protobuf'),
  tlv: new MetricsBlock('tlv'),
};

/** Where the value stands if bytes[at, end) begin with metadata, in either encoding, that is path metrics alone; else -1. */
export function findMetrics(bytes: Uint8Array, at: number, end: number): number {
  const valueAt = metricsBlocks.protobuf.find(bytes, at, end);
  return valueAt >= 0 ? valueAt : metricsBlocks.tlv.find(bytes, at, end);
}
