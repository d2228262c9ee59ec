import { formatAddress, sameAddress } from '../../address.ts';
import type { IpAddress } from '../../address.ts';
import { quote, suggest } from '../../diagnostic.ts';
import { Schedule } from '../../host/applications/schedule.ts';
import type { Pace } from '../../host/applications/traffic.ts';
import { between, microseconds, NEVER } from '../../time.ts';
import type { Duration, Instant } from '../../time.ts';
import type { HostNode, LabNode, Traffic } from '../scenario.ts';
import { describeDuration } from '../describe.ts';
import type { Fields, Value } from './document.ts';
import * as forms from './forms.ts';

const paced = ['every', 'count', 'length', 'silences'];

/** What an entry of each kind may say beside what all say. */
export const kindFields = {
  'udp-request': ['port', ...paced],
  'udp-push': ['port', ...paced],
  'udp-one-way': ['port', ...paced],
  ping: paced,
  'http-download': ['port', 'bytes'],
  scan: ['ports', 'every'],
} as const satisfies Record<Traffic['kind'], readonly string[]>;

const kinds = Object.keys(kindFields) as Traffic['kind'][];
export const commonFields = ['kind', 'from', 'to', 'address', 'start'];

/** Payloads that carry a number and a time of sending, and fit a host's MTU of 1,500 bytes in packets of either family. */
const length = forms.wholeNumber(16, 1_452);
const count = forms.wholeNumber(1, 100_000);
const HTTP = 80;

/** Stands for an entry of no kind, so that its name is known to the rest of the file. */
const nothing = {
  kind: 'ping',
  from: '',
  to: '',
  destination: forms.address.neutral,
  port: 0,
  start: forms.duration.neutral,
  every: forms.span.neutral,
  count: 1,
  length: 16,
  silences: [],
} as const;

export function readTraffic(value: Value | undefined, nodes: readonly LabNode[], duration: Duration): Traffic[] {
  const entries = value?.entries("entries of traffic: 'questions: {kind: udp-request, ...}'") ?? [];
  return entries.map(({ key, value }) => readEntry(key, value, nodes, duration));
}

function readEntry(key: Value, value: Value, nodes: readonly LabNode[], duration: Duration): Traffic {
  const name = key.read(forms.name) ?? forms.name.neutral;
  const kind = readKind(value);
  if (kind === undefined) return { ...nothing, name };
  const fields = value.fields(`traffic of kind ${kind}`, [...commonFields, ...kindFields[kind]]);
  const hosts = nodes.filter((node) => node.kind === 'host');
  const from = readNode(fields.need('from'), hosts, 'host');
  const to = kind === 'scan' ? readNode(fields.need('to'), nodes, 'node') : readNode(fields.need('to'), hosts, 'host');
  const base = {
    name,
    from: from?.name ?? '',
    to: to?.name ?? '',
    destination: readDestination(fields, to),
    port: 0,
    start: readStart(fields, duration),
  };
  const pacing = (): Pacing => {
    const pacing = readPacing(fields, base.start);
    checkEnd(key, { ...pacing, start: base.start }, duration);
    return pacing;
  };
  switch (kind) {
    case 'ping':
      return { ...base, kind, ...pacing() };
    case 'udp-request':
    case 'udp-push':
    case 'udp-one-way':
      return { ...base, kind, port: fields.required('port', forms.port), ...pacing() };
    case 'http-download':
      return {
        ...base,
        kind,
        port: fields.optional('port', forms.port, HTTP),
        bytes: fields.required('bytes', forms.byteCount),
      };
    case 'scan': {
      const every = fields.required('every', forms.span);
      const ports = fields.required('ports', forms.portRange);
      checkEnd(key, { start: base.start, every, count: ports[1] - ports[0] + 1, silences: [] }, duration);
      return { ...base, kind, ports, every };
    }
  }
}

/** The kind is read first, because it decides which other fields there are. */
function readKind(value: Value): Traffic['kind'] | undefined {
  const entry = value
    .entries("an entry of traffic: '{kind: udp-request, from: client, ...}'")
    .find(({ key }) => key.text === 'kind');
  if (entry) return entry.value.read(forms.oneOf('a kind of traffic', kinds));
  if (value.isMap) value.wrong("traffic needs 'kind'", `one of ${kinds.join(', ')}`);
  return undefined;
}

function readNode<N extends LabNode>(value: Value | undefined, nodes: readonly N[], what: string): N | undefined {
  if (!value) return undefined;
  const name = value.text ?? '';
  const node = nodes.find((node) => node.name === name);
  if (!node) {
    const names = nodes.map((node) => node.name);
    value.wrong(`there is no ${what} ${quote(name)} in this lab`, suggest(name, names));
  }
  return node;
}

/** The first address of `to`, unless the entry names another one of it; a router has none that is its first. */
function readDestination(fields: Fields, to: LabNode | undefined): IpAddress {
  const value = fields.get('address');
  if (!value) {
    if (to && to.kind !== 'host') fields.need('address');
    return to?.kind === 'host' ? (to.addresses[0]?.address ?? forms.address.neutral) : forms.address.neutral;
  }
  const address = value.read(forms.address);
  if (address && to?.kind === 'host' && !hasAddress(to, address)) {
    const own = to.addresses.map((own) => formatAddress(own.address));
    value.wrong(`${to.name} has no address ${formatAddress(address)}`, suggest(formatAddress(address), own));
  }
  return address ?? forms.address.neutral;
}

const hasAddress = (host: HostNode, address: IpAddress): boolean =>
  host.addresses.some((own) => sameAddress(own.address, address));

function readStart(fields: Fields, duration: Duration): Duration {
  const start = fields.optional('start', forms.duration, microseconds(0));
  if (start >= duration && duration > 0)
    fields.get('start')?.wrong('the run is over by then', `it lasts ${describeDuration(duration)}`);
  return start;
}

/** Reports an entry that would still be sending when the run ends. */
function checkEnd(key: Value, pace: Pace, duration: Duration): void {
  const schedule = new Schedule(pace, runStart);
  let last = runStart;
  while (schedule.next !== NEVER) {
    last = schedule.next;
    schedule.sendDue(last, () => undefined);
  }
  const until = between(runStart, last);
  const isKnown = duration > 0 && pace.every > 0 && pace.start < duration;
  if (!isKnown || until < duration) return;
  key.wrong(
    `this would go on until ${describeDuration(until)}, after the end of the run`,
    `it lasts ${describeDuration(duration)}`,
  );
}

const runStart = 0 as Instant;

type Pacing = Omit<Pace, 'start'> & { readonly length: number };

function readPacing(fields: Fields, start: Duration): Pacing {
  const items = fields.get('silences')?.items() ?? [];
  const silences = items.map((item) => item.read(forms.silence) ?? forms.silence.neutral);
  silences.forEach((silence, i) => {
    const earlier = silences.slice(0, i);
    if (earlier.some((other) => silence.start < other.end && other.start < silence.end))
      items[i].wrong('this silence overlaps another one');
    else if (silence.end <= start && silence.end > 0) items[i].wrong('nothing is sent yet, so this silence is none');
  });
  return {
    every: fields.required('every', forms.span),
    count: fields.required('count', count),
    length: fields.optional('length', length, 64),
    silences: silences.toSorted((a, b) => a.start - b.start),
  };
}
