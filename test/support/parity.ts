import type { TraceType } from '../../lib/trace.ts';
import type { LabEvent } from '../../lib/lab/fabric.ts';
import type { RunResult } from '../../lib/lab/runner.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import type { SessionRow } from '../../lib/service-area/rows.ts';
import { allowance, ruleOf, type Aspect, type Sparing } from './parity-rules.ts';

/** What a run of a scenario has left of itself. */
export interface Course {
  readonly result: Pick<RunResult, 'sessions' | 'counters' | 'traffic' | 'duration'>;
  readonly events: readonly LabEvent[];
}

/**
 * Where a scenario went another way on real interfaces than in the simulator, in words: `hub: sessions created: 1 in sim,
 * 2 on netns`.
 */
export function differences(scenario: Scenario, sim: Course, netns: Course, sparing?: Sparing): string[] {
  const looks: Record<Aspect, (router: string) => string[]> = {
    sessions: (router) => sessionDifferences(scenario, router, sim, netns),
    exchanges: (router) => exchangeDifferences(router, sim, netns),
    counters: (router) => counterDifferences(router, sim, netns),
  };
  const isSpared = (aspect: Aspect, router: string): boolean =>
    sparing?.spared.includes(aspect) === true && sparing.at?.includes(router) !== false;
  const aspects = Object.keys(looks) as Aspect[];
  const routers = scenario.nodes.filter(({ kind }) => kind === 'router').map(({ name }) => name);
  return routers.flatMap((router) =>
    aspects.flatMap((aspect) => (isSpared(aspect, router) ? [] : looks[aspect](router))),
  );
}

const difference = (router: string, what: string, sim: string | number, netns: string | number): string =>
  `${router}: ${what}: ${sim} in sim, ${netns} on netns`;

/** What only one of them has, as often as it has it more than the other. */
function missingFrom(one: readonly string[], other: readonly string[]): string[] {
  const left = [...other];
  return one.filter((text) => {
    const index = left.indexOf(text);
    if (index >= 0) left.splice(index, 1);
    return index < 0;
  });
}

/** Ports that hosts and routers have chosen themselves are drawn anew in each run. */
function describeSession(row: SessionRow, ports: ReadonlySet<number>): string {
  const port = (number: number): string => (ports.has(number) ? String(number) : '*');
  const from = `${row.sourceAddress} port ${port(row.sourcePort)}`;
  const to = `${row.destinationAddress} port ${port(row.destinationPort)}`;
  const leaves = row.natAddress === '' ? '' : ` as ${row.natAddress}`;
  const encrypted = row.payloadEncrypted ? ', encrypted' : '';
  const what = `${row.direction} ${row.service} of ${row.tenant}, ${row.protocol} by ${row.interfaceName}`;
  return `${what} from ${from} to ${to}${leaves}${encrypted}`;
}

/** A TCP session that has ended in one of the runs is not missed in the other. */
function sessionDifferences({ traffic }: Scenario, router: string, sim: Course, netns: Course): string[] {
  const ports = new Set(traffic.flatMap((entry) => ('port' in entry ? [entry.port] : [])));
  const described = ({ result }: Course, other: Course): string[] => {
    const hasEnded = (other.result.counters[router]['emulator sessions closed'] ?? 0) > 0;
    const rows = result.sessions[router];
    const tcp = new Set(rows.flatMap(({ protocol, sessionId }) => (protocol === 'tcp' ? [sessionId] : [])));
    const expected = hasEnded ? rows.filter(({ sessionId }) => !tcp.has(sessionId)) : rows;
    return expected.map((row) => describeSession(row, ports));
  };
  const [inSim, onNetns] = [described(sim, netns), described(netns, sim)];
  return [
    ...missingFrom(inSim, onNetns).map((text) => difference(router, text, 'there', 'not there')),
    ...missingFrom(onNetns, inSim).map((text) => difference(router, text, 'not there', 'there')),
  ];
}

const typesOf = (...types: TraceType[]): ReadonlySet<string> => new Set(types);

