import type { VNode } from 'preact';
import type { ReportSession } from '../lib/report/report.ts';
import { formatTime } from './format.ts';

interface SessionsProps {
  readonly sessions: readonly ReportSession[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string) => void;
}

/** Rows that are shown; the rest is counted. */
const ROWS_MAX = 500;

/** Every session of the run; a click shows its packets. */
export function Sessions({ sessions, chosen, onChoose }: SessionsProps): VNode {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of sessions" style={{ maxHeight: '260px' }}>
      <table>
        <thead>
          <tr>
            <th>Session</th>
            <th>Service</th>
            <th>Tenant</th>
            <th>Between</th>
            <th>Set up</th>
            <th>What became of it</th>
            <th>Known at the end by</th>
          </tr>
        </thead>
        <tbody>
          {sessions.slice(0, ROWS_MAX).map((session) => (
            <tr class={session.id === chosen ? 'chosen' : ''} key={session.id}>
              <td>
                <button class="link mono" aria-pressed={session.id === chosen} onClick={() => onChoose(session.id)}>
                  {session.id}
                </button>
              </td>
              <td>{session.service}</td>
              <td>{session.tenant}</td>
              <td class="mono">
                {session.source !== '' && `${session.source} → ${session.destination} ${session.protocol}`}
              </td>
              <td>
                <time>{formatTime(session.begun)}</time>
              </td>
              <td>{fate(session)}</td>
              <td>{session.knownBy.join(', ') || <span class="quiet">nobody</span>}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {sessions.length > ROWS_MAX && <p class="quiet">and {sessions.length - ROWS_MAX} more</p>}
    </div>
  );
}

function fate({ losses, returns }: ReportSession): VNode {
  if (losses.length === 0 && returns.length === 0) return <span class="quiet">nothing</span>;
  return (
    <>
      {losses.length > 0 && <span class="tone-bad">lost at {formatTime(losses[0])}</span>}
      {losses.length > 0 && returns.length > 0 && ', '}
      {returns.length > 0 && <span class="tone-good">back at {formatTime(returns[returns.length - 1])}</span>}
    </>
  );
}
