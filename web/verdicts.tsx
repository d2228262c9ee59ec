import type { VNode } from 'preact';
import type { Evidence, JudgedVerdict } from '../lib/report/report.ts';
import { formatTime } from './format.ts';

interface VerdictsProps {
  readonly verdicts: readonly JudgedVerdict[];
  /** Asks to be shown it. */
  readonly onEvidence: (evidence: Evidence) => void;
}

/** What was expected, what was measured, and the events and packets that decided it. */
export function Verdicts({ verdicts, onEvidence }: VerdictsProps): VNode {
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label="Table of verdicts">
      <table>
        <thead>
          <tr>
            <th>Verdict</th>
            <th>Expectation</th>
            <th>Measured</th>
          </tr>
        </thead>
        <tbody>
          {verdicts.map(({ text, held, measured, decidedBy, evidence }) => (
            <tr key={text}>
              <td class={held ? 'holds' : 'fails'}>{held ? '✓ holds' : '✗ fails'}</td>
              <td>
                {text}
                {decidedBy !== undefined && <div class="quiet">{decidedBy}</div>}
                {evidence.length > 0 && (
                  <ul class="evidence">
                    {evidence.map((one) => (
                      <li key={`${one.time} ${one.text}`}>
                        <button class="link" onClick={() => onEvidence(one)}>
                          <time>{formatTime(one.time)}</time> {one.text}
                          {one.packet !== undefined && `, packet ${one.packet}`}
                        </button>
                      </li>
                    ))}
                  </ul>
                )}
              </td>
              <td>{measured}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
