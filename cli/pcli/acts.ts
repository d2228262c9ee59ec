import { counted } from '../units.ts';
import { InputError } from '../exit.ts';
import type { Clearable } from '../../daemon/node-service.ts';
import type { NodeKind } from '../../lib/lab/scenario.ts';
import type { Given } from './grammar.ts';
import { done, nodeArgument, nodesOf, commands, type Command, type Place } from './place.ts';
import { sessionIdArgument, sessionNamed } from './show.ts';

const clearing = (what: Clearable, help: string, kinds: readonly NodeKind[], said: string): Command => ({
  words: ['clear', what],
  help,
  arguments: [nodeArgument(kinds)],
  run: async (place, given) => {
    const nodes = nodesOf(place, given, kinds).map(({ name }) => name);
    for (const node of nodes) await place.lab.clear(node, what);
    return done(`${said} on ${nodes.join(', ')}.`, { cleared: nodes });
  },
});

/** Ends sessions at the routers that are meant; those of one router are gone at its peers before these are asked. */
async function deleteSessions(place: Place, given: Given, id?: string): Promise<number> {
  let ended = 0;
  for (const { name } of nodesOf(place, given)) ended += await place.lab.deleteSessions(name, id);
  return ended;
}

/** What is done to a running lab, beside its configuration. */
export const actCommands: readonly Command[] = commands(
  {
    words: ['clear', 'sessions'],
    help: 'end every session, and tell the peers',
    arguments: [nodeArgument()],
    run: async (place, given) => {
      const ended = await deleteSessions(place, given);
      return done(`${counted(ended, 'session')} ended.`, { sessions: ended });
    },
  },
  clearing('stats', 'begin to count anew from 0', ['router', 'nat', 'firewall', 'attacker'], 'Counters begin anew'),
  clearing('events', 'forget the events so far; alarms stand', ['router'], 'Events are forgotten'),
  clearing('arp', 'ask anew for every link address that was learned', ['router'], 'Link addresses are asked for anew'),
  {
    words: ['delete', 'sessions'],
    help: 'end one session, and tell the peers',
    arguments: [{ ...sessionIdArgument, isRequired: true }, nodeArgument()],
    run: async (place, given) => {
      const id = await sessionNamed(place, given, given.text('by-id') ?? '');
      if ((await deleteSessions(place, given, id)) === 0) throw new InputError(`session '${id}' has ended by itself`);
      return done(`Session ${id} ended.`, { sessionId: id });
    },
  },
  {
    words: ['delete', 'flows'],
    help: 'lose every flow without a word to the peers, as a crash would',
    arguments: [nodeArgument()],
    run: async (place, given) => {
      const nodes = nodesOf(place, given).map(({ name }) => name);
      for (const node of nodes) await place.lab.forgetSessions(node);
      return done(`${nodes.join(', ')} ${nodes.length === 1 ? 'has' : 'have'} forgotten every flow.`, {
        forgotten: nodes,
      });
    },
  },
);
