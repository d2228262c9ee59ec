import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarioFolder } from '../../../cli/scenario-file.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { skip } from '../../support/skip.ts';
import { svrlab, type Ran } from '../../support/svrlab.ts';
import { hasTshark } from '../../support/tshark.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.js');

describe('svrlab wireshark', () => {
  let folder: string;
  beforeEach(() => (folder = mkdtempSync(join(tmpdir(), 'svrlab-kit-'))));
  afterEach(() => rmSync(folder, { recursive: true }));

  const wireshark = (...words: string[]): Promise<Ran> => svrlab(['wireshark', ...words]);
  const filesBelow = (path: string): string[] =>
    readdirSync(path, { recursive: true, encoding: 'utf8' })
      .filter((name) => statSync(join(path, name)).isFile())
      .sort();

  it('installs dissector, messages, profile and the program that captures; and removes them again, but nothing else', async () => {
    mkdirSync(join(folder, 'plugins'));
    writeFileSync(join(folder, 'plugins', 'own.lua'), '-- mine');
    const installed = await wireshark('install', '--dir', folder);
    equal(installed.status, 0);
    deepEqual(filesBelow(folder), [
      'extcap/svrlab',
      'plugins/own.lua',
      'plugins/svr.lua',
      'profiles/svrlab/colorfilters',
      'profiles/svrlab/dfilter_buttons',
      'profiles/svrlab/preferences',
      'profiles/svrlab/protobuf_search_paths',
      'protobuf/svr/v1/bfd.proto',
      'protobuf/svr/v1/metadata.proto',
      'svrlab-kit.json',
    ]);
    equal((await wireshark('install', '--dir', folder)).status, 0);
    equal((await wireshark('uninstall', '--dir', folder)).status, 0);
    deepEqual(filesBelow(folder), ['plugins/own.lua']);
    deepEqual(readdirSync(folder), ['plugins']);
    match((await wireshark('uninstall', '--dir', folder)).err, /nothing is installed/);
  });

  it('writes nothing over a file that is somebody else’s, until it is told to move that aside', async () => {
    const path = join(folder, 'plugins', 'svr.lua');
    mkdirSync(join(folder, 'plugins'));
    writeFileSync(path, '-- mine');
    const refused = await wireshark('install', '--dir', folder);
    equal(refused.status, 2);
    ok(refused.err.includes(path));
    deepEqual(filesBelow(folder), ['plugins/svr.lua']);
    equal((await wireshark('install', '--dir', folder, '--force')).status, 0);
    equal(readFileSync(`${path}.before-svrlab`, 'utf8'), '-- mine');
    await wireshark('uninstall', '--dir', folder);
    deepEqual(filesBelow(folder), ['plugins/svr.lua.before-svrlab']);
  });

  it('brings an older kit up to date', async () => {
    await wireshark('install', '--dir', folder);
    const path = join(folder, 'plugins', 'svr.lua');
    const now = readFileSync(path, 'utf8');
    const list = join(folder, 'svrlab-kit.json');
    const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
    writeFileSync(path, '-- older');
    writeFileSync(list, readFileSync(list, 'utf8').replace(sha256(now), sha256('-- older')));
    equal((await wireshark('install', '--dir', folder)).status, 0);
    equal(readFileSync(path, 'utf8'), now);
  });

  it('leaves alone what has been changed since, when it installs and when it removes', async () => {
    await wireshark('install', '--dir', folder);
    const preferences = join(folder, 'profiles', 'svrlab', 'preferences');
    const changed = `${readFileSync(preferences, 'utf8')}\ngui.layout_type: 2\n`;
    writeFileSync(preferences, changed);
    equal((await wireshark('install', '--dir', folder)).status, 2);
    const removed = await wireshark('uninstall', '--dir', folder);
    ok(removed.err.includes(`${preferences} has been changed since, and stays`));
    deepEqual(filesBelow(folder), ['profiles/svrlab/preferences']);
    equal(readFileSync(preferences, 'utf8'), changed);
  });

  it('says which folder cannot be written to', async () => {
    const file = join(folder, 'file');
    writeFileSync(file, '');
    for (const place of [join(file, 'below'), '/proc/svrlab-nowhere']) {
      const { status, err } = await wireshark('install', '--dir', place);
      equal(status, 2);
      match(err, /cannot write to '.*': (a part of this path is no folder|there is no such file or folder)/);
    }
  });

  it('installs a program that Wireshark can ask for labs', async function () {
    this.timeout(20_000);
    await wireshark('install', '--dir', folder);
    const { status, stdout } = spawnSync(join(folder, 'extcap', 'svrlab'), ['--extcap-interfaces'], {
      encoding: 'utf8',
    });
    equal(status, 0);
    match(stdout, /^extcap \{version=/);
  });

  it('is found by tshark, with its profile', async function () {
    this.timeout(60_000);
    if (!hasTshark()) skip(this, 'not installed: tshark');
    const env = { PATH: process.env.PATH, HOME: folder };
    const run = (program: string, words: string[]): string => {
      const { status, stdout, stderr } = spawnSync(program, words, { encoding: 'utf8', env });
      equal(status, 0, stderr);
      return stdout;
    };
    const capture = join(folder, 'capture.pcapng');
    writeFileSync(capture, (await recordRun(loadScenario(join(scenarioFolder, 'session-recovery.yaml')), 1)).capture);
    run(process.execPath, [main, 'wireshark', 'install', '--extcap-dir', join(folder, 'extcap')]);
    const shown = run('tshark', ['-C', 'svrlab', '-r', capture, '-Y', 'svr.health_check']).trimEnd().split('\n');
    equal(shown.length, 2);
    match(shown[0], /^ *\d+ 6\.\d+ spoke:wan .* [0-9a-f-]{36} SVR health check request, forward of questions$/);
    const tenants = run('tshark', [
      ...['-C', 'svrlab', '-r', capture, '-Y', 'pbf.svr.v1.PayloadAttributes.tenant == "corp"'],
      ...['-T', 'fields', '-e', 'svr.tenant'],
    ]);
    match(tenants, /^(corp\n)+$/);
    run(process.execPath, [main, 'wireshark', 'uninstall']);
    ok(!existsSync(join(folder, '.config', 'wireshark', 'profiles')));
  });

  it('prints where the kit is, for tshark -X lua_script', async () => {
    const { out } = await wireshark('path');
    ok(existsSync(join(out.trim(), 'svr.lua')));
  });

  it('puts the program that captures where all users find it only if it is told to', async () => {
    const system = join(folder, 'system');
    const said = [
      `Personal configuration:\t${folder}/own`,
      `Personal Lua Plugins:\t${folder}/own/plugins`,
      `Extcap path:\t${system}`,
    ];
    writeFileSync(join(folder, 'tshark'), `#!/bin/sh\necho "${said.join('\n')}"\n`, { mode: 0o755 });
    const path = process.env.PATH;
    process.env.PATH = `${folder}:${path}`;
    try {
      match((await wireshark('install')).err, /left out, .*--system puts it there/);
      ok(!existsSync(system));
      equal((await wireshark('install', '--system')).status, 0);
      deepEqual(filesBelow(system), ['svrlab']);
      await wireshark('uninstall');
      deepEqual(filesBelow(system), []);
    } finally {
      process.env.PATH = path;
    }
  });

  it('says so if there is no tshark to ask for the folders', async () => {
    const path = process.env.PATH;
    process.env.PATH = folder;
    try {
      const { status, err } = await wireshark('install');
      equal(status, 3);
      match(err, /tshark is not here.*--dir/);
    } finally {
      process.env.PATH = path;
    }
  });
});
