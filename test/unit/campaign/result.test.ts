import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { campaignPage } from '../../../cli/campaign/html.ts';
import { formatCampaignJunit } from '../../../cli/campaign/junit.ts';
import { formatCampaign } from '../../../cli/campaign/report.ts';
import { unpainted } from '../../../cli/terminal.ts';
import { cellsOf, type Variation } from '../../../lib/campaign/cells.ts';
import { CampaignCsv } from '../../../lib/campaign/csv.ts';
import { campaignPlots } from '../../../lib/campaign/plots.ts';
import { cellResult, type CampaignResult } from '../../../lib/campaign/result.ts';
import { brokenRow, rowOf, type RunRow } from '../../../lib/campaign/row.ts';
import { ticks } from '../../../lib/campaign/svg.ts';
import { Tally } from '../../../lib/campaign/tally.ts';
import type { RunResult } from '../../../lib/lab/runner.ts';
import { milliseconds } from '../../../lib/time.ts';
import { skip } from '../../support/skip.ts';
import { hasXmllint, junitSchema, schemaFault, xmlFault } from '../../support/xml.ts';

const timeouts: Variation = { key: 'inactivity-timeout', values: ['1', '5'] };
const losses: Variation = { key: 'wan.loss', values: ['0%', '5%'] };

const RECOVERY = 'recovery of questions after forget-sessions hub';

const row = (seed: number, recovery: number | null): RunRow => ({
  seed,
  passed: recovery !== null,
  failed: recovery === null ? ['answers <all> is 1'] : [],
  measures: [
    { what: 'answers <all> is 1', unit: 'count', value: recovery === null ? 0 : 1 },
    { what: 'sent of questions is 60', unit: 'count', value: 60 },
    { what: RECOVERY, unit: 'microseconds', value: recovery },
  ],
});

/** Ten seeds in each cell; in the last cell some questions are never answered. */
function campaign(vary: readonly Variation[], planned?: number): CampaignResult {
  const cells = cellsOf(vary);
  const results = cells.map((cell, c) => {
    const tally = new Tally();
    for (let seed = 1; seed <= 10; seed++)
      tally.add(row(seed, c === cells.length - 1 && seed > 7 ? null : 100_000 * (c + 1) + seed));
    return cellResult(cell, tally, ({ overrides }, seed) => `again ${seed} ${overrides.join(' ')}`.trim());
  });
  const sum = (of: (result: (typeof results)[number]) => number): number =>
    results.reduce((all, one) => all + of(one), 0);
  const runs = sum(({ runs }) => runs);
  return {
    ...{
      scenario: 'mine',
      about: 'what <it> teaches',
      fabric: 'sim',
      version: '1.2.3',
      seeds: { first: 1, last: 10 },
      vary,
    },
    ...{ planned: planned ?? runs, runs, passed: sum(({ passed }) => passed), failed: sum(({ failed }) => failed) },
    cells: results,
  };
}

describe('the result of a campaign', () => {
  it('has percentiles of every measure, the first failing seed and the command that runs it again', () => {
    const [, , , last] = campaign([timeouts, losses]).cells;
    deepEqual(last.overrides, ['inactivity-timeout=5', 'wan.loss=5%']);
    deepEqual(last.firstFailure, {
      seed: 8,
      why: ['answers <all> is 1'],
      command: 'again 8 inactivity-timeout=5 wan.loss=5%',
    });
    const { percentiles, curve, failed } = last.measures[2];
    deepEqual(percentiles, { p0: 400_001, p50: 400_005, p90: null, p99: null, max: null });
    deepEqual([curve.length, curve[0], curve[20]], [21, 400_001, null]);
    deepEqual([failed, last.measures[0].failed], [0, 3]);
    deepEqual(last.failures, [{ what: 'answers <all> is 1', runs: 3, seeds: [8, 9, 10] }]);
  });

  it('is told as a table for the only cell', () => {
    const text = formatCampaign(campaign([]), unpainted);
    match(text, /^ answers <all> is 1 +0 +1 +1 +1 +1 +3 of 10$/m);
    match(text, /^ recovery of questions after forget-sessions hub +100.001ms +100.005ms +never +never +never$/m);
    match(text, /3 of 10 runs failed. The first:\n {2}seed 8: answers <all> is 1\n {4}again 8$/);
  });

  it('is told measure by measure for several cells, and what is the same everywhere is told once', () => {
    const text = formatCampaign(campaign([timeouts, losses]), unpainted);
    match(text, /^4 cells, each with seeds 1 to 10, fabric sim$/m);
    match(text, /^ 5 +5% +10 +7 +3 +8$/m);
    match(text, /^ 1 +5% +200.001ms +200.005ms +200.009ms +200.01ms +200.01ms$/m);
    match(text, /^The same in every run:\n {2}sent of questions is 60: 60$/m);
  });

  it('says when it is partial', () => {
    match(formatCampaign(campaign([], 50), unpainted), /^Partial: 10 of 50 runs were made.$/m);
  });
});

