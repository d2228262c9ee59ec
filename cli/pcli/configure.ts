import {
  configurationChanges,
  ConfigurationDraft,
  type Authority,
  type Change,
  type PathChoice,
} from '../../lib/config/index.ts';
import { suggest } from '../../lib/diagnostic.ts';
import { InputError } from '../exit.ts';
import { withHint } from '../live-labs.ts';
import type { Argument, Choice, Shown } from './grammar.ts';
import { done, commands, type Command, type Place } from './place.ts';

const versions = {
  running: 'what the routers go by',
  candidate: 'what is being edited',
} as const;
type Version = keyof typeof versions;

const draftOf = async ({ lab }: Place, version: Version): Promise<ConfigurationDraft> =>
  new ConfigurationDraft(await lab.configuration[version]());

const choicesIn = async (place: Place, version: Version, path: readonly string[]): Promise<readonly Choice[]> => {
  const choices: readonly PathChoice[] = (await draftOf(place, version)).choices(path);
  return choices;
};

/** A path below the block that is being edited. */
const pathArgument = (help: string, isRequired?: true): Argument<Place> => ({
  value: 'PATH',
  isRest: true,
  help,
  ...(isRequired && { isRequired }),
  choices: (place, before) => choicesIn(place, 'candidate', [...place.path, ...before]),
});

/** Enters a block, or gives a leaf a value, by what the path leads to. */
async function configure(place: Place, words: readonly string[]): Promise<Shown> {
  const path = [...place.path, ...words];
  if (path.length === 0) place.isConfiguring = true;
  const target = (await draftOf(place, 'candidate')).target(path);
  if (target.kind === 'nothing') throw new InputError(target.problem);
  if (target.kind === 'leaf') throw new InputError(`${target.name} wants a value: ${target.describes}`);
  if (target.kind === 'value') return set(place, words);
  // A block that is entered is there, as it is in a file.
  await set(place, words);
  place.path = path;
  return { text: '', data: { path: path.join(' ') } };
}

async function set(place: Place, words: readonly string[]): Promise<Shown> {
  const path = [...place.path, ...words];
  if (path.length > 0) await edit(place, (draft) => draft.set(path));
  return { text: '', data: { set: path.join(' ') } };
}

/** What the edit reports is told, and the candidate stays as it was. */
const edit = (place: Place, change: (draft: ConfigurationDraft) => string | undefined): Promise<void> =>
  place.lab.configuration.edit((draft) => {
    const problem = change(draft);
    if (problem !== undefined) throw new InputError(problem);
  });

/** What a configuration says, whether it holds together or not. */
const contentOf = (text: string): Authority => new ConfigurationDraft(text).content();

function formatChanges(changes: readonly Change[]): string {
  const lines = changes.flatMap(({ path, before, after, standard, needsRestart }) => {
    const line = (sign: string, text: string): string => `${sign} ${text === '' ? path : `${path} ${text}`}`;
    const note = needsRestart ? '   (needs a restart)' : '';
    const back = after === undefined && standard !== undefined ? [`${line('+', standard)}   (the default)`] : [];
    return [
      ...(before === undefined ? [] : [line('-', before)]),
      ...(after === undefined ? back : [line('+', after)]),
    ].map((text) => text + note);
  });
  return lines.length === 0 ? 'The candidate is the running configuration.\n' : `${lines.join('\n')}\n`;
}

async function showConfig(place: Place, version: Version, path: readonly string[]): Promise<Shown> {
  const draft = await draftOf(place, version);
  const text = path.length === 0 ? draft.format() : draft.formatBlock(path);
  if (text !== undefined) return { text, data: text };
  const target = draft.target(path);
  const problem =
    target.kind === 'nothing' ? target.problem : `'${path.join(' ')}' is no block of the ${version} configuration`;
  throw new InputError(problem);
}

const showConfigs = (Object.keys(versions) as Version[]).map((version): Command => ({
  words: ['show', 'config', version],
  help: `${versions[version]}, as SSR text`,
  arguments: [
    {
      value: 'PATH',
      isRest: true,
      help: 'only this block',
      choices: (place, before) => choicesIn(place, version, [...place.path, ...before]),
    },
  ],
  run: (place, given) => showConfig(place, version, [...place.path, ...given.words('PATH')]),
}));

