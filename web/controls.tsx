import type { VNode } from 'preact';
import { useState } from 'preact/hooks';
import type { LiveAction, LiveAnswer } from '../lib/report/live.ts';
import type { Report } from '../lib/report/report.ts';
import { Sheet } from './sheet.tsx';

/** What can be done to a lab that is up. */
export function Controls({ report, isConnected }: { report: Report; isConnected: boolean }): VNode {
  const [told, setTold] = useState('');
  const [timeout, setTimeoutSeconds] = useState('');
  const { nodes, links } = report.topology;
  const cut = new Set(
    report.faults.flatMap(({ what, target, end }) =>
      what === `cut ${target}` && end >= report.about.duration ? [target] : [],
    ),
  );
  const act = async (action: LiveAction, done: string): Promise<void> => setTold((await send(action)) ?? done);
  return (
    <Sheet id="controls" title="What to do to it" width="narrow">
      <h3>Routers</h3>
      <div class="bar-of-controls">
        {nodes
          .filter(({ kind }) => kind === 'router')
          .map(({ name }) => (
            <button
              onClick={() => void act({ kind: 'forget-sessions', node: name }, `${name} has forgotten its sessions.`)}
              key={name}
            >
              Forget the sessions of {name}
            </button>
          ))}
      </div>
      <h3>Links</h3>
      <div class="bar-of-controls">
        {links.map(({ name }) => {
          const kind = cut.has(name) ? 'heal' : 'cut';
          return (
            <button
              aria-pressed={kind === 'heal'}
              onClick={() =>
                void act({ kind, link: name }, kind === 'cut' ? `${name} is cut.` : `${name} is whole again.`)
              }
              key={name}
            >
              {kind === 'cut' ? 'Cut' : 'Heal'} {name}
            </button>
          );
        })}
      </div>
      <h3>Session recovery detection</h3>
      <form
        class="bar-of-controls"
        onSubmit={(event) => {
          event.preventDefault();
          void act(
            { kind: 'inactivity-timeout', seconds: Number(timeout) },
            `The inactivity-timeout is ${timeout} s from now on.`,
          );
        }}
      >
        <label>
          inactivity-timeout, in seconds{' '}
          <input
            type="number"
            min="1"
            required
            value={timeout}
            style={{ width: '84px' }}
            onInput={({ currentTarget }) => setTimeoutSeconds(currentTarget.value)}
          />
        </label>
        <button type="submit">Commit</button>
      </form>
      <p role="status" class="told">
        {isConnected ? told : 'The server does not answer; what is shown is the last that it said.'}
      </p>
      {isConnected && report.silent.length > 0 && (
        <p role="status" class="fails">
          {report.silent.join(' and ')} {report.silent.length === 1 ? 'does' : 'do'} not answer; what is shown of{' '}
          {report.silent.length === 1 ? 'it' : 'them'} is the last that came.
        </p>
      )}
    </Sheet>
  );
}

/** What is wrong, or nothing. */
async function send(action: LiveAction): Promise<string | undefined> {
  try {
    const answer = await fetch('do', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(action),
    });
    return ((await answer.json()) as LiveAnswer).problem;
  } catch {
    return 'The server does not answer.';
  }
}