describe('the row of a run', () => {
  const run = (texts: readonly string[], violations: RunResult['violations'] = []): RunResult => {
    const verdicts = texts.map(
      (text) => ({ text, held: true, measured: '', wanted: '', unit: 'count', value: 2 }) as const,
    );
    const recoveries = [
      { after: 'cut wan', at: 1, took: 5 },
      { after: 'cut wan', at: 2, took: null },
    ];
    const traffic = [{ name: 'pings', lost: 3, recoveries }];
    return { seed: 4, passed: true, verdicts, violations, traffic } as unknown as RunResult;
  };
  const names = (texts: readonly string[]): string[] => rowOf(run(texts)).measures.map(({ what }) => what);

  it('has expectations, losses and recoveries, and tells steps apart that are alike', () => {
    deepEqual(names(['sent of pings is 2']), [
      'sent of pings is 2',
      'lost of pings',
      'recovery of pings after cut wan',
      'recovery of pings after cut wan (2)',
    ]);
  });

  it('says that invariants were broken', () => {
    const violation = { invariant: 'delivery', time: milliseconds(5), node: 'hub', what: 'it came twice' } as const;
    deepEqual(rowOf(run(['sent of pings is 2'], [violation])).failed, ['invariants hold']);
    deepEqual(rowOf(run(['sent of pings is 2'])).failed, []);
  });

  it('does not tell losses twice', () => {
    equal(names(['lost of pings at most 2']).includes('lost of pings'), false);
    equal(names(['lost of pings since 4s at most 2']).includes('lost of pings'), true);
  });
});

describe('the rows of a campaign', () => {
  const written = (rows: readonly RunRow[]): string[] => {
    let text = '';
    const csv = new CampaignCsv([losses], (more) => (text += more));
    for (const one of rows) csv.row({ overrides: ['wan.loss=0%'], values: ['0%'] }, one);
    csv.end();
    return text.split('\n');
  };

  it('are one line each, with a column for every measure', () => {
    deepEqual(written([row(1, 100), row(2, null)]), [
      `wan.loss,seed,passed,failed,answers <all> is 1,sent of questions is 60,${RECOVERY},others`,
      '0%,1,true,,1,60,100,',
      '0%,2,false,answers <all> is 1,0,60,,',
      '',
    ]);
  });

  it('take their columns from the first run that measured anything, and lose nothing of another', () => {
    const other: RunRow = { ...row(3, 7), measures: [{ what: 'a, b', unit: 'count', value: 5 }] };
    deepEqual(written([brokenRow(1, 'time "stands" still'), row(2, 9), other]).slice(1), [
      '0%,1,false,"time ""stands"" still",,,,',
      '0%,2,true,,1,60,9,',
      '0%,3,true,,,,,"a, b=5"',
      '',
    ]);
    deepEqual(written([]), ['wan.loss,seed,passed,failed,others', '']);
  });
});

