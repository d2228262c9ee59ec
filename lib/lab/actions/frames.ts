import { compileFilter, isFault } from '../../capture/filter/compile.ts';
import { quote, suggest } from '../../diagnostic.ts';
import type { JsonSchema } from '../../json-schema.ts';
import { describeDuration } from '../describe.ts';
import type { Value } from '../read/document.ts';
import { line, oneOf, span, wholeNumber } from '../read/forms.ts';
import { readDirection, type LinkDirection } from '../read/link-name.ts';
import { readEnd, unknownEnd } from '../read/end.ts';
import type { FrameAction, FrameChoice, SilenceAction } from './action.ts';
import { field, microseconds, needed, text, type Field, type LabOfSteps, type RowsOf, type Target } from './row.ts';
import { link, sendersOf } from './targets.ts';

export const wiresJson: JsonSchema = {
  type: 'array',
  items: { type: 'object', properties: link.json, required: ['link', 'direction'], additionalProperties: false },
  description: 'links, and whose frames on them',
};

/** What a link carries, in one direction or both; or what a node sends on all of its links. */
const wires: Target<{ readonly on: string; readonly wires: readonly LinkDirection[]; readonly frames?: string }> = {
  read: readWires,
  describe({ on, wires }, links) {
    const [only] = wires;
    return wires.length === 1 && only.link === on ? link.describe(only, links) : on;
  },
  parts({ on, wires, frames }, links) {
    const all = wires.flatMap((wire) => sendersOf(wire, links).map((end) => ({ link: wire.link, end })));
    return new Map(
      all.map(({ link, end }) => [
        `${link} ${end} ${frames ?? '*'}`,
        { on, wires: [{ link, direction: end }], ...(frames !== undefined && { frames }) },
      ]),
    );
  },
  json: { on: text('name of the link or the node, for people'), wires: wiresJson },
};

function readWires(value: Value, { links, nodes }: LabOfSteps): object | undefined {
  const name = value.text ?? '';
  const wiresOfNode = links.flatMap(({ name: link, ends }) =>
    ends.flatMap(({ node }, direction) => (node === name ? [{ link, direction }] : [])),
  );
  if (wiresOfNode.length > 0) return { on: name, wires: wiresOfNode };
  const names = [...links, ...nodes].map(({ name }) => name);
  if (!name.includes('->') && !links.some((link) => link.name === name)) {
    value.wrong(`there is no link or node ${quote(name)}`, suggest(name, names));
    return undefined;
  }
  const where = readDirection(value, links);
  return where && { on: where.link, wires: [where] };
}

const frames: Field = {
  read(value) {
    const text = value.read(line);
    if (text === undefined) return undefined;
    const compiled = compileFilter(text);
    if (isFault(compiled)) {
      const { start, end, message, hint } = compiled;
      value.file.report(value.within(start, Math.max(end, start + 1)), message, hint);
    }
    return text;
  },
  form: line,
  help: 'which frames, in the language of [read.md](read.md); all if absent',
  json: text('a filter that tells which frames'),
};

const whole = (description: string): JsonSchema => ({ type: 'integer', minimum: 1, description });

const choice: Readonly<Record<string, Field>> = {
  frames,
  'from-nth': field(wholeNumber(1, 1_000_000), 'the first of them that is meant', whole('the first that is meant')),
  count: field(wholeNumber(1, 1_000_000), 'how many of them', whole('how many')),
  'of-each': field(oneOf("'session'", ['session']), 'they are counted for each session by itself', {
    type: 'string',
    enum: ['session'],
    description: 'what they are counted by',
  }),
};

const more = ({ frames, fromNth, count, ofEach }: FrameChoice): string =>
  [
    ...(frames === undefined ? [] : [`frames ${frames}`]),
    ...(fromNth === undefined ? [] : [`from the ${ordinal(fromNth)}`]),
    ...(count === undefined ? [] : [`${count} of them`]),
    ...(ofEach === undefined ? [] : [`of each ${ofEach}`]),
  ]
    .map((part) => `, ${part}`)
    .join('');

const ordinal = (n: number): string => {
  const suffix = n % 100 >= 11 && n % 100 <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][n % 10] ?? 'th');
  return `${n}${suffix}`;
};

