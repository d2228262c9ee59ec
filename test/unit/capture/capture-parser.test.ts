import { deepEqual, equal, ok } from 'node:assert/strict';
import fc from 'fast-check';
import { CaptureParser } from '../../../lib/capture/capture-parser.ts';
import { CaptureReader } from '../../../lib/capture/capture-reader.ts';
import { hex, sourceOf } from '../../support/captures.ts';

interface Read {
  readonly at: string;
  readonly linkType: number;
  readonly time: string;
  readonly direction: string | undefined;
  readonly id: number;
  readonly bytes: string;
  readonly originalLength: number;
  readonly comments: readonly string[];
}

function readAll(bytes: Uint8Array, most?: number): { packets: Read[]; problem: string | undefined } {
  const reader = new CaptureReader(sourceOf(bytes, most), 'file');
  const packets: Read[] = [];
  for (let frame = reader.next(); frame; frame = reader.next())
    packets.push({
      at: frame.at.name,
      linkType: frame.at.linkType,
      time: `${frame.seconds}.${String(frame.nanoseconds).padStart(9, '0')}`,
      direction: frame.direction,
      id: frame.id,
      bytes: Buffer.from(frame.bytes.subarray(frame.start, frame.end)).toString('hex'),
      originalLength: frame.originalLength,
      comments: frame.comments(),
    });
  return { packets, problem: reader.problem && `${reader.problem.kind}: ${reader.problem.text}` };
}

const simple = (more: Partial<Read> = {}): Read => ({
  at: 'file',
  linkType: 1,
  time: '1700000001.500000000',
  direction: undefined,
  id: 0,
  bytes: '0102030405',
  originalLength: 5,
  comments: [],
  ...more,
});

const pcapLittle = hex(`
  d4c3b2a1 0200 0400    # little-endian, microseconds, version 2.4
  00000000 00000000     # time zone, accuracy
  ffff0000 01000000     # snap length, Ethernet
  01f15365 20a10700     # 1700000001 s, 500000 us
  05000000 3c000000     # 5 bytes of 60 captured
  0102030405
  02f15365 3f420f00     # 1700000002 s, 999999 us
  01000000 01000000 ff`);

const pcapBigNanoseconds = hex(`
  a1b23c4d 0002 0004    # big-endian, nanoseconds
  00000000 00000000
  0000ffff 00000065     # snap length, raw IP
  6553f101 1dcd6501     # 1700000001 s, 500000001 ns
  00000005 00000005
  0102030405`);

/** The same two sections, in one byte order and then in the other. */
const pcapngBoth = hex(`
  0a0d0d0a 0000001c 1a2b3c4d 0001 0000 ffffffffffffffff 0000001c    # big-endian section
  00000001 0000002c                 # interface 0
  0001 0000 0000ffff                # Ethernet
  0002 0007 6875623a77616e 00       # name hub:wan
  0009 0001 09 000000               # times in nanoseconds
  0000 0000 0000002c
  00000001 0000002c                 # interface 1
  0001 0000 0000ffff
  0009 0001 83 000000               # times in 2^-3 s
  000e 0008 0000000000000064        # 100 s later than they say
  0000 0000 0000002c
  00000006 00000048                 # a packet at interface 0
  00000000 17979cfe 8f922f01        # 1700000001.500000001 s
  00000005 00000005 0102030405 000000
  0001 0003 776879 00               # comment why
  0002 0004 00000002                # outbound
  0005 0008 0000000100000007        # id 2^32 + 7
  0000 0000 00000048
  00000006 00000024                 # a packet at interface 1
  00000001 00000000 0000000d        # 13 ticks: 1.625 s
  00000001 00000001 ff 000000
  00000024
  0a0d0d0a 1c000000 4d3c2b1a 0100 0000 ffffffffffffffff 1c000000    # little-endian section
  efbeadde 10000000 00000000 10000000                               # a block that nobody knows
  01000000 14000000 6500 0000 00000000 14000000                     # interface 0: raw IP, microseconds
  02000000 24000000 0000 ffff d10a0600 a0f0bb66                     # an obsolete packet block
  01000000 01000000 45 000000 24000000
  03000000 14000000 01000000 60 000000 14000000                     # a simple packet block`);

