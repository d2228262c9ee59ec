import { LabError } from '../../lib/lab/fabric.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { LiveAction } from '../../lib/report/live.ts';
import type { LiveLab } from '../live-labs.ts';
import type { LabWatch } from './watch.ts';

/** What a page sends, checked against the lab; a LabError says what is wrong with it. */
export function readAction(body: unknown, { nodes, links }: Scenario): LiveAction {
  const asked = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const { kind, node, link, seconds } = asked;
  switch (kind) {
    case 'forget-sessions':
      if (nodes.some((known) => known.kind === 'router' && known.name === node)) return { kind, node: String(node) };
      throw new LabError(`there is no router '${String(node)}'`, 2);
    case 'cut':
    case 'heal':
      if (links.some(({ name }) => name === link)) return { kind, link: String(link) };
      throw new LabError(`there is no link '${String(link)}'`, 2);
    case 'inactivity-timeout':
      if (typeof seconds === 'number') return { kind, seconds };
      throw new LabError('an inactivity-timeout is a number of seconds', 2);
    default:
      throw new LabError(`'${String(kind)}' is nothing that this page does`, 2);
  }
}

/** Does it, and notes in the timeline what is a fault. */
export async function act(action: LiveAction, lab: LiveLab, watch: LabWatch): Promise<void> {
  switch (action.kind) {
    case 'forget-sessions':
      await lab.forgetSessions(action.node);
      watch.done(action);
      break;
    case 'cut':
    case 'heal':
      await lab.cut(action.link, action.kind === 'cut');
      watch.done({ ...action, direction: 'both' });
      break;
    case 'inactivity-timeout':
      await lab.configuration.edit((draft) => {
        const path = ['authority', 'session-recovery-detection', 'inactivity-timeout', String(action.seconds)];
        const problem = draft.set(path);
        if (problem !== undefined) throw new LabError(problem, 2);
      });
      await lab.configuration.commit();
  }
}