const common = { target: wires, tone: 'fault', liftedBy: 'let-pass', isReplaceable: true, doneBy: 'link' } as const;

export const frameActions: RowsOf<FrameAction> = {
  drop: {
    ...common,
    fields: choice,
    state: 'losing frames',
    help: 'of what is sent on the link, or by the node, these frames are lost: see [frames](#some-frames-only)',
    example: "drop: hub -> spoke, frames: 'svr.metadata', from-nth: 2, count: 1, of-each: session",
    says: 'loses some of its frames from now on ({what})',
    more,
  },
  delay: {
    ...common,
    fields: { by: needed(field(span, 'how much later', microseconds('by which they come later'))), ...choice },
    state: 'delaying frames',
    help: 'these frames come so much later than they would; others overtake them',
    example: "delay: wan, by: 300ms, frames: 'bfd'",
    says: 'holds some of its frames back from now on ({what})',
    more: (action) => `, by ${describeDuration(action.by)}${more(action)}`,
  },
  duplicate: {
    ...common,
    fields: choice,
    state: 'duplicating frames',
    help: 'these frames arrive twice',
    example: "duplicate: wan, frames: 'svr.health_check'",
    says: 'carries some of its frames twice from now on ({what})',
    more,
  },
  corrupt: {
    ...common,
    fields: choice,
    state: 'corrupting frames',
    help: 'the last bit of these frames is turned over',
    example: "corrupt: spoke -> hub, frames: 'svr.hmac', count: 3",
    says: 'turns over a bit in some of its frames from now on ({what})',
    more,
  },
  'alter-payload': {
    ...common,
    fields: choice,
    state: 'altering payload',
    help:
      'the last byte that UDP or TCP carries is another one, under a checksum that is right: what a middlebox does that ' +
      'rewrites content',
    example: 'alter-payload: firewall',
    says: 'rewrites what packets carry from now on ({what})',
    more,
  },
  'strip-metadata': {
    ...common,
    fields: choice,
    state: 'stripping metadata',
    help: 'metadata is taken off these frames, as by a middlebox that passes on nothing which it does not know',
    example: 'strip-metadata: firewall',
    says: 'takes metadata off packets from now on ({what})',
    more,
  },
  'let-pass': {
    target: wires,
    fields: { frames },
    help: 'undoes all of these on the link or of the node; with `frames` only those with the same',
    example: 'let-pass: wan',
    tone: 'fault',
    says: 'leaves frames alone again ({what})',
    doneBy: 'link',
    more,
  },
};

/** A port of any node. */
const port: Target<SilenceAction> = {
  read(value, { nodes, links }) {
    const end = readEnd(value, nodes);
    if (end === unknownEnd) return undefined;
    const isHere = ({ node, port }: { node: string; port: string }): boolean => node === end.node && port === end.port;
    const link = links.find(({ ends }) => ends.some(isHere));
    if (link) return { ...end, link: link.name, direction: link.ends.findIndex(isHere) };
    value.wrong(`${end.node}:${end.port} is on no link`);
    return undefined;
  },
  describe: ({ node, port }) => `${node}:${port}`,
  parts: ({ node, port, link, direction }) => new Map([[`${node}:${port}`, { node, port, link, direction }]]),
  json: { node: text('name of the node'), port: text('name of the port'), ...link.json },
};

export const silenceActions: RowsOf<SilenceAction> = {
  'arp-silent': {
    target: port,
    fields: {},
    help:
      'nobody gets an answer any more who asks for the link address of this port, of a host too: neither by ARP nor by ' +
      'neighbor discovery',
    example: "arp-silent: 'hub:wan'",
    tone: 'fault',
    says: 'answers nobody who asks for its link address ({what})',
    liftedBy: 'arp-answers',
    state: 'silent',
    doneBy: 'link',
  },
  'arp-answers': {
    target: port,
    fields: {},
    help: 'undoes that',
    example: "arp-answers: 'hub:wan'",
    tone: 'fault',
    says: 'answers those who ask for its link address ({what})',
    doneBy: 'link',
  },
};