describe('reading captures', () => {
  it('reads pcap of either byte order, in microseconds and nanoseconds', () => {
    deepEqual(readAll(pcapLittle), {
      packets: [
        simple({ originalLength: 60 }),
        simple({ time: '1700000002.999999000', bytes: 'ff', originalLength: 1 }),
      ],
      problem: undefined,
    });
    deepEqual(readAll(pcapBigNanoseconds), {
      packets: [simple({ linkType: 101, time: '1700000001.500000001' })],
      problem: undefined,
    });
  });

  it('tells who wrote the section that is being read, and nobody if that does not say', () => {
    const section = (options: string, length: string): string =>
      `0a0d0d0a ${length}000000 4d3c2b1a 0100 0000 ffffffffffffffff ${options} ${length}000000`;
    const interfaceAndPacket =
      '01000000 14000000 0100 0000 00000000 14000000 03000000 14000000 01000000 60 000000 14000000';
    const written = section('0400 0300 617070 00', '24');
    const parser = new CaptureParser();
    parser.feed(hex([written, interfaceAndPacket, section('', '1c'), interfaceAndPacket].join(' ')));
    const applications: string[] = [];
    while (parser.next()) applications.push(parser.application);
    deepEqual(applications, ['app', '']);
  });

  it('reads pcapng of either byte order, with several sections and interfaces, each with times of its own', () => {
    const { packets, problem } = readAll(pcapngBoth);
    equal(problem, undefined);
    deepEqual(packets.slice(0, 2), [
      simple({
        at: 'hub:wan',
        time: '1700000001.500000001',
        direction: 'out',
        id: 2 ** 32 + 7,
        comments: ['why'],
      }),
      simple({ time: '101.625000000', bytes: 'ff', originalLength: 1 }),
    ]);
    deepEqual(
      packets.slice(2).map(({ linkType, bytes }) => [linkType, bytes]),
      [
        [101, '45'],
        [101, '60'],
      ],
    );
  });

  it('reads the same, however the bytes are cut into chunks', () => {
    for (const file of [pcapLittle, pcapBigNanoseconds, pcapngBoth])
      for (const most of [1, 2, 3, 7, 64]) deepEqual(readAll(file, most), readAll(file));
  });

  it('reads a file that breaks off, at whatever byte, up to its last whole packet, and says so', () => {
    for (const file of [pcapLittle, pcapBigNanoseconds, pcapngBoth]) {
      const whole = readAll(file).packets;
      let ends = 0;
      for (let length = 4; length < file.length; length++) {
        const { packets, problem } = readAll(file.subarray(0, length));
        deepEqual(packets, whole.slice(0, packets.length));
        if (problem === undefined) ends++;
        else equal(problem, 'truncated: the file breaks off within a packet');
      }
      ok(ends < 12, 'only between two pieces a shorter file is whole');
    }
  });

  it('passes over blocks of any length that it does not know', () => {
    const unknown = Buffer.alloc(3 << 20);
    unknown.writeUInt32LE(0x0bad, 0);
    unknown.writeUInt32LE(unknown.length, 4);
    unknown.writeUInt32LE(unknown.length, unknown.length - 4);
    const little = pcapngBoth.subarray(28 + 44 + 44 + 72 + 36);
    const file = Uint8Array.from(Buffer.concat([little.subarray(0, 28), unknown, little.subarray(28)]));
    const { packets, problem } = readAll(file);
    equal(problem, undefined);
    equal(packets.length, 2);
  });

  it('refuses packets of absurd length, and says what the file claims', () => {
    const file = pcapLittle.slice();
    file.set([0xff, 0xff, 0xff, 0x7f], 32);
    deepEqual(readAll(file), { packets: [], problem: 'corrupt: a packet claims to be 2147483647 bytes long' });
  });

  it('never throws, and never reads more packets than there are bytes for, whatever comes', () => {
    const file = fc.constantFrom(pcapLittle, pcapBigNanoseconds, pcapngBoth);
    const edits = fc.array(fc.tuple(fc.nat(400), fc.integer({ min: 0, max: 255 })), { maxLength: 8 });
    fc.assert(
      fc.property(file, edits, (original, changes) => {
        const bytes = original.slice();
        for (const [at, value] of changes) bytes[at % bytes.length] = value;
        const { packets } = readAll(bytes, 50);
        return packets.length <= 4;
      }),
      { numRuns: 2_000 },
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const parser = new CaptureParser();
        parser.feed(bytes);
        while (parser.next());
        parser.finish();
        return parser.problem !== undefined;
      }),
    );
  });
});
