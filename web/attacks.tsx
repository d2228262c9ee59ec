import type { VNode } from 'preact';
import type { AttackSummary } from '../lib/lab/runner.ts';
import type { ReportAttacks } from '../lib/report/report.ts';
import { counted, formatTime, grouped } from './format.ts';

/** What attackers sent, whether anybody answered them, and whether a session of theirs stands. */
export function Attacks({ attacks, strangers }: ReportAttacks): VNode {
  return (
    <>
      <p class={strangers.length > 0 ? 'tone-fault' : 'tone-good'}>{describeStrangers(strangers)}</p>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of attacks">
        <table>
          <thead>
            <tr>
              <th>Attack</th>
              <th>Kind</th>
              <th>By</th>
              <th class="number">Seen</th>
              <th class="number">Sent</th>
              <th>Packets sent</th>
              <th class="number">Answers</th>
              <th>First answer</th>
            </tr>
          </thead>
          <tbody>
            {attacks.map((attack) => (
              <tr key={attack.name}>
                <td>{attack.name}</td>
                <td>{attack.kind}</td>
                <td>{attack.by}</td>
                <td class="number">{grouped(attack.seen)}</td>
                <td class="number">{grouped(attack.sent)}</td>
                <td>{describeSent(attack)}</td>
                <td class={`number ${attack.answers > 0 ? 'tone-fault' : ''}`}>{grouped(attack.answers)}</td>
                <td>{attack.firstAnswerAt === undefined ? '' : formatTime(attack.firstAnswerAt)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function describeStrangers(strangers: ReportAttacks['strangers']): string {
  if (strangers.length === 0) return '✓ No session stands at the end that is not of the lab’s own traffic.';
  const where = strangers.map(({ node, sessions }) => `${counted(sessions, 'session')} at ${node}`).join(', ');
  return `✗ Not of the lab’s own traffic, and standing at the end: ${where}.`;
}

const describeSent = ({ sentByKind }: AttackSummary): string =>
  Object.entries(sentByKind)
    .map(([kind, count]) => `${kind} ${grouped(count)}`)
    .join(', ');
