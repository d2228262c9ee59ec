import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { CampaignResult } from '../../lib/campaign/result.ts';
import { svrlab } from '../support/svrlab.ts';

describe('svrlab campaign', function () {
  this.timeout(60_000);
  let folder = '';
  before(() => (folder = mkdtempSync(join(tmpdir(), 'svrlab-campaign-'))));
  after(() => rmSync(folder, { recursive: true }));

  const files = (name: string): Record<string, string> =>
    Object.fromEntries(
      readdirSync(join(folder, name))
        .sort()
        .map((file) => [file, readFileSync(join(folder, name, file), 'utf8')]),
    );

  it('comes to the same, byte for byte, with one worker and with three, and shows cells that fail', async () => {
    const line = 'campaign session-recovery --seeds 5..9 --vary inactivity-timeout=2,5 --vary wan.loss=0%,5%';
    const one = await svrlab(`${line} --jobs 1 --out ${folder}/one`);
    const three = await svrlab(`${line} --jobs 3 --out ${folder}/three`);
    deepEqual([one.status, three.status], [1, 1]);
    deepEqual(files('three'), files('one'));
    equal(three.out.replaceAll(`${folder}/three`, `${folder}/one`), one.out);

    const result = JSON.parse(files('one')['campaign.json']) as CampaignResult;
    deepEqual(
      result.cells.map(({ runs, failed }) => [runs, failed > 0]),
      [
        [5, false],
        [5, true],
        [5, true],
        [5, true],
      ],
    );
    equal(files('one')['campaign.csv'].trimEnd().split('\n').length, 1 + 4 * 5);
    match(one.err, /^20 runs in .*, .* runs\/s$/m);
    ok(Object.keys(files('one')).includes('campaign.html'));
    ok(Object.keys(files('one')).some((name) => name.endsWith('.svg')));

    const again = result.cells[3].firstFailure?.command ?? '';
    match(
      again,
      /^\.\/svrlab run .*session-recovery\.yaml --fabric sim --seed \d+ --set inactivity-timeout=5 --set wan\.loss=5%$/,
    );
    const run = await svrlab(`${again.replace('./svrlab ', '')} --out ${folder}/again --no-capture`);
    equal(run.status, 1);
    const { why } = result.cells[3].firstFailure ?? { why: [] };
    for (const text of why) ok(run.out.includes(text), text);
  });

  it('succeeds when every run passes, and prints campaign.json when asked', async () => {
    const { status, out } = await svrlab(
      `campaign session-recovery --seeds 1..6 --jobs 2 --json --out ${folder}/good --csv ${folder}/rows/good.csv`,
    );
    equal(status, 0);
    equal(out, readFileSync(join(folder, 'good', 'campaign.json'), 'utf8'));
    equal((JSON.parse(out) as CampaignResult).passed, 6);
    equal(readFileSync(join(folder, 'rows', 'good.csv'), 'utf8').split('\n').length, 8);
  });

  it('writes for a build server what fails where, and with which command it fails again', async () => {
    const { status } = await svrlab(
      `campaign session-recovery --seeds 5..7 --vary wan.loss=0%,5% --out ${folder}/built --junit ${folder}/built.xml`,
    );
    equal(status, 1);
    const xml = readFileSync(join(folder, 'built.xml'), 'utf8');
    const { cells } = JSON.parse(files('built')['campaign.json']) as CampaignResult;
    const failing = [...xml.matchAll(/<testcase name="([^"]*)"[^>]*[^/]>\n +<failure/g)].map(([, name]) => name);
    deepEqual(failing.toSorted(), cells[1].failures.map(({ what }) => what).toSorted());
    deepEqual([cells[0].failures.length, failing.length > 0], [0, true]);
    equal(
      xml.match(/<testcase /g)?.length,
      2 * (cells[0].measures.filter(({ what }) => !/^recovery .* after|^lost of \S+$/.test(what)).length + 2),
    );
    match(xml, /\.\/svrlab run .*session-recovery\.yaml --fabric sim --seed 5 --set wan\.loss=5%/);
  });

  const mistakes: readonly [words: readonly string[], message: RegExp][] = [
    [['--seeds', '9..3'], /3 comes before 9/],
    [['--seeds', 'many'], /two whole numbers such as 1\.\.10000/],
    [['--seeds', '1', '--vary', 'wan.loss'], /write KEY=VALUE,VALUE/],
    [['--seeds', '1', '--vary', 'wan.loss=1%,1%'], /the value '1%' stands there twice/],
    [['--seeds', '1', '--vary', 'wan.loss=1%', '--vary', 'wan.loss=2%'], /'wan.loss' is varied twice/],
    [['--seeds', '1', '--vary', 'wan.los=1%'], /a link has no 'los'\n.*\n.*did you mean 'loss'/],
    [['--seeds', '1', '--vary', 'inactivity-timeout=2,40'], /a whole number of seconds from 1 to 30, not '40'/],
    [['--seeds', '1', '--jobs', '0'], /whole number from 1 to 256/],
    [['--seeds', '1', '--fabric', 'netns'], /Allowed choices are sim/],
    [['--seeds', '1', '--out', '/dev/null/there'], /cannot write there/],
    [['--seeds', '1', '--junit', '/dev/null/there.xml'], /cannot write '\/dev\/null\/there.xml'/],
  ];
  for (const [words, message] of mistakes)
    it(`refuses ${words.slice(-2).join(' ')} before anything runs`, async () => {
      const { status, out, err } = await svrlab(['campaign', 'session-recovery', '--out', `${folder}/bad`, ...words]);
      equal(status, 2);
      equal(out, '');
      match(err, message);
    });
});
