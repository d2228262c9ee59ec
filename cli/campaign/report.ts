import { describeCell, describeMeasured } from '../../lib/campaign/describe.ts';
import {
  isConstant,
  measureNames,
  percentileNames,
  tellingMeasures,
  type CampaignResult,
  type CellResult,
  type MeasureResult,
} from '../../lib/campaign/result.ts';
import { formatHeading, formatTable, type Column } from '../table.ts';
import type { Paint } from '../terminal.ts';
import { counted } from '../units.ts';

const ROUNDED = 'Some measure had more than 16,384 different values: its percentiles are rounded to three digits.';

/** All that is printed about a campaign. */
export function formatCampaign(result: CampaignResult, paint: Paint): string {
  const { scenario, about, seeds, cells } = result;
  const what = cells.length === 1 ? '' : `${cells.length} cells, each with `;
  return [
    `${scenario}: ${about}\n${what}seeds ${seeds.first} to ${seeds.last}, fabric sim`,
    ...(cells.length === 1
      ? [formatMeasures(cells[0], paint)]
      : [formatCells(result, paint), ...compared(result, paint)]),
    ...(hasRounded(result) ? [ROUNDED] : []),
    formatVerdict(result, paint),
  ].join('\n\n');
}

const percentileColumns = <Row>(of: (row: Row) => MeasureResult | undefined): Column<Row>[] =>
  percentileNames.map((name) => ({
    title: name,
    of: (row) => {
      const measure = of(row);
      return measure ? describeMeasured(measure.percentiles[name], measure.unit) : '';
    },
  }));

const failsIn = (measure: MeasureResult | undefined, paint: Paint): string =>
  measure && measure.failed > 0 ? paint('bad', `${measure.failed} of ${measure.runs}`) : '';

/** Every measure of the only cell. */
function formatMeasures({ measures }: CellResult, paint: Paint): string {
  return formatTable<MeasureResult>(
    [
      { title: 'Measure', of: ({ what }) => what },
      ...percentileColumns<MeasureResult>((measure) => measure),
      { title: 'Fails in', of: (measure) => failsIn(measure, paint) },
    ],
    measures,
  );
}

const variedColumns = ({ vary }: CampaignResult): Column<CellResult>[] =>
  vary.map(({ key }, i) => ({ title: key, of: ({ values }) => values[i] }));

function formatCells(result: CampaignResult, paint: Paint): string {
  return formatTable<CellResult>(
    [
      ...variedColumns(result),
      { title: 'Runs', of: ({ runs }) => runs },
      { title: 'Passed', of: ({ passed }) => passed },
      { title: 'Failed', of: ({ failed }) => (failed > 0 ? paint('bad', String(failed)) : '0') },
      { title: 'First Failing Seed', of: ({ firstFailure }) => (firstFailure ? String(firstFailure.seed) : '') },
    ],
    result.cells,
  );
}

/** A table for each measure that differs, cell by cell, and a line about those that do not. */
function compared(result: CampaignResult, paint: Paint): string[] {
  const telling = tellingMeasures(result);
  const tables = telling.map((name) => {
    const of = ({ measures }: CellResult): MeasureResult | undefined => measures.find(({ what }) => what === name);
    const columns: Column<CellResult>[] = [
      ...variedColumns(result),
      ...percentileColumns(of),
      { title: 'Fails in', of: (cell) => failsIn(of(cell), paint) },
    ];
    return `${formatHeading(name)}\n${formatTable(columns, result.cells)}`;
  });
  const same = measureNames(result).filter((name) => !telling.includes(name));
  if (same.length === 0) return tables;
  const values = same.map((name) => {
    const measure = result.cells.flatMap(({ measures }) => measures.filter(({ what }) => what === name))[0];
    return `  ${name}: ${describeMeasured(measure.percentiles.p0, measure.unit)}`;
  });
  return [...tables, `The same in every run:\n${values.join('\n')}`];
}

function formatVerdict({ planned, runs, failed, cells }: CampaignResult, paint: Paint): string {
  const partial = runs < planned ? paint('fault', `Partial: ${runs} of ${counted(planned, 'run')} were made.\n`) : '';
  if (runs === 0) return `${partial}Nothing is known yet.`;
  if (failed === 0) return `${partial}${paint('good', runs === 1 ? 'The run passed.' : `All ${runs} runs passed.`)}`;
  const first = cells.flatMap(({ firstFailure, overrides }) => {
    if (!firstFailure) return [];
    const { seed, why, command } = firstFailure;
    const place = overrides.length > 0 ? `${describeCell(overrides)}, seed ${seed}` : `seed ${seed}`;
    return [`  ${place}: ${why.join('; ')}\n    ${command}`];
  });
  const verdict = paint('bad', `${failed} of ${counted(runs, 'run')} failed.`);
  return `${partial}${verdict} The first${cells.length > 1 ? ' of each cell' : ''}:\n${first.join('\n')}`;
}

const hasRounded = ({ cells }: CampaignResult): boolean =>
  cells.some(({ measures }) => measures.some((measure) => !measure.exact && !isConstant(measure)));
