import type { VNode } from 'preact';
import type { FieldChange, Sighting } from '../lib/capture/journey.ts';
import { formatTime } from './format.ts';

interface PacketViewProps {
  readonly id: number;
  readonly sightings: readonly Sighting[];
  /** Microseconds to be added to the times of sightings. */
  readonly offset: number;
}

/** Everything about one packet, at every place where it was seen. */
export function PacketView({ id, sightings, offset }: PacketViewProps): VNode {
  const [first] = sightings;
  return (
    <div class="packet scroll" tabIndex={0} role="region" aria-label={`Packet ${id}`}>
      <h3>Packet {id}</h3>
      {first?.session !== undefined && (
        <p class="quiet">
          {first.sessionDirection} in {first.service ?? 'a session'}, seen at {sightings.length} places
        </p>
      )}
      <ol class="sightings">
        {sightings.map((sighting, i) => (
          <li key={i}>
            <SightingView sighting={sighting} offset={offset} isFirst={i === 0} />
          </li>
        ))}
      </ol>
    </div>
  );
}

interface SightingViewProps {
  readonly sighting: Sighting;
  readonly offset: number;
  readonly isFirst: boolean;
}

function SightingView({ sighting, offset, isFirst }: SightingViewProps): VNode {
  const { at, direction, summary, comments, changes, fields, secondsSinceFirst } = sighting;
  return (
    <>
      <div class="place">
        <strong>{at}</strong> {direction === 'out' ? 'leaves' : 'comes'}{' '}
        <time class="quiet">{formatTime(secondsSinceFirst * 1_000_000 + offset)}</time>
      </div>
      <div class="mono">
        {summary.from} → {summary.to}
      </div>
      <div>
        {summary.what} <span class="quiet">{summary.info}</span>
      </div>
      {comments.map((comment) => (
        <div class={`comment ${/^(packet-dropped|lost)/.test(comment) ? 'fails' : ''}`} key={comment}>
          {comment}
        </div>
      ))}
      {!isFirst && changes.length > 0 && (
        <details>
          <summary>{changes.length} fields changed</summary>
          <ChangeTable changes={changes} />
        </details>
      )}
      <details>
        <summary>{fields.size} fields</summary>
        <table>
          <tbody>
            {[...fields].map(([name, value]) => (
              <tr key={name}>
                <td class="mono">{name}</td>
                <td class="mono value">{value}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </>
  );
}

const ChangeTable = ({ changes }: { changes: readonly FieldChange[] }): VNode => (
  <table>
    <tbody>
      {changes.map(({ name, before, after }) => (
        <tr key={name}>
          <td class="mono">{name}</td>
          <td class="mono value">
            <del>{before}</del> {after !== '' && <ins>{after}</ins>}
          </td>
        </tr>
      ))}
    </tbody>
  </table>
);
