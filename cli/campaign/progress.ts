import { formatDuration } from '../units.ts';

export interface CampaignProgress {
  readonly runs: number;
  readonly total: number;
  readonly failed: number;
  /** What hinders it; empty when nothing does. */
  readonly note: string;
}

const BAR_WIDTH = 20;

/** How far a campaign is, how fast, and how long it takes at this pace; at most `width` columns. */
export function formatCampaignProgress(progress: CampaignProgress, tookMs: number, width: number): string {
  const { runs, total, failed, note } = progress;
  const share = total > 0 ? runs / total : 1;
  const bar = '#'.repeat(Math.round(share * BAR_WIDTH)).padEnd(BAR_WIDTH);
  const leftMs = runs > 0 ? (tookMs * (total - runs)) / runs : 0;
  const parts = [
    `[${bar}] ${runs} of ${total} runs`,
    ...(failed > 0 ? [`${failed} failed`] : []),
    ...(runs > 0 ? [`${formatRate(runs, tookMs)}`, `${formatLeft(leftMs)} to go`] : []),
    ...(note === '' ? [] : [note]),
  ];
  return parts.join('  ').slice(0, width);
}

/** '130 runs/s'. */
export const formatRate = (runs: number, tookMs: number): string =>
  `${Number(((1_000 * runs) / Math.max(1, tookMs)).toPrecision(3))} runs/s`;

/** Whole seconds, or minutes and seconds. */
function formatLeft(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  return seconds < 120 ? formatDuration(seconds * 1_000_000) : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
