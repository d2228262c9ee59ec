import { describeCell, describeMeasured } from '../../lib/campaign/describe.ts';
import type { CampaignPlot } from '../../lib/campaign/plots.ts';
import { percentileNames, type CampaignResult, type CellResult } from '../../lib/campaign/result.ts';
import { escaped } from '../../lib/campaign/svg.ts';
import { counted } from '../units.ts';

const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";

/** The page about a campaign, in the style of the page about a run; it loads nothing. */
export function campaignPage(result: CampaignResult, plots: readonly CampaignPlot[], style: string): string {
  const { scenario, about, cells } = result;
  const sheets = [
    ...(cells.length > 1 ? [sheet('Cells', cellTable(result))] : []),
    ...(plots.length > 0
      ? [sheet('Plots', `<div class="facts">\n${plots.map(({ svg }) => svg).join('\n')}</div>`)]
      : []),
    ...(result.failed > 0 ? [sheet('First failures', failures(cells))] : []),
    ...cells.map((cell) => sheet(describeCell(cell.overrides) || 'Measures', measureTable(cell))),
  ];
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>${escaped(scenario)} - campaign - svrlab</title>
<style>${style}</style>
</head>
<body>
<header class="headline">
<div>
<h1>${escaped(scenario)}</h1>
<p class="teaches">${escaped(about)}</p>
${facts(result)}
</div>
<div class="side">${badge(result)}</div>
</header>
<main class="sheets">
${sheets.join('\n')}
</main>
</body>
</html>
`;
}

function facts({ seeds, fabric, version, vary, runs, planned }: CampaignResult): string {
  const all: [string, string][] = [
    ['seeds', `${seeds.first} to ${seeds.last}`],
    ['runs', runs < planned ? `${runs} of ${planned}` : String(runs)],
    ...vary.map(({ key, values }): [string, string] => [key, values.join(', ')]),
    ['fabric', fabric],
    ['svrlab', version],
  ];
  const rows = all.map(([name, value]) => `<div><dt>${escaped(name)}</dt><dd>${escaped(value)}</dd></div>`);
  return `<dl class="facts">${rows.join('')}</dl>`;
}

function badge({ runs, planned, failed }: CampaignResult): string {
  const partial = runs < planned ? '<span class="badge plain">partial</span>' : '';
  const verdict =
    failed > 0
      ? `<span class="badge bad">✗ ${failed} of ${counted(runs, 'run')} failed</span>`
      : `<span class="badge good">✓ ${counted(runs, 'run')} passed</span>`;
  return partial + (runs > 0 ? verdict : '');
}

const sheet = (title: string, content: string): string =>
  `<section class="sheet"><header><h2>${escaped(title)}</h2></header>\n${content}</section>`;

interface Cell {
  readonly text: string;
  readonly class?: string;
}

function table(titles: readonly Cell[], rows: readonly (readonly Cell[])[]): string {
  const element = (name: 'th' | 'td', cell: Cell): string =>
    `<${name}${cell.class ? ` class="${cell.class}"` : ''}>${escaped(cell.text)}</${name}>`;
  const head = titles.map((title) => element('th', title)).join('');
  const body = rows.map((row) => `<tr>${row.map((cell) => element('td', cell)).join('')}</tr>`).join('\n');
  return `<div class="scroll" tabindex="0"><table><thead><tr>${head}</tr></thead><tbody>\n${body}\n</tbody></table></div>`;
}

const number = (text: string, tone = ''): Cell => ({ text, class: `number ${tone}`.trim() });

function cellTable({ vary, cells }: CampaignResult): string {
  return table(
    [
      ...vary.map(({ key }) => ({ text: key })),
      ...['Runs', 'Passed', 'Failed', 'First failing seed'].map((text) => number(text)),
    ],
    cells.map(({ values, runs, passed, failed, firstFailure }) => [
      ...values.map((text) => ({ text })),
      number(String(runs)),
      number(String(passed)),
      number(String(failed), failed > 0 ? 'fails' : ''),
      number(firstFailure ? String(firstFailure.seed) : ''),
    ]),
  );
}

function measureTable({ measures, runs }: CellResult): string {
  return table(
    [{ text: 'Measure' }, ...percentileNames.map((text) => number(text)), number('Fails in')],
    measures.map(({ what, unit, percentiles, failed }) => [
      { text: what },
      ...percentileNames.map((name) => number(describeMeasured(percentiles[name], unit))),
      number(failed > 0 ? `${failed} of ${runs}` : '', 'fails'),
    ]),
  );
}

function failures(cells: readonly CellResult[]): string {
  const rows = cells.flatMap(({ overrides, firstFailure }) =>
    firstFailure
      ? [
          [
            { text: describeCell(overrides) },
            number(String(firstFailure.seed)),
            { text: firstFailure.why.join('; '), class: 'fails' },
            { text: firstFailure.command, class: 'mono' },
          ],
        ]
      : [],
  );
  return table([{ text: 'Cell' }, number('Seed'), { text: 'Why' }, { text: 'Again' }], rows);
}
