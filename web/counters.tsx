import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import { grouped } from './format.ts';

type Counters = Readonly<Record<string, readonly (readonly [path: string, value: number])[]>>;

/** Counters that moved: a row for each, a column for each node. */
export function CounterTable({ counters }: { counters: Counters }): VNode {
  const [wanted, setWanted] = useState('');
  const nodes = Object.keys(counters).filter((node) => counters[node].length > 0);
  const values = new Map(nodes.map((node) => [node, new Map(counters[node])]));
  const words = wanted.toLowerCase().split(/\s+/);
  const paths = [...new Set(nodes.flatMap((node) => counters[node].map(([path]) => path)))].filter((path) =>
    words.every((word) => path.toLowerCase().includes(word)),
  );
  return (
    <>
      <div class="bar-of-controls" style={{ marginBottom: '8px' }}>
        <label>
          <span class="quiet">Find </span>
          <input
            type="search"
            value={wanted}
            placeholder="metadata"
            onInput={({ currentTarget }) => setWanted(currentTarget.value)}
          />
        </label>
      </div>
      <div class="scroll" tabIndex={0} role="region" aria-label="Table of counters">
        <table>
          <thead>
            <tr>
              <th>Counter</th>
              {nodes.map((node) => (
                <th class="number" key={node}>
                  {node}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {paths.map((path) => (
              <tr key={path}>
                <td class="mono">{path}</td>
                {nodes.map((node) => {
                  const value = values.get(node)?.get(path);
                  return (
                    <td class="number" key={node}>
                      {value === undefined ? '' : grouped(value)}
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}
