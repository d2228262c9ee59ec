import { configurationLines, insideAddress, lanAddress, wireAddress } from './configuration.ts';
import { formatMs } from './time.ts';
import { isUnanswered } from './traffic.ts';
import {
  configuredNodesOf,
  hostOf,
  lanLinkOf,
  machinesOf,
  middleboxOf,
  type Plan,
  type PlannedRouter,
  type PlannedWire,
} from './plan.ts';

const STRANGER_END = 66;

/** The text of a scenario file. `heading` are lines of comment above it. */
export function writeScenario(plan: Plan, heading: readonly string[] = []): string {
  const { name, about, seed, routers, wires, settings, traffic, attacks, durationMs, convergedAtMs } = plan;
  const hosts = routers.filter(({ hasHost }) => hasHost);
  const steps = plan.faults.flatMap((fault) => fault.steps).toSorted((a, b) => a.atMs - b.atMs);
  const expectations = traffic
    .filter(({ keys, outlives }) => outlives && isUnanswered(keys.kind))
    .map(({ name }) => `lost of ${name} since ${formatMs(convergedAtMs)} is 0`);
  // Who is attacked is expected to lose nothing, unless something else is said; but here other things fail as well. And
  // what a host pushes into a session that was forgotten begins one that is nobody's.
  const lenient = [
    'sessions of strangers at least 0',
    ...traffic.flatMap(({ name }) => [`unexpected of ${name} at least 0`, `lost of ${name} at least 0`]),
  ];
  // What is stuck, and may be, keeps a lab from working as a whole.
  const converges = traffic.every(({ keys, outlives }) => outlives || isUnanswered(keys.kind));
  const lines = [
    ...heading.map((line) => (line === '' ? '#' : `# ${line}`)),
    `name: ${name}`,
    `about: ${about}`,
    `seed: ${seed}`,
    `duration: ${formatMs(durationMs)}`,
    `converge-within: ${converges ? formatMs(plan.convergeWithinMs) : 'none'}`,
    'lab:',
    '  nodes:',
    ...hosts.map((router) => `    ${hostOf(router)}: ${hostText(router, plan)}`),
    ...routers.map((router) => `    ${router.name}: ${routerText(router)}`),
    ...wires.filter(({ middlebox }) => middlebox).map((wire) => `    ${middleboxOf(wire)}: ${middleboxText(wire)}`),
    ...wires.flatMap(strangerTexts),
    '  links:',
    ...hosts.map((router) => {
      const ends = [hostOf(router), ...machinesOf(router).map((machine) => `${machine}:lan`)];
      return `    ${lanLinkOf(router)}: { ends: [${ends.map(quote).join(', ')}], delay: 1ms }`;
    }),
    ...wires.flatMap((wire) => wireTexts(wire, routers)),
    '  configuration: |',
    ...configurationLines(plan).map((line) => `    ${line}`),
    ...list(
      'configure',
      settings.flatMap((setting) => setting.lines),
    ),
    ...(traffic.length > 0 ? ['traffic:'] : []),
    ...traffic.map(({ name, keys }) => `  ${name}: ${map(keys)}`),
    ...(attacks.length > 0 ? ['attacks:'] : []),
    ...attacks.map(({ name, keys }) => `  ${name}: ${map(keys)}`),
    ...list(
      'timeline',
      steps.map(({ atMs, beginning, keys }) => map({ ...(beginning ?? { at: formatMs(atMs) }), ...keys })),
    ),
    ...list('expect', [...expectations, ...(attacks.length > 0 ? lenient : []), ...plan.expectations]),
  ];
  return `${lines.join('\n')}\n`;
}

const list = (key: string, items: readonly string[]): string[] =>
  items.length > 0 ? [`${key}:`, ...items.map((item) => `  - ${item}`)] : [];

const map = (keys: Readonly<Record<string, string>>): string =>
  `{ ${Object.entries(keys)
    .map(([key, value]) => `${key}: ${quote(value)}`)
    .join(', ')} }`;

/** Plain where YAML takes it plain inside of a flow map. */
const quote = (text: string): string => (/^[\w./-]+$|^\[.*\]$/.test(text) ? text : `'${text.replaceAll("'", "''")}'`);

function hostText({ number }: PlannedRouter, { lanFamilies }: Plan): string {
  const addresses = lanFamilies.map((family) => `'${lanAddress(number, family, 10)}/${family === 4 ? 24 : 64}'`);
  const gateways = lanFamilies.map((family) => `'${lanAddress(number, family, 1)}'`);
  return `{ kind: host, addresses: [${addresses.join(', ')}], gateways: [${gateways.join(', ')}] }`;
}

const routerText = (router: PlannedRouter): string =>
  router.isPair ? `{ kind: router, nodes: [${configuredNodesOf(router).join(', ')}] }` : '{ kind: router }';

function middleboxText({ number, middlebox }: PlannedWire): string {
  if (middlebox !== 'nat') return `{ kind: ${middlebox} }`;
  return `{ kind: nat, inside: ${insideAddress(number, 1)}/24, outside: ${wireAddress(number, 4, 9)}/24, port-preservation: no }`;
}

function strangerTexts({ number, families, stranger }: PlannedWire): string[] {
  if (!stranger) return [];
  const addresses = families.map((family) => {
    const address = wireAddress(number, family, STRANGER_END);
    return `'${address}/${family === 4 ? 24 : 64}'`;
  });
  return [`    ${stranger.name}: { kind: ${stranger.kind}, addresses: [${addresses.join(', ')}] }`];
}

function wireTexts(wire: PlannedWire, routers: readonly PlannedRouter[]): string[] {
  const endsOf = (name: string): string[] =>
    routers
      .filter((router) => router.name === name)
      .flatMap(machinesOf)
      .map((machine) => `${machine}:${wire.name}`);
  const [from, to] = [endsOf(wire.from), endsOf(wire.to)];
  const quality = `delay: ${wire.delayMs}ms${wire.jitterUs > 0 ? `, jitter: ${wire.jitterUs}us` : ''}`;
  const link = (name: string, ends: readonly string[], what: string): string =>
    `    ${name}: { ends: [${ends.map(quote).join(', ')}], ${what} }`;
  const others = wire.stranger ? [wire.stranger.name] : [];
  if (!wire.middlebox) return [link(wire.name, [...from, ...to, ...others], quality)];
  const box = middleboxOf(wire);
  return [
    link(`${wire.name}-inside`, [...from, `${box}:inside`], 'delay: 1ms'),
    link(wire.name, [`${box}:outside`, ...to, ...others], quality),
  ];
}
