import type { Violation } from '../lib/lab/invariants/violation.ts';
import type { Verdict } from '../lib/lab/measure.ts';
import type { AttackSummary, Recovery, RunResult, TrafficSummary } from '../lib/lab/runner.ts';
import { formatStory, type Story } from './story.ts';
import { formatTable } from './table.ts';
import type { Paint } from './terminal.ts';
import { counted, formatDuration } from './units.ts';

/** What stands around the result of a run: how long it took on the clock on the wall, its files, and how to repeat it. */
export interface RunSurroundings {
  readonly tookMs: number;
  readonly folder: string;
  readonly files: readonly string[];
  readonly command: string;
}

/** A run told to a person: what happened, what became of the traffic, and whether what was expected holds. */
export function formatReport(result: RunResult, story: Story, around: RunSurroundings, paint: Paint): string {
  const { scenario, about, fabric, seed, duration } = result;
  const time = fabric === 'sim' ? 'virtual time' : 'real time';
  const parts = [
    `${paint('heading', scenario)}: ${about}\n` +
      `fabric ${fabric}, seed ${seed}, ${formatDuration(duration)} of ${time} in ${(around.tookMs / 1000).toFixed(1)} s`,
    `${paint('heading', 'What happened')}\n${story.lines.length > 0 ? formatStory(story, paint) : '  nothing worth telling'}`,
    formatTraffic(result.traffic),
    formatRecoveries(result.traffic),
    formatAttacks(result.attacks),
    formatVerdicts(result.verdicts, paint),
    formatViolations(result.violations, paint),
    formatNeverCame(result, paint),
    `${formatSummary(result, paint)}\n` +
      `  files:  ${around.files.join(', ')} in ${around.folder}\n` +
      `  again:  ${around.command}`,
  ];
  return `${parts.filter((part) => part !== '').join('\n\n')}\n`;
}

function formatTraffic(traffic: readonly TrafficSummary[]): string {
  return formatTable<TrafficSummary>(
    [
      { title: 'Traffic', of: (row) => row.name },
      { title: 'Kind', of: (row) => row.kind },
      { title: 'From', of: (row) => row.from },
      { title: 'To', of: (row) => row.to },
      { title: 'Sent', of: (row) => row.sent },
      { title: 'Received', of: (row) => row.received },
      { title: 'Lost', of: (row) => row.lost },
      { title: 'Unexpected', of: (row) => row.unexpected },
      { title: 'Round Trip', of: (row) => (row.roundTrip === null ? '--' : formatDuration(row.roundTrip)) },
      ...(traffic.some(({ transfer }) => transfer) ? [{ title: 'Transfer', of: describeTransfer }] : []),
    ],
    traffic,
  );
}

function describeTransfer({ transfer }: TrafficSummary): string {
  if (!transfer) return '--';
  const how = transfer.finished ? (transfer.checksumEqual ? 'checksum equal' : 'checksum differs') : 'not finished';
  return `${counted(transfer.bytes, 'byte')}, ${how}`;
}

/** How soon after each step of the timeline the traffic was answered; empty if there is nothing to tell. */
function formatRecoveries(traffic: readonly TrafficSummary[]): string {
  const rows = traffic
    .filter(({ roundTrip }) => roundTrip !== null)
    .flatMap(({ name, recoveries }) => recoveries.map((recovery) => ({ name, ...recovery })));
  if (rows.length === 0) return '';
  return formatTable<Recovery & { readonly name: string }>(
    [
      { title: 'After', of: (row) => `${formatDuration(row.at)} ${row.after}` },
      { title: 'Traffic', of: (row) => row.name },
      {
        title: 'First Answer',
        of: (row) => (row.took === null ? 'never' : `${formatDuration(row.took)} after sending`),
      },
    ],
    rows,
  );
}

function formatAttacks(attacks: readonly AttackSummary[]): string {
  if (attacks.length === 0) return '';
  return formatTable<AttackSummary>(
    [
      { title: 'Attack', of: (row) => row.name },
      { title: 'Kind', of: (row) => row.kind },
      { title: 'By', of: (row) => row.by },
      { title: 'Seen', of: (row) => row.seen },
      { title: 'Sent', of: (row) => row.sent },
      { title: 'Answers', of: (row) => row.answers },
      {
        title: 'First Answer',
        of: (row) => (row.firstAnswerAt === undefined ? 'never' : `at ${formatDuration(row.firstAnswerAt)}`),
      },
    ],
    attacks,
  );
}

function formatVerdicts(verdicts: readonly Verdict[], paint: Paint): string {
  if (verdicts.length === 0) return '';
  const areDecided = verdicts.some(({ deciders }) => deciders);
  return formatTable<Verdict>(
    [
      { title: 'Expectation', of: (row) => row.text },
      { title: 'Measured', of: (row) => row.measured },
      ...(areDecided ? [{ title: 'Decided By', of: (row: Verdict) => (row.deciders && row.decidedBy) ?? '' }] : []),
      { title: 'Verdict', of: (row) => (row.held ? paint('good', 'holds') : paint('bad', 'FAILS')) },
    ],
    verdicts,
  );
}

/** What must hold in every lab, and did not. */
function formatViolations(violations: readonly Violation[], paint: Paint): string {
  if (violations.length === 0) return '';
  return formatTable<Violation>(
    [
      { title: 'Broken', of: ({ invariant }) => paint('bad', invariant) },
      { title: 'At', of: ({ time }) => formatDuration(time) },
      { title: 'Node', of: ({ node }) => node },
      { title: 'What', of: ({ what }) => what },
    ],
    violations,
  );
}

/** What the timeline waited for in vain: its steps were not done. */
const formatNeverCame = ({ neverCame = [] }: RunResult, paint: Paint): string =>
  neverCame.map((event) => paint('bad', `Never came, and what waits for it was not done: ${event}`)).join('\n');

function formatSummary({ verdicts, violations }: RunResult, paint: Paint): string {
  const ofExpectations = summarizeVerdicts(verdicts, paint);
  if (violations.length === 0) return ofExpectations;
  return `${paint('bad', 'What must hold in every lab was broken.')}\n${ofExpectations}`;
}

function summarizeVerdicts(verdicts: readonly Verdict[], paint: Paint): string {
  const total = verdicts.length;
  const failed = verdicts.filter(({ held }) => !held);
  if (total === 0) return 'Nothing was expected of this run.';
  if (failed.length === 0)
    return paint('good', total === 1 ? 'The expectation holds.' : `All ${total} expectations hold.`);
  const reasons = failed.flatMap(({ text, decidedBy }) => (decidedBy ? [`  ${text}: ${decidedBy}`] : []));
  const verb = failed.length === 1 ? 'fails' : 'fail';
  return [paint('bad', `${failed.length} of ${counted(total, 'expectation')} ${verb}.`), ...reasons].join('\n');
}