/** The one configuration of a lab: a candidate is edited, checked, and then made the running one of all routers. */
export const configurationCommands: readonly Command[] = commands(
  ...showConfigs,
  {
    words: ['show', 'config', 'history'],
    help: 'what the configurations of before had otherwise than the running one',
    run: async ({ lab }) => {
      const running = contentOf(await lab.configuration.running());
      const history = lab.configuration.history().map(({ number, text }) => ({
        number,
        changes: configurationChanges(running, contentOf(text)),
      }));
      if (history.length === 0) return done('Nothing has been committed yet.', []);
      const text = history.map(({ number, changes }) => `rollback ${number}\n${formatChanges(changes)}`).join('\n');
      return { text, data: history };
    },
  },
  {
    words: ['configure'],
    help: 'enter a block of the candidate configuration, or give a leaf of it a value',
    arguments: [pathArgument('where to, from the block that is being edited')],
    run: (place, given) => configure(place, given.words('PATH')),
  },
  {
    words: ['edit'],
    help: 'the same as configure',
    arguments: [pathArgument('where to, from the block that is being edited')],
    run: (place, given) => configure(place, given.words('PATH')),
  },
  {
    words: ['set'],
    help: 'give a leaf of the candidate a value, or make a block, without entering it',
    arguments: [pathArgument('the leaf and its value', true)],
    run: (place, given) => set(place, given.words('PATH')),
  },
  {
    words: ['delete'],
    help: 'take a leaf or a block out of the candidate',
    arguments: [pathArgument('the leaf or the block', true)],
    run: async (place, given) => {
      const path = [...place.path, ...given.words('PATH')];
      await edit(place, (draft) => draft.delete(path));
      return { text: '', data: { deleted: path.join(' ') } };
    },
  },
  {
    words: ['exit'],
    help: 'leave the block that is being edited; at the top, leave the shell',
    run: async (place) => {
      if (place.path.length === 0) place.isConfiguring = false;
      place.path = parentOf(place.path, await draftOf(place, 'candidate'));
      return { text: '', data: {} };
    },
  },
  {
    words: ['top'],
    help: 'leave all blocks',
    run: (place) => leaveBlocks(place),
  },
  {
    words: ['end'],
    help: 'the same as top',
    run: (place) => leaveBlocks(place),
  },
  {
    words: ['compare', 'config'],
    help: 'what the candidate has otherwise than the running configuration',
    run: async ({ lab: { configuration } }) => {
      const changes = configurationChanges(
        contentOf(await configuration.running()),
        contentOf(await configuration.candidate()),
      );
      return { text: formatChanges(changes), data: changes };
    },
  },
  {
    words: ['validate'],
    help: 'whether the candidate could be committed now, asked of every router',
    run: async ({ lab: { configuration } }) => {
      const problems = await configuration.problems();
      if (problems.length > 0) throw new InputError(`the candidate is not valid:\n${problems.join('\n')}`);
      return done('The candidate is valid.', { problems });
    },
  },
  {
    words: ['commit'],
    help: 'make the candidate the running configuration of every router, or of none',
    run: async ({ lab: { configuration, nodes } }) => {
      const isChanged = await configuration.commit();
      const routers = nodes.filter(({ kind }) => kind === 'router').map(({ name }) => name);
      if (!isChanged) return done('There is nothing to commit.', { committed: false });
      return done(`Configuration committed on ${routers.join(', ')}.`, { committed: true, routers });
    },
  },
  {
    words: ['discard'],
    help: 'make the candidate the running configuration again',
    run: async ({ lab: { configuration } }) => {
      await configuration.discard();
      return done('The candidate is the running configuration again.');
    },
  },
  {
    words: ['rollback'],
    help: 'make a configuration of before the candidate; commit then goes back to it',
    arguments: [
      {
        value: 'NUMBER',
        help: '1, the default, is the one before the running one',
        choices: async ({ lab }) =>
          lab.configuration
            .history()
            .map(({ number }) => ({ word: String(number), help: 'a configuration of before' })),
      },
    ],
    run: async ({ lab: { configuration } }, given) => {
      const text = given.text('NUMBER') ?? '1';
      if (!/^\d{1,4}$/.test(text)) {
        const hint = suggest(
          text,
          configuration.history().map(({ number }) => String(number)),
        );
        throw new InputError(withHint(`rollback wants a number, not '${text}'`, hint));
      }
      await configuration.rollback(Number(text));
      return done(`Configuration ${text} of before is the candidate; commit makes it the running one.`);
    },
  },
);

async function leaveBlocks(place: Place): Promise<Shown> {
  place.path = [];
  place.isConfiguring = false;
  return { text: '', data: {} };
}

/** The block around a block: keys go with the name of their list. */
function parentOf(path: readonly string[], draft: ConfigurationDraft): readonly string[] {
  for (let length = path.length - 1; length > 0; length--)
    if (draft.target(path.slice(0, length)).kind === 'block') return path.slice(0, length);
  return [];
}
