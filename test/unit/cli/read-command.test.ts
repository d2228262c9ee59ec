import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarioFolder } from '../../../cli/scenario-file.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { skip } from '../../support/skip.ts';
import { svrlab, type Ran } from '../../support/svrlab.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.js');

describe('svrlab read', () => {
  let folder: string;
  let capture: string;
  let encrypted: string;
  let fragments: string;

  before(async function () {
    this.timeout(20_000);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-read-'));
    const record = async (name: string): Promise<string> => {
      const path = join(folder, `${name}.pcapng`);
      writeFileSync(path, (await recordRun(loadScenario(join(scenarioFolder, `${name}.yaml`)), 1)).capture);
      return path;
    };
    capture = await record('session-recovery');
    encrypted = await record('key-rotation');
    fragments = await record('fragmentation');
  });

  after(() => rmSync(folder, { recursive: true }));

  /** Options and what stands behind them, in words that may hold spaces. */
  const read = async (...words: string[]): Promise<Ran> => svrlab(['read', ...words]);

  it('prints one line for each packet: when, where, from where to where, whose it is, what it is', async () => {
    const { status, out } = await read(capture, '-Y', 'svr.health_check or svr.control');
    equal(status, 0);
    const lines = out.trimEnd().split('\n');
    equal(lines.length, 4);
    match(lines[0], /^ *6\.\d{6} +spoke:wan out +#\d+ +172\.16\.0\.1:\d+ +> 172\.16\.0\.2:\d+ +SVR health check +/);
    match(lines[0], /questions\/[0-9a-f]{8} fwd +request, 64 B$/);
    match(lines[1], /hub:wan in .* DROPPED: emulator unknown-waypoint answered$/);
    match(lines[3], /spoke:wan in .* SVR control +questions\/[0-9a-f]{8} rev +enable-metadata$/);
  });

  it('prints fields with tabs between them, and stops after so many packets', async () => {
    const { out } = await read(
      capture,
      '-Y',
      'svr.control == enable-metadata',
      '--fields',
      'lab.node,ip.src,svr.control',
      '-c',
      '1',
    );
    equal(out, 'hub\t172.16.0.2\tenableMetadata\n');
  });

  it('decrypts with bare keys as it does with the configuration that they stand in, whatever their cipher', async () => {
    const keys = join(folder, 'keys');
    const lines = [
      '# of the metadata, and of the payload',
      '1 = 0123456789abcdef0123456789abcdef',
      '2=FEDCBA9876543210FEDCBA9876543210 # the second',
      '',
      '1=000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f',
      '2=1f1e1d1c1b1a191817161514131211100f0e0d0c0b0a09080706050403020100',
    ];
    writeFileSync(keys, lines.join('\n'));
    const seen = ['--fields', 'frame.number,svr.encryption,svr.hmac,svr.session,svr.context.src,svr.content_length'];
    const known = await read(encrypted, ...seen, '--config', 'key-rotation');
    match(known.out, /decrypted\tright/);
    const hmac = ['--key', 'hmac=5ea1ed5ea1ed5ea1ed5ea1ed5ea1ed5e'];
    deepEqual(await read(encrypted, ...seen, '--keys', keys, ...hmac), known);
  });

  it('does not call a trailer wrong for which it was given no key', async () => {
    const key = '1=0123456789abcdef0123456789abcdef';
    const { out } = await read(encrypted, '--key', key, '-Y', 'svr.context', '-c', '1', '--fields', 'svr.hmac');
    equal(out, 'unchecked\n');
  });

  it('tells of a pipe what it tells of a file: also of packets before the first that names their session', async () => {
    for (const words of [[], ['--sessions'], ['-c', '3', '-Y', 'svr.session and not svr']]) {
      const piped = spawnSync(process.execPath, [main, 'read', '-', ...words], { input: readFileSync(capture) });
      const { out } = await read(capture, ...words);
      ok(out.includes('questions'));
      equal(piped.stdout.toString(), out);
    }
  });

  it('says of the first fragment of a packet what metadata the packet has', async () => {
    const { out } = await read(fragments, '-Y', 'svr.fragment', '-c', '2');
    const [first, second] = out.split('\n');
    match(first, /SVR fragment .* from byte 0 of packet \d+, corp to questions, forward 10\.1\.0\.10:\d+ to /);
    match(second, /SVR fragment .* from byte 1416, the last of packet \d+$/);
  });

  it('points at what is no key', async () => {
    const keys = join(folder, 'wrong');
    writeFileSync(keys, '\n7=01020304\n');
    for (const [words, complaint] of [
      [['--key', 'secret'], /--key: 'secret' is no key; write ID=HEX, with a security ID, or hmac=HEX\n/],
      [['--keys', keys], /wrong:2: key 7 has 4 bytes; an encryption key has 16 or 32\n/],
      [['--keys', join(folder, 'none')], /none'/],
      [['--key', '1=00', '--config', 'key-rotation'], /cannot be used with/],
    ] as const) {
      const { status, err } = await read(capture, ...words);
      equal(status, 2);
      match(err, complaint);
    }
  });

  it('prints JSON, an object for each packet', async () => {
    const { out } = await read(capture, '-Y', 'svr.health_check', '--json', '-c', '1');
    const packet = JSON.parse(out) as Record<string, unknown>;
    equal(packet['svr.health_check'], 'request');
    equal(packet['lab.node'], 'spoke');
    equal(packet['udp.length'], 119);
    deepEqual(packet['frame.comment'], ['health-check-added: request']);
  });

  it('shows one packet at every place, what was changed there and why', async () => {
    const id = (await read(capture, '-Y', 'svr.health_check', '--fields', 'frame.packet_id', '-c', '1')).out.trim();
    const { out, status } = await read(capture, '--packet', id);
    equal(status, 0);
    match(out, new RegExp(`Packet #${id}, seen 4 times`));
    deepEqual(out.match(/(client|spoke|hub):\w+ (in|out)/g), [
      'client:eth0 out',
      'spoke:lan in',
      'spoke:wan out',
      'hub:wan in',
    ]);
    match(out, /why: health-check-added: request\n +spoke changed:\n +ip\.src +10\.1\.0\.10 -> 172\.16\.0\.1\n/);
    match(out, /svr\.health_check +\+ request/);
    match(out, /why: packet-dropped: emulator unknown-waypoint answered\n +nothing was changed/);
  });

  it('lists sessions, and counts what there is', async () => {
    const sessions = await read(capture, '--sessions', '--json');
    const [session, ...others] = JSON.parse(sessions.out) as Record<string, unknown>[];
    deepEqual(others, []);
    equal(session.service, 'questions');
    equal(session.dropped, 1);
    match(
      (await read(capture, '--sessions')).out,
      / questions +corp +spoke +udp +10\.1\.0\.10:\d+ +10\.2\.0\.10:7000 /,
    );
    const stats = JSON.parse((await read(capture, '--stats', '--json')).out) as {
      kinds: Record<string, { packets: number }>;
    };
    equal(stats.kinds['SVR health check'].packets, 2);
  });

  it('decrypts and checks HMACs with the configuration of the lab', async () => {
    const list = async (...options: string[]): Promise<string[]> =>
      (
        await read(
          encrypted,
          '-Y',
          'svr.payload_length > 0',
          '--fields',
          'svr.encryption,svr.service,svr.hmac',
          ...options,
        )
      ).out
        .trimEnd()
        .split('\n');
    deepEqual(new Set(await list()), new Set(['unread\t\tunchecked']));
    const known = await list('--config', 'key-rotation');
    deepEqual(new Set(known), new Set(['decrypted\tquestions\tright']));
  });

  it('reads several files as one, in order of time', async () => {
    const { out } = await read(capture, encrypted, '--fields', 'frame.time_epoch');
    const times = out.trimEnd().split('\n').map(Number);
    deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    );
    const count = async (path: string): Promise<number> =>
      (await read(path, '--fields', 'frame.number')).out.split('\n').length - 1;
    equal(times.length, (await count(capture)) + (await count(encrypted)));
  });

  it('reads a file that breaks off up to its last whole packet, and warns', async () => {
    const broken = join(folder, 'broken.pcapng');
    writeFileSync(broken, readFileSync(capture).subarray(0, 20_000));
    const { status, out, err } = await read(broken, '--fields', 'frame.number');
    equal(status, 0);
    ok(out.split('\n').length > 50);
    match(err, /^svrlab: warning: .*broken\.pcapng, byte \d+: the file breaks off within a packet\n$/);
  });

  it('ends with status 2 for what makes no sense, and says what would', async () => {
    const damaged = join(folder, 'damaged.pcapng');
    const bytes = readFileSync(capture);
    bytes.fill(0xff, 20_000, 20_100);
    writeFileSync(damaged, bytes);
    const foreign = join(folder, 'foreign.pcap');
    writeFileSync(foreign, 'not a capture');
    for (const [words, message] of [
      [[foreign], /cannot read '.*foreign\.pcap': this is neither pcap nor pcapng/],
      [[join(folder, 'absent')], /cannot read '.*absent': there is no such file or folder/],
      [[folder], /is a folder, not a capture/],
      [[damaged], /damaged\.pcapng, byte \d+: /],
      [
        [capture, '-Y', 'ip.scr == 10.1.0.10'],
        /filter:1:1: there is no field 'ip\.scr'\n.*\n +\| \^{6} did you mean 'ip\.src'\?/,
      ],
      [[capture, '-Y', 'http'], /there is no field 'http'\n.*\n +\| \^{4} docs\/read\.md lists them/],
      [[capture, '--fields', 'ip.scr'], /there is no field 'ip\.scr'; did you mean 'ip\.src'\?/],
      [[capture, '--packet', '999999'], /no packet has the id 999999/],
      [[capture, '--packet', 'many'], /A whole number from 1 on/],
      [[capture, '--sessions', '--stats'], /cannot be used with/],
      [[capture, '--config', 'kye-rotation'], /did you mean '.*key-rotation.yaml'\?/],
    ] as const) {
      const { status, err } = await read(...words);
      equal(status, 2, words.join(' '));
      match(err, message);
    }
  });

  it('reads from a pipe, and ends in silence when nobody reads any more', () => {
    const piped = spawnSync('sh', ['-c', `cat '${capture}' | '${process.execPath}' '${main}' read - -c 3`], {
      encoding: 'utf8',
    });
    equal(piped.stdout.trimEnd().split('\n').length, 3);
    equal(piped.stderr, '');
    const head = spawnSync('sh', ['-c', `'${process.execPath}' '${main}' read '${capture}' | head -n 1`], {
      encoding: 'utf8',
    });
    equal(head.stdout.split('\n').length, 2);
    equal(head.stderr, '');
  });

  it('agrees with tshark about the fields that both know', async function () {
    this.timeout(30_000);
    if (spawnSync('tshark', ['--version']).status !== 0) skip(this, 'tshark is not installed');
    const fields = [
      'frame.number',
      'frame.time_relative',
      'frame.len',
      'frame.interface_name',
      'frame.packet_id',
      'eth.src',
      'arp.opcode',
      'arp.src.proto_ipv4',
      'ip.src',
      'ip.dst',
      'ip.proto',
      'ip.ttl',
      'ip.len',
      'udp.srcport',
      'udp.dstport',
      'udp.length',
    ];
    const shown = spawnSync('tshark', ['-r', capture, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])], {
      encoding: 'utf8',
      maxBuffer: 64 << 20,
    });
    const { out } = await read(capture, '--fields', fields.join(','));
    deepEqual(out.split('\n'), shown.stdout.split('\n'));
  });

  it('agrees with tshark about BFD', async function () {
    this.timeout(30_000);
    if (spawnSync('tshark', ['--version']).status !== 0) skip(this, 'tshark is not installed');
    const fields = [
      'bfd.version',
      'bfd.detect_time_multiplier',
      'bfd.message_length',
      'bfd.my_discriminator',
      'bfd.your_discriminator',
      'bfd.desired_min_tx_interval',
      'bfd.required_min_rx_interval',
    ];
    const asked = [...fields, 'bfd.sta'].flatMap((field) => ['-e', field]);
    // SVR's BFD has a port of its own, which tshark has to be told of.
    const decodeAs = ['-d', 'udp.port==1280,bfd', '-Y', 'bfd'];
    const shown = spawnSync('tshark', ['-r', capture, ...decodeAs, '-T', 'fields', ...asked], { encoding: 'utf8' });
    const states = ['admin-down', 'down', 'init', 'up'];
    const expected = shown.stdout
      .trimEnd()
      .split('\n')
      .map((line) =>
        line.split('\t').map((cell, i) => (i === fields.length ? states[Number(cell)] : String(Number(cell)))),
      );
    const { out } = await read(capture, '-Y', 'bfd', '--fields', [...fields, 'bfd.sta'].join(','));
    ok(expected.length > 50);
    deepEqual(
      out
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')),
      expected,
    );
  });
});
