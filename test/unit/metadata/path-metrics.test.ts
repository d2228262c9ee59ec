import { deepEqual, equal } from 'node:assert/strict';
import { decodeMetadata } from '../../../lib/metadata/codec.ts';
import { findMetrics, metricsBlocks } from '../../../lib/metadata/metrics-block.ts';
import { noMetrics, readMetrics, type PathMetrics } from '../../../lib/metadata/path-metrics.ts';

// The vector of the SVR sheet, section 1.4:
//   4c48dbc6ddf6670c 101a 0000   cookie, version 1 and header length 26, no payload section
//   001a 000a                    type 26, 10 bytes
//   10000064                     sent: colour 1, 100 ms
//   200000c8                     received: colour 2, 200 ms
//   800a                         drop, 10 packets of the previous colour
const VECTOR = '4c48dbc6ddf6670c101a0000001a000a10000064200000c8800a';
const VALUE: PathMetrics = {
  txColour: 1,
  txTimeMs: 100,
  rxColour: 2,
  rxTimeMs: 200,
  drop: true,
  previousRxCount: 10,
};

const LARGEST: PathMetrics = {
  txColour: 15,
  txTimeMs: 0x0fff_ffff,
  rxColour: 15,
  rxTimeMs: 0x0fff_ffff,
  drop: true,
  previousRxCount: 0x7fff,
};

const fromHex = (hex: string): Uint8Array => Uint8Array.from(Buffer.from(hex, 'hex'));

describe('metadata that is path metrics alone', () => {
  it('is written as in the vector of the sheet', () => {
    const bytes = new Uint8Array(metricsBlocks.tlv.length + 4);
    metricsBlocks.tlv.write(VALUE, bytes, 4);
    equal(Buffer.from(bytes.subarray(4)).toString('hex'), VECTOR);
  });

  it('is found and read where it lies', () => {
    const bytes = fromHex(`ffff${VECTOR}00`);
    const valueAt = findMetrics(bytes, 2, bytes.length);
    equal(valueAt, 2 + 16);
    deepEqual(readMetrics(bytes, valueAt, noMetrics()), VALUE);
  });

  for (const encoding of ['tlv', 'protobuf'] as const) {
    it(`in ${encoding} is what the codec reads, up to the largest values`, () => {
      for (const value of [VALUE, LARGEST, noMetrics()]) {
        const block = metricsBlocks[encoding];
        const bytes = new Uint8Array(block.length);
        block.write(value, bytes, 0);
        const metadata = decodeMetadata(bytes, 0, bytes.length);
        deepEqual(typeof metadata === 'string' ? metadata : metadata.attributes, { pathMetrics: { ...value } });
        deepEqual(readMetrics(bytes, findMetrics(bytes, 0, bytes.length), noMetrics()), value);
      }
    });
  }

  it('is not what ends early, has another attribute beside it, or is another', () => {
    const others = [
      VECTOR.slice(0, -2),
      '4c48dbc6ddf6670c100c0000',
      '4c48dbc6ddf6670c101100000018000101',
      // With a second attribute: type 24, keep alive.
      '4c48dbc6ddf6670c101f0000001a000a10000064200000c8800a0018000101',
    ].map(fromHex);
    deepEqual(
      others.map((bytes) => findMetrics(bytes, 0, bytes.length)),
      [-1, -1, -1, -1],
    );
  });
});