/** Each begins a chapter of what a session goes through. */
const turns = typesOf(
  'session-created',
  'session-recreated',
  'session-moved',
  'session-removed',
  'session-synced',
  'metadata-turned-on',
  'health-check-added',
  'health-check-timeout',
);

/** After these it is nothing new that metadata of the forward direction comes: it has told of them. */
const toldByMetadata = typesOf('session-created', 'session-recreated', 'session-moved');

const messages = typesOf(
  'metadata-added',
  'metadata-received',
  'metadata-turned-off',
  'control-sent',
  'control-received',
);

const isForwardMetadata = ({ type, attributes = [] }: LabEvent): boolean =>
  type === 'metadata-received' && attributes.some((name) => name.startsWith('forwardContext'));

/** Attributes may stand in any order. */
const describeEvent = ({ type, reason = '', attributes = [] }: LabEvent): string =>
  [type, reason, attributes.toSorted().join(' ')].filter(Boolean).join(' ');

/**
 * The exchanges of one session at one router. Metadata leaves with each packet until the peer has answered, so how often
 * something is said hangs on the round trip, and how often a peer is checked on the clock: what is said again in a chapter
 * is told once, and so is a chapter that is like the one before it.
 */
function storyOf(events: readonly LabEvent[]): string {
  const chapters: Set<string>[] = [];
  for (const event of events) {
    const isTurn = turns.has(event.type);
    if (isTurn || chapters.length === 0) chapters.push(new Set());
    const chapter = chapters[chapters.length - 1];
    const [opening = ''] = chapter;
    const isKnown = isForwardMetadata(event) && toldByMetadata.has(opening.split(' ')[0]);
    if (!isKnown) chapter.add(describeEvent(event));
  }
  const told = chapters.map((chapter) => [...chapter].join(', '));
  return told.filter((chapter, i) => chapter !== told[i - 1]).join('; ');
}

/** What happens so shortly before the end of a run may happen after it in another. */
const END_US = 100_000;

function storiesAt(router: string, { events, result }: Course): string[] {
  const bySession = new Map<string, LabEvent[]>();
  for (const event of events) {
    const { node, time, type, reason, session } = event;
    const isEndOfTcp = type === 'session-removed' && reason === 'closed';
    if (node !== router || time >= result.duration - END_US || isEndOfTcp) continue;
    if (!turns.has(type) && !messages.has(type)) continue;
    // Without a session are answers to packets that no session is known of.
    const told = bySession.get(session ?? '') ?? [];
    if (told.length === 0) bySession.set(session ?? '', told);
    told.push(event);
  }
  return Array.from(bySession.values(), storyOf);
}

function exchangeDifferences(router: string, sim: Course, netns: Course): string[] {
  const [inSim, onNetns] = [storiesAt(router, sim), storiesAt(router, netns)];
  const [onlySim, onlyNetns] = [missingFrom(inSim, onNetns), missingFrom(onNetns, inSim)];
  return Array.from({ length: Math.max(onlySim.length, onlyNetns.length) }, (_, i) =>
    difference(router, 'exchanges of a session', `[${onlySim[i] ?? 'no such'}]`, `[${onlyNetns[i] ?? 'no such'}]`),
  );
}

/** The counters are those of result.json, in which 0 is absent. */
function counterDifferences(router: string, { result: sim }: Course, { result: netns }: Course): string[] {
  const [inSim, onNetns] = [sim.counters[router], netns.counters[router]];
  // Those with labels behind their names are parts of others.
  const paths = [...new Set([...Object.keys(inSim), ...Object.keys(onNetns)])].filter((path) => !path.includes('{'));
  return paths.flatMap((path) => {
    const [one, other] = [inSim[path] ?? 0, onNetns[path] ?? 0];
    const tolerance = ruleOf(path)?.tolerance ?? 'equal';
    const isNear = Math.abs(one - other) <= allowance(tolerance, one, other, [sim, netns]);
    return isNear ? [] : [difference(router, path, one, other)];
  });
}
