import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseAddress, type IpAddress } from '../../../lib/address.ts';
import {
  CaptureFile,
  mergeCaptures,
  type CaptureFileOptions,
  type PortPacket,
} from '../../../lib/capture/capture-file.ts';
import { CaptureReader } from '../../../lib/capture/capture-reader.ts';
import { PcapngWriter } from '../../../lib/capture/pcapng-writer.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { hex, sourceOf } from '../../support/captures.ts';
import { skip } from '../../support/skip.ts';

class Bytes {
  readonly chunks: Uint8Array[] = [];

  write(bytes: Uint8Array): void {
    this.chunks.push(bytes.slice());
  }

  get all(): Uint8Array {
    return Uint8Array.from(Buffer.concat(this.chunks));
  }
}

const options = (more: Partial<CaptureFileOptions> = {}): CaptureFileOptions => ({
  application: 'svrlab 0.1.0',
  comments: [],
  epoch: () => 0,
  ports: [],
  names: [],
  ...more,
});

function captureOf(packets: readonly PortPacket[], more: Partial<CaptureFileOptions> = {}): Bytes {
  const bytes = new Bytes();
  const file = new CaptureFile(bytes, options(more));
  for (const packet of packets) file.packet(packet);
  file.close();
  return bytes;
}

function readAll(bytes: Uint8Array): { packets: PortPacket[]; problem?: string } {
  const reader = new CaptureReader(sourceOf(bytes, 1000));
  const packets: PortPacket[] = [];
  mergeCaptures([reader], 0, { packet: (packet) => packets.push({ ...packet, bytes: packet.bytes.slice() }) });
  return { packets, problem: reader.problem?.text };
}

const address = (text: string): IpAddress => parseAddress(text) as IpAddress;

const packet = (more: Partial<PortPacket> = {}): PortPacket => ({
  time: 0,
  node: 'hub',
  port: 'wan',
  direction: 'in',
  id: 7,
  bytes: hex('ffffffffffff 020000000001 88b5 00'),
  comments: [],
  ...more,
});

describe('pcapng writer', () => {
  it('writes a capture byte for byte as the format wants it', () => {
    const bytes = captureOf(
      [packet({ time: 1_500_000, direction: 'out', comments: ['metadata added'], bytes: hex('01 02 03 04 05') })],
      {
        comments: ['seed 42'],
        epoch: () => 1_700_000_000_000_000,
        names: [{ address: address('10.1.0.10'), name: 'client' }],
        ports: [{ node: 'hub', port: 'wan' }],
      },
    );
    deepEqual(
      Buffer.from(bytes.all).toString('hex'),
      Buffer.from(
        hex(`
        0a0d0d0a 3c000000       # section header, 60 bytes
        4d3c2b1a 0100 0000      # byte order, version 1.0
        ffffffffffffffff        # section length: not known
        0100 0700 73656564203432 00             # comment 'seed 42', padding
        0400 0c00 7376726c616220302e312e30      # application 'svrlab 0.1.0'
        0000 0000 3c000000      # end of options; length again

        04000000 20000000       # name resolution, 32 bytes
        0100 0b00 0a01000a 636c69656e74 00 00   # IPv4 10.1.0.10 'client', zero byte, padding
        00000000 20000000       # end of records; length again

        01000000 2c000000       # interface description, 44 bytes
        0100 0000 ffff0000      # Ethernet, reserved, snap length 65535
        0200 0700 6875623a77616e 00             # name 'hub:wan', padding
        0900 0100 09 000000     # times in 10^-9 s
        0000 0000 2c000000

        06000000 54000000       # enhanced packet, 84 bytes
        00000000                # interface 0
        fe9c9717 002f928f       # 1700000001.5 s in nanoseconds, high half first
        05000000 05000000       # captured, original length
        0102030405 000000       # bytes, padding
        0100 0e00 6d657461646174612061646465640000      # comment 'metadata added', padding
        0200 0400 02000000      # flags: outbound
        0500 0800 0700000000000000              # packet id 7
        0000 0000 54000000

        05000000 28000000       # interface statistics, 40 bytes
        00000000                # interface 0
        fe9c9717 002f928f       # time of the last packet
        0400 0800 0100000000000000              # received: 1
        0000 0000 28000000
      `),
      ).toString('hex'),
    );
  });

  it('hands its bytes on in chunks and keeps none back, however many packets come', () => {
    const bytes = new Bytes();
    const writer = new PcapngWriter(bytes);
    writer.section({ application: 'svrlab', comments: [] });
    const interfaceIndex = writer.addInterface('hub:wan');
    const long = new Uint8Array(9000);
    for (let id = 1; id <= 100; id++)
      writer.packet({ interfaceIndex, time: id, direction: 'in', id, bytes: long, comments: [] });
    writer.flush();
    equal(bytes.chunks.length, 13); // eight packets make 64 KiB full
    equal(readAll(bytes.all).packets.length, 100);
  });

  it('cuts what is too long and says how long it was, and cuts comments between characters', () => {
    const { packets } = readAll(
      captureOf([packet({ bytes: new Uint8Array(70_000).fill(1), comments: ['é'.repeat(600)] })]).all,
    );
    equal(packets[0].bytes.length, 65_535);
    equal(packets[0].comments[0], 'é'.repeat(512));
  });
});

