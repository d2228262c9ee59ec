import { deepEqual, equal, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import fc from 'fast-check';
import { scenarioFolder } from '../../../cli/scenario-file.ts';
import { findField } from '../../../lib/capture/fields/table.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { encodeMetadata, metadataLength } from '../../../lib/metadata/codec.ts';
import { METADATA_LENGTH_MAX } from '../../../lib/metadata/header.ts';
import { writeSvrBfd } from '../../../lib/peering/svr-bfd/packet.ts';
import { SeededRandom } from '../../../lib/random.ts';
import { milliseconds } from '../../../lib/time.ts';
import { dissectAll, hex } from '../../support/captures.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { mutations, UDP_PAYLOAD, type Mutation } from '../../support/mutations.ts';
import { ethernetFrame, ipFrame, joined, udpPacket, type End } from '../../support/packets.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { skip } from '../../support/skip.ts';
import { dissector, hasTshark, tsharkFields } from '../../support/tshark.ts';
import { macs } from '../../support/two-routers.ts';
import { anyAttributes } from '../metadata/arbitrary.ts';
import { captureOf, compareWithTshark } from './comparison.ts';

async function captureOfScenario(name: string, change?: (scenario: Scenario) => Scenario): Promise<Uint8Array> {
  const scenario = loadScenario(join(scenarioFolder, `${name}.yaml`));
  return (await recordRun(change ? change(scenario) : scenario, 1)).capture;
}

const inTlv = (scenario: Scenario): Scenario => ({
  ...scenario,
  authority: { ...scenario.authority, emulator: { ...scenario.authority.emulator, metadataEncoding: 'tlv' } },
});

const spoke: End = ['172.16.0.1', 16_400];
const hub: End = ['172.16.0.2', 16_401];

/** A UDP packet between two routers; every packet on waypoints of its own, if they are given. */
const packet = (payload: Uint8Array, from: End = spoke, to: End = hub): Uint8Array =>
  ipFrame(macs.hubWan, macs.spokeWan, udpPacket(from, to, payload));

describe('the dissector for Wireshark', function () {
  this.timeout(60_000);
  this.slow(20_000);

  before(function () {
    if (!hasTshark()) skip(this, 'not installed: tshark');
  });

  const cases = [
    ['session-recovery', undefined],
    ['session-recovery', inTlv],
    ['key-rotation', undefined],
    ['fragmentation', undefined],
    ['path-failover', undefined],
  ] as const;
  for (const [name, change] of cases)
    it(`shows of ${name}${change ? ' in the TLV encoding' : ''} what lib/capture reads, field by field`, async () => {
      const { differences, compared, complaints } = compareWithTshark(await captureOfScenario(name, change));
      deepEqual(differences.slice(0, 10), []);
      ok(compared > 1000, `${compared} values`);
      equal(complaints, '');
    });

  it('shows every attribute, in both encodings', () => {
    const sets = fc.sample(anyAttributes, { numRuns: 200, seed: 7 });
    const frames = sets.flatMap((attributes, i) =>
      (['tlv', 'protobuf'] as const)
        .filter((encoding) => metadataLength(attributes, encoding) <= METADATA_LENGTH_MAX)
        .map((encoding, j) => {
          const bytes = new Uint8Array(METADATA_LENGTH_MAX);
          const length = encodeMetadata(attributes, encoding, bytes, 0);
          return packet(bytes.slice(0, length), ['172.16.0.1', 20_000 + 4 * i + 2 * j]);
        }),
    );
    ok(frames.length > 300);
    const { differences, complaints } = compareWithTshark(captureOf(frames));
    deepEqual(differences.slice(0, 10), []);
    equal(complaints, '');
  });

  it('shows all that BFD between routers may tell', () => {
    const bytes = new Uint8Array(1500);
    const address = hex('ac10 0001');
    const control = {
      diagnostic: 'none',
      state: 'up',
      poll: false,
      final: false,
      controlPlaneIndependent: true,
      demand: false,
      detectMultiplier: 3,
      myDiscriminator: 7,
      yourDiscriminator: 8,
      desiredMinTx: milliseconds(100),
      requiredMinRx: milliseconds(100),
      requiredMinEchoRx: milliseconds(0),
    } as const;
    const told = {
      router: 'spoke',
      node: 'node1',
      pathId: 'wan',
      source: { address, port: 1280 },
      observed: { address: hex('20010db8 00000000 00000000 00000001'), port: 2000 },
      keyIndex: 3,
      bootCounter: 2 ** 52 + 1,
      failoverCounter: 2,
      serviceLoads: [
        { service: 'web', sessions: 12 },
        { service: 'voice', sessions: 4 },
      ],
      liveLoss: 12.5,
    };
    const both = [
      { echo: { kind: 'request', burst: 4, index: 5 } },
      { mtuProbe: { kind: 'reply', number: 9, size: 1400 } },
    ] as const;
    const ends: [End, End] = [
      ['172.16.0.1', 1280],
      ['172.16.0.2', 1280],
    ];
    const frames = both.map((more) =>
      packet(bytes.slice(0, writeSvrBfd(control, { ...told, ...more }, bytes, 0)), ...ends),
    );
    const { differences, compared, complaints } = compareWithTshark(captureOf(frames));
    deepEqual(differences, []);
    ok(compared > 2 * 20, `${compared} values`);
    equal(complaints, '');
  });

  it('says what is malformed, and at which byte of the frame', () => {
    const cookie = '4c48dbc6ddf6670c ';
    const blocks = [
      `${cookie} 100b0000 # a header length of 11`,
      `${cookie} 200c0000 # version 2`,
      `${cookie} 100c01f4 # a payload of 500 bytes that is not there`,
      `${cookie} 10`,
      `${cookie} 10110000 0018 0002 01 # a TLV that runs past its section`,
      `${cookie} 10120000 0018 0002 01 02 # a control message of two bytes`,
      `${cookie} 10160000 0018 0001 01 0018 0001 01 # twice the same`,
      `${cookie} 10160000 0007 0001 41 2000 0001 01 # a tenant in the header section`,
      `${cookie} 100c0006 0007 0002 c0 80 # a tenant that is no UTF-8`,
      `${cookie} 10120000 8001 0002 ff ff # protobuf that is none`,
      `${cookie} 10100006 8001 0000 8002 0002 ff ff # protobuf whose payload is none`,
      `${cookie} 100c0006 8002 0002 ff ff # the same without a header section`,
      `${cookie} 10110006 0018 0001 01 8002 0002 0a 00 # a header in TLVs, a payload in protobuf`,
      `${cookie} 10180000 0063 0008 00 01 02 03 04 05 06 07 # of unknown type`,
      `${cookie} 100c0009 0033 0005 0002 02 41 42 # a list that ends too early`,
    ];
    const frames = blocks.map((block, i) => packet(hex(block), ['172.16.0.1', 20_000 + 2 * i]));
    const capture = captureOf(frames);
    const { differences, complaints } = compareWithTshark(capture);
    deepEqual(differences, []);
    equal(complaints, '');
    const { packets } = tsharkFields(capture, ['svr.malformed', 'svr.expert.unknown_attribute']);
    deepEqual(
      packets.map(([reason, unknown]) => reason[0] ?? (unknown.length > 0 ? 'unknown attribute' : '')),
      [
        'header-length',
        'wrong-version',
        'exceeds-packet',
        'truncated-header',
        'truncated-tlv',
        'attribute-length',
        'duplicate-attribute',
        'wrong-section',
        'attribute-value',
        'invalid-protobuf',
        'invalid-protobuf',
        'invalid-protobuf',
        'mixed-encodings',
        'unknown attribute',
        'attribute-value',
      ],
    );
  });

  it('finds exactly the health checks', async () => {
    const capture = await captureOfScenario('healthy-idle');
    const checks: string[] = [];
    dissectAll(capture, (seen) => {
      if (findField('svr.health_check')?.read(seen) !== undefined) checks.push(String(seen.number));
    });
    const { packets } = tsharkFields(capture, ['frame.number'], ['-Y', 'svr.health_check']);
    ok(checks.length > 1);
    deepEqual(
      packets.map(([[number]]) => number),
      checks,
    );
  });

  it('shows the same in two passes, where the second knows what the first has seen', async () => {
    const capture = await captureOfScenario('session-recovery');
    const names = ['frame.number', 'svr.kind', 'svr.session', 'svr.session.direction', 'svr.hmac.sequence'];
    deepEqual(tsharkFields(capture, names, ['-2']).packets, tsharkFields(capture, names).packets);
  });

  it('points out where a recovery begins, and who asks for metadata', async () => {
    const capture = await captureOfScenario('session-recovery');
    const { packets } = tsharkFields(
      capture,
      ['frame.interface_name', '_ws.expert.message'],
      ['-Y', 'svr.expert.recovery or svr.expert.enable_metadata'],
    );
    deepEqual(
      packets.map(([[port]]) => port),
      ['hub:wan', 'spoke:wan', 'spoke:wan', 'hub:wan'],
    );
  });

  it('gives ports that another session has to that', () => {
    const block = (uuid: string): string => `4c48dbc6ddf6670c 100c0014 0006 0010 ${uuid.repeat(16)}`;
    const bare = packet(hex('00112233'));
    const frames = [packet(hex(block('aa'))), bare, packet(hex(block('bb'))), bare];
    const { packets } = tsharkFields(captureOf(frames), ['svr.session']);
    deepEqual(
      packets.map(([[session]]) => session.slice(0, 2)),
      ['aa', 'aa', 'bb', 'bb'],
    );
  });

  it('comes with colour rules and buttons whose filters tshark understands', async () => {
    const profile = (name: string): string => readFileSync(join(dirname(dissector), 'profile', name), 'utf8');
    const colours = Array.from(profile('colorfilters').matchAll(/^@([^@]+)@(.+?)@\[/gm), ([, , filter]) => filter);
    const buttons = Array.from(profile('dfilter_buttons').matchAll(/^"TRUE","[^"]+","([^"]+)"/gm), ([, filter]) =>
      filter.replaceAll('\\x22', '"'),
    );
    equal(colours.length, 10);
    equal(buttons.length, 3);
    const any = [...colours, ...buttons].map((filter) => `(${filter})`).join(' || ');
    const { packets, err } = tsharkFields(await captureOfScenario('session-recovery'), ['frame.number'], ['-Y', any]);
    ok(packets.length > 100);
    equal(err, '');
  });

  it('takes the length of the trailer from the preferences, if it is told', async () => {
    const capture = await captureOfScenario('session-recovery');
    const lengths = (option: string): Set<string | undefined> =>
      new Set(
        tsharkFields(capture, ['svr.hmac.length'], ['-Y', 'svr', '-o', `svr.trailer:${option}`]).packets.map(
          ([[length]]) => length,
        ),
      );
    deepEqual(lengths('none'), new Set([undefined]));
    deepEqual(lengths('sha1'), new Set(['32']));
  });

  it('leaves alone what is not of SVR', () => {
    const frames = [
      packet(hex('0011')),
      packet(new Uint8Array(1)),
      packet(joined(hex('4c48dbc6ddf6670d'), hex('100c0000'))),
    ];
    const { packets } = tsharkFields(
      captureOf([...frames, ethernetFrame(macs.hubWan, macs.spokeWan, 0x88b5, hex('00'))]),
      ['svr.kind'],
    );
    deepEqual(packets, [[[]], [[]], [[]], [[]]]);
  });

  describe('of mutated packets', () => {
    const recorded: Uint8Array[] = [];
    const random = new SeededRandom(11);

    before(async () => {
      for (const name of ['session-recovery', 'key-rotation', 'fragmentation'])
        for (const change of [undefined, inTlv])
          dissectAll(await captureOfScenario(name, change), ({ kind, frame }) => {
            if (kind !== undefined && kind !== 'bare') recorded.push(frame.bytes.slice(frame.start, frame.end));
          });
    });

    const mutated = (ways: readonly Mutation[], count: number): Uint8Array =>
      captureOf(
        Array.from(
          { length: count },
          () => ways[random.below(ways.length)](recorded[random.below(recorded.length)], random, recorded),
          // Wireshark asks no dissector about a packet that is empty.
        ).filter((frame) => frame.length !== UDP_PAYLOAD),
      );

    it('makes what lib/capture makes of them, where their payload is mutated', () => {
      const { differences, complaints } = compareWithTshark(mutated(Object.values(mutations.inPayload), 3_000), [
        'bfd.sta',
        'bfd.my_discriminator',
      ]);
      deepEqual(differences.slice(0, 10), []);
      equal(complaints, '');
    });

    it('never fails, whatever is mutated', () => {
      const ways = [...Object.values(mutations.inPayload), ...Object.values(mutations.inHeaders)];
      const { packets, err } = tsharkFields(mutated(ways, 5_000), ['frame.number', '_ws.lua.error']);
      ok(packets.length > 4_900);
      deepEqual(
        packets.filter(([, error]) => error.length > 0),
        [],
      );
      equal(err, '');
    });
  });
});
