import { nearest, suggest } from '../../lib/diagnostic.ts';
import type { NodeKind } from '../../lib/lab/scenario.ts';
import { InputError } from '../exit.ts';
import { withHint } from '../live-labs.ts';
import { formatTable } from '../table.ts';
import type { Choice, Given } from './grammar.ts';
import { nodesOf, command, type Command, type Place } from './place.ts';

const countingKinds: readonly NodeKind[] = ['router', 'nat', 'firewall', 'attacker'];

/** One counter of one node. */
export interface StatsRow {
  /** All words behind `show stats`, without labels. */
  readonly path: string;
  /** Behind the words that all rows share. */
  readonly metric: string;
  readonly node: string;
  /** What is counted by itself: the peer, the interface. */
  readonly dimensions: Readonly<Record<string, string>>;
  readonly value: number;
}

/** What some words ask for: counters below a path, those with labels of these values. */
interface Question {
  readonly path: string;
  /** Among them the node. */
  readonly dimensions: Readonly<Record<string, string>>;
}

type Counters = readonly (readonly [node: string, values: ReadonlyMap<string, number>])[];

/** 'bfd by-peer-path latency {peer-name=hub vlan=0}' as path and labels. Values of labels may have spaces in them. */
function partsOf(full: string): { readonly path: string; readonly dimensions: Record<string, string> } {
  const found = /^(.*?) \{(.*)\}$/.exec(full);
  if (!found) return { path: full, dimensions: {} };
  const labels = found[2].split(/ (?=[\w-]+=)/).map((label) => {
    const at = label.indexOf('=');
    return [label.slice(0, at), label.slice(at + 1)] as const;
  });
  return { path: found[1], dimensions: Object.fromEntries(labels) };
}

const isBelow = (path: string, top: string): boolean => top === '' || path === top || path.startsWith(`${top} `);

/** The longest path that there are counters for; behind it names and values of dimensions. */
function readQuestion(words: readonly string[], counters: Counters): Question {
  const paths = pathsOf(counters);
  let length = words.length;
  while (length > 0 && !paths.some((path) => isBelow(path, words.slice(0, length).join(' ')))) length--;
  const path = words.slice(0, length).join(' ');
  const rest = words.slice(length);
  const names = dimensionsOf(counters, path);
  const dimensions: Record<string, string> = {};
  for (let i = 0; i < rest.length; i += 2) {
    if (!names.has(rest[i])) throw new InputError(unknownWords(words, path, paths, names));
    if (i + 1 === rest.length)
      throw new InputError(`'${rest[i]}' wants a value: ${[...(names.get(rest[i]) ?? [])].join(', ')}`);
    dimensions[rest[i]] = rest[i + 1];
  }
  return { path, dimensions };
}

const pathsOf = (counters: Counters): string[] => [
  ...new Set(counters.flatMap(([, values]) => [...values.keys()].map((full) => partsOf(full).path))),
];

/** Values of each dimension that counters at or below a path have. */
function dimensionsOf(counters: Counters, path: string): ReadonlyMap<string, ReadonlySet<string>> {
  const found = new Map<string, Set<string>>([['node', new Set(counters.map(([node]) => node))]]);
  for (const [, values] of counters) {
    for (const full of values.keys()) {
      const parts = partsOf(full);
      if (!isBelow(parts.path, path)) continue;
      for (const [name, value] of Object.entries(parts.dimensions))
        found.set(name, (found.get(name) ?? new Set()).add(value));
    }
  }
  return found;
}

function unknownWords(
  words: readonly string[],
  path: string,
  paths: readonly string[],
  dimensions: ReadonlyMap<string, unknown>,
): string {
  const asked = words.join(' ');
  const whole = nearest(asked, paths);
  const next = suggest(words[path === '' ? 0 : path.split(' ').length], [
    ...wordsBelow(paths, path),
    ...dimensions.keys(),
  ]);
  return withHint(`there are no counters '${asked}'`, whole === undefined ? next : `did you mean '${whole}'?`);
}

const wordsBelow = (paths: readonly string[], top: string): string[] => {
  const depth = top === '' ? 0 : top.split(' ').length;
  const below = paths.filter((path) => isBelow(path, top)).flatMap((path) => path.split(' ').at(depth) ?? []);
  return [...new Set(below)];
};