describe('pcapng reader', () => {
  it('reads back what was written', () => {
    const random = new SeededRandom(1);
    const packets = Array.from({ length: 300 }, (_, i) => {
      const bytes = new Uint8Array(random.below(1500));
      random.fill(bytes);
      return packet({
        time: i * 1000 + random.below(1000),
        node: ['hub', 'spoke'][random.below(2)],
        port: ['lan', 'wan'][random.below(2)],
        direction: random.below(2) === 0 ? 'in' : 'out',
        id: random.below(2 ** 32) * random.below(2 ** 20),
        bytes,
        comments: ['why: ünknown flow', 'second'].slice(random.below(3)),
      });
    });
    deepEqual(readAll(captureOf(packets).all), { packets, problem: undefined });
  });

  it('ends a file that breaks off with its last whole block, and says so', () => {
    const bytes = captureOf([packet({ id: 1 }), packet({ id: 2 })]).all;
    for (let length = 1; length < bytes.length; length++) {
      const read = readAll(bytes.subarray(0, length));
      const rest = readAll(bytes).packets.slice(0, read.packets.length);
      deepEqual(read.packets, rest);
    }
    equal(readAll(bytes.subarray(0, -1)).problem, 'the file breaks off within a packet');
  });

  it('refuses bytes that are no capture', () => {
    equal(readAll(hex('7f454c46 02010100 00000000 00000000')).problem, 'this is neither pcap nor pcapng');
    equal(readAll(hex('1f8b0800 00000000 0003')).problem, 'this is a compressed file: gunzip it first');
    equal(readAll(hex('0a0d0d0a 1c000000 00000000 00000000')).problem, 'a section header has no byte order');
    equal(readAll(hex('')).problem, 'the file is empty');
  });

  it('stops at any damage without failing', () => {
    const random = new SeededRandom(2);
    const whole = captureOf([packet({ comments: ['one', 'two'] }), packet({ id: 2 })]).all;
    let damaged = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = whole.slice();
      bytes[random.below(bytes.length)] = random.below(256);
      const read = readAll(bytes);
      if (read.problem !== undefined) damaged++;
      equal(read.packets.length <= 2, true);
    }
    equal(damaged > 0 && damaged < 2000, true);
  });
});

describe('merging captures', () => {
  it('puts the packets of several nodes in order of time, keeping each in its own order', () => {
    const hub = captureOf([packet({ time: 10, id: 1 }), packet({ time: 30, id: 2 })], { epoch: () => 1_000_000 }).all;
    const spoke = captureOf([packet({ time: 5, node: 'spoke', id: 3 }), packet({ time: 30, node: 'spoke', id: 4 })], {
      epoch: () => 1_000_000,
    }).all;
    const merged: [number, string, number][] = [];
    mergeCaptures([new CaptureReader(sourceOf(hub)), new CaptureReader(sourceOf(spoke))], 1_000_000, {
      packet: ({ time, node, id }) => merged.push([time, node, id]),
    });
    deepEqual(merged, [
      [5, 'spoke', 3],
      [10, 'hub', 1],
      [30, 'hub', 2],
      [30, 'spoke', 4],
    ]);
  });
});

describe('a capture in tshark', () => {
  let folder: string;

  before(function () {
    if (spawnSync('tshark', ['--version']).status !== 0) skip(this, 'tshark is not installed');
    folder = mkdtempSync(join(tmpdir(), 'svrlab-capture-'));
  });

  after(() => {
    if (folder) rmSync(folder, { recursive: true });
  });

  it('shows interface names, directions, packet ids, comments and nanosecond times', () => {
    const file = join(folder, 'capture.pcapng');
    const packets = [
      packet({ time: 1_234_567, id: 9 }),
      packet({ time: 1_234_570, node: 'spoke', direction: 'out', id: 10, comments: ['health check added', 'second'] }),
    ];
    writeFileSync(file, captureOf(packets, { epoch: () => 1_700_000_000_000_000, comments: ['seed 42'] }).all);

    const fields = [
      'frame.interface_name',
      'frame.packet_flags_direction',
      'frame.packet_id',
      'frame.time_epoch',
      'frame.comment',
    ];
    const shown = spawnSync('tshark', ['-r', file, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
      encoding: 'utf8',
    });

    deepEqual(
      shown.stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.trimEnd().split('\t')),
      [
        ['hub:wan', '0x00000001', '9', '1700000001.234567000'],
        ['spoke:wan', '0x00000002', '10', '1700000001.234570000', 'health check added,second'],
      ],
    );
    equal(shown.status, 0);
  });
});
