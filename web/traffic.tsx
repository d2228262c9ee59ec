import type { VNode } from 'preact';
import type { TrafficSummary } from '../lib/lab/runner.ts';
import { formatValue, grouped } from './format.ts';

/** What hosts did, and what became of it. */
export function TrafficTable({ traffic }: { traffic: readonly TrafficSummary[] }): VNode | null {
  if (traffic.length === 0) return null;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of traffic" style={{ marginTop: '12px' }}>
      <table>
        <thead>
          <tr>
            <th>Traffic</th>
            <th>Kind</th>
            <th>Between</th>
            <th class="number">Sent</th>
            <th class="number">Received</th>
            <th class="number">Lost</th>
            <th class="number">Round trip</th>
          </tr>
        </thead>
        <tbody>
          {traffic.map(({ name, kind, from, to, sent, received, lost, roundTrip, transfer }) => (
            <tr key={name}>
              <td>{name}</td>
              <td>{kind}</td>
              <td>
                {from} → {to}
              </td>
              <td class="number">{grouped(sent)}</td>
              <td class="number">{transfer ? `${grouped(transfer.bytes)} B` : grouped(received)}</td>
              <td class={`number ${lost > 0 ? 'fails' : ''}`}>{grouped(lost)}</td>
              <td class="number">{roundTrip === null ? '' : formatValue(roundTrip, 'us')}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
