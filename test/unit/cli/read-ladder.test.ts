import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { escapeXml } from '../../../cli/read/ladder/svg.ts';
import { isUnicode } from '../../../cli/terminal.ts';
import { formatLadder } from '../../../cli/read/ladder/text.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { laddersOf } from '../../support/ladders.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { svrlab, type Ran } from '../../support/svrlab.ts';
import { xmlFault } from '../../support/xml.ts';

const main = join(import.meta.dirname, '..', '..', '..', 'cli', 'main.js');

describe('svrlab read --ladder', () => {
  let folder: string;
  let recovery: string;
  let failover: string;

  /** Leaves a folder as a run does; the capture's path. */
  async function record(name: string): Promise<string> {
    const { capture, events } = await recordRun(loadScenario(`scenarios/${name}.yaml`), 1);
    mkdirSync(join(folder, name));
    const path = join(folder, name, 'capture.pcapng');
    writeFileSync(path, capture);
    writeFileSync(join(folder, name, 'events.ndjson'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
    return path;
  }

  before(async function () {
    this.timeout(20_000);
    folder = mkdtempSync(join(tmpdir(), 'svrlab-ladder-'));
    recovery = await record('session-recovery');
    failover = await record('path-failover');
  });

  after(() => rmSync(folder, { recursive: true }));

  const read = async (...words: string[]): Promise<Ran> => svrlab(['read', ...words]);

  it('shows how a session was lost and came back', async () => {
    const { status, out, err } = await read(recovery, '--ladder');
    equal(status, 0);
    equal(err, '');
    const lines = out.split('\n');
    match(lines[0], /^Session 0b11dd0e-c541-4c07-802a-fe487f65a871, questions, 10\.1\.0\.10:\d+ to 10\.2\.0\.10:7000$/);
    match(lines[2], /^ +client +spoke +hub +server$/);
    const told = [
      /1\.002 s {2}#\d+ +\|-+ 64 B -+>\|-+ metadata, 64 B -+>\|-+ 64 B -+>\|$/,
      /becomes 172\.16\.0\.1:\d+ > 172\.16\.0\.2:\d+/,
      /1\.023 s .* \* sets up the session/,
      /1\.026 s .*\|<-+ 64 B -+\|<-+ metadata, 64 B -+\|<-+ 64 B -+\|$/,
      /1\.047 s .* \* metadata off/,
      /1\.060 s .*\|-+\+-+ 64 B -+\+-+>\|$/,
      /\.\. 29 packets like these, 14 forward and 15 back, until 1\.982 s/,
      /nothing for 2 s/,
      /^4\.000 s {2}=== hub loses its memory: every session is gone, and nobody is told =+$/,
      /4\.000 s .* \* ends the session \(forgotten\)/,
      /nothing for 2 s/,
      /6\.000 s .*\|-+ 64 B -+>\|-+ health check, 64 B -+x\| unknown-waypoint answered$/,
      /6\.021 s .*\|<-+ enable-metadata -+\|/,
      /6\.041 s .* \* metadata on \(enable-metadata\)/,
      /6\.060 s .*-+>\|-+ metadata, 64 B -+>\|-+/,
      /6\.081 s .* \* has the session back/,
      /6\.103 s .* \* metadata off/,
      /81 packets like these/,
    ];
    let at = 0;
    for (const pattern of told) {
      const found = lines.findIndex((line, i) => i >= at && pattern.test(line));
      ok(found >= 0, `${pattern} in what follows line ${at} of\n${out}`);
      at = found + 1;
    }
  });

  it('draws a packet as one arrow where nothing happens to it, also if its trailer is not told from payload', async () => {
    const { out } = await read(await record('tcp-survives-restart'), '--ladder');
    match(out, /^1\.088 s {2}#9 +\|-+\+-+ TCP \[\.\] -+\+-+>\|$/m);
  });

  it('leaves no packet out with --all', async () => {
    const { out } = await read(recovery, '--ladder', '--all');
    equal(out.match(/ like (these|this)/), null);
    equal(new Set(out.match(/#\d+/g)).size, 61 + 60 + 1);
  });

  it('chooses the session with most to see, and says how to choose another', async () => {
    const { out } = await read(failover, '--ladder');
    match(out, /^Session 11dd0ec5-/);
    match(out, /\nthe first of 2 sessions that moved; --session ID draws another, --sessions lists them\n/);
    match(
      (await read(failover, '--ladder', '--width', '60')).out,
      /\nthe first of 2 sessions that moved; --session ID\n/,
    );
    match((await read(failover, '--ladder', '-Y', 'tcp')).out, /^Session 8ab08833-e9da-4ae4-964e-dec83c24962c, web/);
  });

  it('takes the beginning of an id, and offers the nearest for one that is not there', async () => {
    const { out } = await read(failover, '--ladder', '--session', '8AB');
    match(out, /^Session 8ab08833-e9da-4ae4-964e-dec83c24962c, web, .*\n\n/);
    const near = await read(failover, '--ladder', '--session', '8ab08834');
    deepEqual([near.status, near.out], [2, '']);
    match(near.err, /there is no session '8ab08834'; did you mean '8ab08833'\?/);
    const far = await read(failover, '--ladder', '--session', 'spoke');
    match(far.err, /there is no session 'spoke'; one of 11dd0ec5, 8ab08833/);
    const both = await read(failover, '--ladder', '--session', '');
    match(both.err, /'' begins 2 sessions: 11dd0ec5-/);
  });

  it('refuses what makes no sense', async () => {
    for (const [words, pattern] of [
      [['--session', '8ab'], /--session is for ladders: add --ladder/],
      [['--svg', 'x.svg'], /--svg is for ladders: add --ladder/],
      [['--ladder', '--session', '8ab', '-Y', 'tcp'], /cannot be used with/],
      [['--ladder', '--sessions'], /cannot be used with/],
      [['--ladder', '-c', '3'], /cannot be used with/],
      [['--ladder', '--width', '20'], /from 40 to 9999/],
      [['--ladder', '-Y', 'bfd'], /no session has a packet for which the filter holds/],
      [['--ladder', '--svg', join(folder, 'none', 'x.svg')], /cannot write/],
    ] as const) {
      const { status, err } = await read(failover, ...words);
      deepEqual([words, status], [words, 2]);
      match(err, pattern);
    }
  });

  it('draws a picture of which every element is closed, and every text is escaped', async () => {
    const path = join(folder, 'ladder.svg');
    const { status, out, err } = await read(recovery, '--ladder', '--svg', path);
    deepEqual([status, out], [0, '']);
    match(err, /the ladder of session 0b11dd0e-.* is in .*ladder\.svg/);
    const svg = readFileSync(path, 'utf8');
    equal(xmlFault(svg), undefined);
    match(svg, /<g class="arrow health-check lost"><title>#99 spoke:wan to hub:wan: health check, 64 B/);
    match(svg, />hub drops it: emulator unknown-waypoint answered<\/text>/);
    match(svg, /172\.16\.0\.1:\d+ &gt; 172\.16\.0\.2:\d+/);
    match(svg, /prefers-color-scheme: dark/);
    equal(escapeXml('<a b="&\u0001">'), '&lt;a b=&quot;&amp; &quot;&gt;');
  });

  it('gives the model as JSON', async () => {
    const { out } = await read(recovery, '--ladder', '--json');
    const ladder = JSON.parse(out) as { columns: string[]; rows: { is: string }[] };
    deepEqual(ladder.columns, ['client', 'spoke', 'hub', 'server']);
    equal(ladder.rows.filter(({ is }) => is === 'mark').length, 1);
  });

  it('draws what it can of a pipe, and of a capture without the events of its run', async () => {
    const { out, err } = await read(recovery.replace('session-recovery', 'alone'), '--ladder');
    deepEqual([out, /there is no such file/.test(err)], ['', true]);
    const piped = spawnSync(process.execPath, [main, 'read', '-', '--ladder'], {
      input: readFileSync(recovery),
      encoding: 'utf8',
    });
    equal(piped.status, 0);
    match(piped.stdout, /^Session 0b11dd0e/);
    match(piped.stdout, / health check, 64 B -+x\|/);
    equal(/===/.test(piped.stdout), false);
  });

  it('shows no faults of another run', async () => {
    mkdirSync(join(folder, 'mixed'));
    const path = join(folder, 'mixed', 'capture.pcapng');
    writeFileSync(path, readFileSync(recovery));
    const other = readFileSync(join(folder, 'path-failover', 'events.ndjson'), 'utf8');
    writeFileSync(join(folder, 'mixed', 'events.ndjson'), `${other}{"time":1`);
    const { status, out, err } = await read(path, '--ladder');
    deepEqual([status, out.includes('===')], [0, false]);
    match(err, /those of another run: no faults are shown/);
  });

  it('has boxes and arrows, and colours, where a terminal shows them', async () => {
    const [ladder] = await laddersOf('session-recovery');
    const paint = (tone: string, text: string): string => (tone === 'plain' ? text : `<${tone}>${text}</>`);
    const text = formatLadder(ladder, { width: 100, isUnicode: true, paint, all: false });
    match(text, /├───────── 64 B ─────────▶<good>├──── metadata, 64 B ────▶/);
    match(text, /<fault>4\.000 s<\/>.*<fault>━━━ hub loses its memory: /);
    match(text, /<bad>├── health check, 64 B ──✗<\/>/);
    equal(isUnicode({ isTTY: true }, { LANG: 'en_GB.UTF-8' }), true);
    equal(isUnicode({ isTTY: true }, { LANG: 'en_GB.UTF-8', LC_ALL: 'C' }), false);
    equal(isUnicode({ isTTY: true }, { LANG: 'C' }), false);
    equal(isUnicode({ isTTY: false }, { LANG: 'C.UTF-8' }), false);
  });

  it('leaves out outer nodes before arrows have no room for a word', async () => {
    const [ladder] = await laddersOf('nat-rebind');
    const text = formatLadder(ladder, { width: 50, isUnicode: false, paint: (_, text) => text, all: false });
    match(text, /^no room for server\n +client +spoke +nat +hub\n/);
    match(text, /\|-+ meta -+\+-+>\|/);
  });
});