describe('what a build server learns of a campaign', () => {
  const expected = ['answers <all> is 1', 'sent of questions is 60', 'invariants hold'];
  const commandOf = ({ overrides }: { readonly overrides: readonly string[] }, seed: number): string =>
    `again ${seed} ${overrides.join(' ')}`;
  const xmlOf = (result: CampaignResult): string => formatCampaignJunit(result, { expected, commandOf, tookMs: 8_000 });
  const failuresIn = (xml: string): string[] => xml.match(/<failure[^>]*>[^<]*/g) ?? [];

  it('is a suite for each cell with a case for each expectation, and which seeds fail', () => {
    const xml = xmlOf(campaign([timeouts, losses]));
    deepEqual(
      xml.match(/<testsuite .*>/g)?.map((suite) => suite.match(/ name="[^"]*"|tests=.*/g)),
      [
        [' name="mine, inactivity-timeout 1, wan.loss 0%"', 'tests="4" failures="0" errors="0" time="2.000">'],
        [' name="mine, inactivity-timeout 1, wan.loss 5%"', 'tests="4" failures="0" errors="0" time="2.000">'],
        [' name="mine, inactivity-timeout 5, wan.loss 0%"', 'tests="4" failures="0" errors="0" time="2.000">'],
        [' name="mine, inactivity-timeout 5, wan.loss 5%"', 'tests="4" failures="1" errors="0" time="2.000">'],
      ],
    );
    const settings = 'inactivity-timeout=5 wan.loss=5%';
    deepEqual(failuresIn(xml), [
      '<failure message="fails in 3 of 10 runs: seed 8, 9, 10" type="expectation">' +
        [8, 9, 10].map((seed) => `again ${seed} ${settings}`).join('\n'),
    ]);
    match(
      xml,
      /<testcase name="answers &lt;all&gt; is 1" classname="mine, inactivity-timeout 5, wan.loss 5%" time="0">\n/,
    );
  });

  it('says which runs broke, and why the first of them did', () => {
    const tally = new Tally();
    for (let seed = 1; seed <= 12; seed++) tally.add(brokenRow(seed, `time stands still <${seed}>`));
    const cell = cellResult({ overrides: [], values: [] }, tally, () => '');
    const xml = xmlOf({ ...campaign([]), runs: 12, planned: 12, cells: [cell] });
    match(xml, /<testcase name="every run comes to a result" classname="mine" time="0">/);
    match(
      xml,
      /message="fails in 12 of 12 runs: seed 1, 2, .*, 10 and 2 more" type="expectation">time stands still &lt;1/,
    );
  });

  it('does not pass for a campaign that was ended early', () => {
    match(xmlOf(campaign([], 50)), /name="every run comes to a result".*>\n +<failure message="40 runs not made"/);
  });

  it("keeps to the schema of Ant's reports", function () {
    if (!hasXmllint()) skip(this, 'there is no xmllint');
    for (const vary of [[], [timeouts, losses]]) equal(schemaFault(xmlOf(campaign(vary)), junitSchema), undefined);
  });
});

describe('the plots of a campaign', () => {
  it('are small multiples on one scale: the first key to the right, a panel for each value of the second', () => {
    const [plot, ...others] = campaignPlots(campaign([timeouts, losses]));
    equal(plot.title, RECOVERY);
    deepEqual(
      others.map(({ title }) => title),
      ['answers <all> is 1'],
    );
    const texts = [...plot.svg.matchAll(/<text[^>]*>([^<]*)</g)].map(([, text]) => text);
    deepEqual(
      texts.filter((text) => text.startsWith('wan.loss')),
      ['wan.loss 0%', 'wan.loss 5%'],
    );
    equal(texts.filter((text) => text === 'never').length, 1);
    equal(plot.svg.match(/<circle/g)?.length, 4);
    const [low, high] = [...plot.svg.matchAll(/cy="([\d.]+)"/g)].map(([, y]) => Number(y));
    ok(low > high, 'a longer recovery stands higher');
  });

  it('are curves of shares when nothing is varied', () => {
    const [plot] = campaignPlots(campaign([]));
    match(plot.svg, /share of 10 runs that stay at or below/);
    equal(plot.svg.match(/<circle/g)?.length, 21);
  });

  it('are pictures that need nothing else', () => {
    for (const { svg } of campaignPlots(campaign([timeouts, losses]))) {
      equal(xmlFault(svg), undefined);
      equal(/(href|url|src)=|@import|url\(/.test(svg), false);
    }
  });

  it('have axes with round numbers', () => {
    deepEqual(ticks(0, 2_144_000, 4), [0, 1_000_000, 2_000_000, 3_000_000]);
    deepEqual(ticks(0, 1, 4), [0, 0.5, 1]);
    deepEqual(ticks(103_600, 104_366, 4), [103_600, 103_800, 104_000, 104_200, 104_400]);
    deepEqual(ticks(0, 0, 4).length, 2);
  });
});

describe('the page about a campaign', () => {
  const result = campaign([timeouts, losses]);
  const page = campaignPage(result, campaignPlots(result), 'body {}');

  it('shows cells, plots, first failures and every measure, and loads nothing', () => {
    match(page, /default-src 'none'/);
    equal(/<(script|img|link rel="stylesheet)|https?:\/\/(?!www\.w3\.org\/2000\/svg)/.test(page), false);
    for (const part of ['<h2>Cells</h2>', '<h2>Plots</h2>', '<h2>First failures</h2>', 'again 8 inactivity-timeout=5'])
      ok(page.includes(part), part);
  });

  it('takes texts as texts', () => {
    ok(page.includes('what &lt;it> teaches') && !page.includes('<it>'));
  });
});
