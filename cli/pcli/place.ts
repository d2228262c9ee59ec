import type { NodeKind } from '../../lib/lab/scenario.ts';
import { formatHeading } from '../table.ts';
import { chooseNodes, type LiveLab, type LiveNode } from '../live-labs.ts';
import type { Argument, Choice, Given, OperatorCommand, Shown } from './grammar.ts';

/** What an operator's commands are carried out on. */
export interface Place {
  readonly lab: LiveLab;
  /** The one node that is meant if a command names none. */
  readonly node: string | undefined;
  /** The block of the configuration that is being edited; empty at the top. */
  path: readonly string[];
  /** Whether `config` was said at the top: the `exit` that belongs to it does not leave the shell. */
  isConfiguring?: boolean;
}

export type Command = OperatorCommand<Place>;

export const command = (given: Command): Command => given;
export const commands = (...given: readonly Command[]): readonly Command[] => given;

/** `node NAME`, which every command about nodes takes. */
export const nodeArgument = (kinds: readonly NodeKind[] = ['router']): Argument<Place> => ({
  keyword: 'node',
  value: 'NAME',
  help: `only this ${kinds.length === 1 ? kinds[0] : 'node'}`,
  choices: async ({ lab }) =>
    lab.nodes.filter(({ kind }) => kinds.includes(kind)).map(({ name, kind }) => ({ word: name, help: kind })),
});

/** The nodes that a command is about: the one that was named, or all of these kinds. */
export const nodesOf = (place: Place, given: Given, kinds: readonly NodeKind[] = ['router']): readonly LiveNode[] =>
  chooseNodes(place.lab, given.text('node') ?? place.node, kinds);

/** Looks at one node after the other, and shows each under its heading. */
export async function nodeByNode(place: Place, given: Given, look: (node: string) => Promise<Shown>): Promise<Shown> {
  const shown: [string, Shown][] = [];
  for (const { name } of nodesOf(place, given)) shown.push([name, await look(name)]);
  return {
    data: Object.fromEntries(shown.map(([node, { data }]) => [node, data])),
    text: shown.map(([node, { text }]) => `${formatHeading(`Node: ${node}`)}\n${text.trimEnd()}\n`).join('\n'),
  };
}

/** Values that rows of all routers have, as choices; none where a router does not answer. */
export async function valuesOf<Row>(
  { lab, node }: Place,
  ask: (lab: LiveLab, router: string) => Promise<readonly Row[]>,
  choice: (row: Row) => Choice,
): Promise<readonly Choice[]> {
  const routers = lab.nodes.filter(({ kind, name }) => kind === 'router' && (node === undefined || name === node));
  const rows = await Promise.all(routers.map(({ name }) => ask(lab, name).catch(() => [])));
  const choices = new Map(rows.flat().map((row) => [choice(row).word, choice(row)]));
  return [...choices.values()];
}

export const done = (text: string, data: unknown = {}): Shown => ({ text: `${text}\n`, data });