/** Counters at or below a path; metric by metric, each for all nodes. Those with labels follow the one without. */
export function selectStats(counters: Counters, { path, dimensions }: Question): StatsRow[] {
  const { node: onlyNode, ...labels } = dimensions;
  const wanted = Object.entries(labels);
  const asked = counters.filter(([node]) => onlyNode === undefined || node === onlyNode);
  const fulls = new Set(counters.flatMap(([, values]) => [...values.keys()]));
  const rows = [...fulls].flatMap((full) => {
    const parts = partsOf(full);
    const isWanted = isBelow(parts.path, path) && wanted.every(([name, value]) => parts.dimensions[name] === value);
    if (!isWanted) return [];
    const metric = parts.path.slice(path.length).trim() || parts.path;
    return asked.flatMap(([node, values]) => {
      const value = values.get(full);
      return value === undefined ? [] : [{ path: parts.path, metric, node, dimensions: parts.dimensions, value }];
    });
  });
  const order = new Map([...new Set(rows.map((row) => row.path))].map((one, i) => [one, i]));
  return rows.toSorted((a, b) => (order.get(a.path) ?? 0) - (order.get(b.path) ?? 0));
}

/** Metric, node, a column for each dimension that any row has, value (SVR sheet, section 6). */
export function formatStats(rows: readonly StatsRow[]): string {
  const names = [...new Set(rows.flatMap(({ dimensions }) => Object.keys(dimensions)))];
  return formatTable<StatsRow>(
    [
      { title: 'Metric', of: (row) => row.metric },
      { title: 'Node', of: (row) => row.node },
      ...names.map((name) => ({ title: capitalized(name), of: (row: StatsRow) => row.dimensions[name] ?? '' })),
      { title: 'Value', of: (row) => row.value },
    ],
    rows,
  );
}

const capitalized = (word: string): string => word.slice(0, 1).toUpperCase() + word.slice(1);

async function countersOf(place: Place, given: Given): Promise<Counters> {
  const nodes = nodesOf(place, given, countingKinds);
  return Promise.all(nodes.map(async ({ name }) => [name, await place.lab.counters(name)] as const));
}

export const NO_PROCESSORS =
  'a router here handles first packets where it forwards: there are no session processing threads to show';

/** What SSR calls the counters below some words, where it is known to. */
const titles: Readonly<Record<string, string>> = {
  'traffic-eng internal-application': 'Internal Application Traffic Engineering Stats',
};

/** Counters of all nodes stand in one table, as SSR shows them. */
export const statsCommand: Command = command({
  words: ['show', 'stats'],
  retrieves: 'statistics',
  help: 'counters, all or those below some words, and of some peer or interface',
  arguments: [
    {
      value: 'WORDS',
      isRest: true,
      help: 'first words of the counters, then names and values of dimensions',
      choices: statsChoices,
    },
  ],
  run: async (place, given) => {
    const counters = await countersOf(place, given);
    const words = given
      .words('WORDS')
      .flatMap((word) => (word.includes('/') ? word.split('/') : word))
      .filter(Boolean);
    if (words[0] === 'process') throw new InputError(NO_PROCESSORS);
    const question = readQuestion(words[0] === 'stats' ? words.slice(1) : words, counters);
    const rows = selectStats(counters, question);
    if (rows.length === 0) throw new InputError(`there are no counters '${words.join(' ')}'`);
    const shown = new Set(rows.map(({ node }) => node));
    const ofNode = (name: string): object =>
      Object.fromEntries(rows.filter(({ node }) => node === name).map((row) => [fullPath(row), row.value]));
    const name = titles[question.path] ?? question.path;
    const title = name === '' ? '' : `${name}\n${'-'.repeat(name.length)}\n\n`;
    return {
      data: Object.fromEntries([...shown].map((node) => [node, ofNode(node)])),
      text: `${title}${formatStats(rows)}\n`,
    };
  },
});

function fullPath({ path, dimensions }: StatsRow): string {
  const labels = Object.entries(dimensions).map(([name, value]) => `${name}=${value}`);
  return labels.length === 0 ? path : `${path} {${labels.join(' ')}}`;
}

async function statsChoices(place: Place, before: readonly string[]): Promise<readonly Choice[]> {
  const nodes = place.lab.nodes.filter(({ kind }) => countingKinds.includes(kind));
  const counters = await Promise.all(
    nodes.map(
      async ({ name }) => [name, await place.lab.counters(name).catch(() => new Map<string, number>())] as const,
    ),
  );
  const paths = pathsOf(counters);
  let length = before.length;
  while (length > 0 && !paths.some((path) => isBelow(path, before.slice(0, length).join(' ')))) length--;
  const path = before.slice(0, length).join(' ');
  const dimensions = dimensionsOf(counters, path);
  const rest = before.slice(length);
  if (rest.length % 2 === 1)
    return [...(dimensions.get(rest[rest.length - 1]) ?? [])].map((word) => ({ word, help: rest[rest.length - 1] }));
  const names = [...dimensions.keys()]
    .filter((name) => !rest.includes(name))
    .map((word) => ({ word, help: 'only of one of these' }));
  if (rest.length > 0) return names;
  const words = wordsBelow(paths, path).map((word) => {
    const below = paths.filter((one) => isBelow(one, `${path} ${word}`.trim())).length;
    return { word, help: below === 1 ? 'a counter' : `${below} counters` };
  });
  return [...words, ...names];
}
