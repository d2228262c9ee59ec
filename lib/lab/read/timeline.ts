import { formatAddress, prefixContains, sameAddress } from '../../address.ts';
import { formatConfiguration, restartReasons } from '../../config/index.ts';
import type { Authority } from '../../config/index.ts';
import { quote, suggest } from '../../diagnostic.ts';
import type { Duration } from '../../time.ts';
import { describeDuration } from '../describe.ts';
import type { Action, LabLink, NodeKind, TimelineEntry, Traffic } from '../scenario.ts';
import { readOverlaid } from './configure.ts';
import type { Fields, Value } from './document.ts';
import { readEnd, unknownEnd } from './end.ts';
import * as forms from './forms.ts';
import { impairmentKeys, readImpairment } from './impairment.ts';
import { addressesSeenFrom } from './link-addresses.ts';
import { readDirection } from './link-name.ts';
import { machinesOf } from './machines.ts';
import { readSessionCapture, sessionCaptureFields } from './session-capture.ts';
import type { Topology } from './placed.ts';

/** What an action says beside its own key. */
const actionFields = {
  'forget-sessions': [],
  'forget-session': ['node'],
  'rotate-key': ['node', 'security-id'],
  'session-capture': sessionCaptureFields,
  configure: [],
  rebind: ['address'],
  'forget-mappings': [],
  'forget-states': [],
  restart: ['down-for'],
  kill: [],
  start: [],
  cut: [],
  heal: [],
  impair: impairmentKeys,
  'interface-down': ['for'],
  'interface-up': [],
} as const satisfies Record<Action['kind'], readonly string[]>;

const actionKinds = Object.keys(actionFields) as Action['kind'][];
const shape = "a step of the timeline: '{at: 4s, forget-sessions: hub}'";

interface PlacedEntry extends TimelineEntry {
  readonly value: Value;
}

/** In the order of time; steps at the same time stay in the order of the file. */
export function readTimeline(
  value: Value | undefined,
  lab: Topology & {
    readonly authority: Authority;
    readonly traffic: readonly Traffic[];
    readonly duration: Duration;
  },
): TimelineEntry[] {
  const entries = (value?.items() ?? []).flatMap((item) => readStep(item, lab)).toSorted((a, b) => a.at - b.at);
  checkOrder(entries, lab.links);
  checkConfigurations(entries, lab.authority);
  return entries.map(({ at, action }) => ({ at, action }));
}

function readStep(item: Value, lab: Parameters<typeof readTimeline>[1]): PlacedEntry[] {
  const named = item.entries(shape).filter(({ key }) => (actionKinds as string[]).includes(key.text ?? ''));
  if (named.length !== 1) {
    const word = item.isMap ? item.entries(shape).find(({ key }) => key.text !== 'at')?.key : undefined;
    if (named.length > 1) named[1].key.wrong('one step does one thing', 'write a second step with the same time');
    else if (word) word.wrong(`there is no action ${quote(word.text ?? '')}`, suggest(word.text ?? '', actionKinds));
    else if (item.isMap) item.wrong('this step does nothing', `one of ${actionKinds.join(', ')}`);
    return [];
  }
  const kind = named[0].key.text as Action['kind'];
  const fields = item.fields(`the step ${quote(kind)}`, ['at', kind, ...actionFields[kind]]);
  const at = fields.required('at', forms.duration);
  const isOver = (time: number): boolean => time >= lab.duration && lab.duration > 0;
  const hint = `it lasts ${describeDuration(lab.duration)}`;
  if (isOver(at)) fields.get('at')?.wrong('the run is over by then', hint);
  const { value } = named[0];
  const action = readAction(kind, value, fields, lab);
  if (!action) return [];
  const step = { at, action, value };
  const span = fields.get('for')?.read(forms.span);
  if (span === undefined || action.kind !== 'interface-down') return [step];
  if (!isOver(at) && isOver(at + span)) fields.get('for')?.wrong('the run is over by then', hint);
  return [step, { at: (at + span) as Duration, action: { ...action, kind: 'interface-up' }, value }];
}

function readAction(
  kind: Action['kind'],
  value: Value,
  fields: Fields,
  lab: Parameters<typeof readTimeline>[1],
): Action | undefined {
  const named = (...kinds: NodeKind[]): string[] =>
    lab.nodes.filter((node) => kinds.includes(node.kind)).map((node) => node.name);
  const routers = named('router');
  const { machines, what } = machinesOf(lab.nodes);
  const machine = (): string =>
    readName(
      value,
      machines.map(({ name }) => name),
      what,
    );
  switch (kind) {
    case 'forget-sessions':
      return { kind, node: readName(value, routers, 'router') };
    case 'forget-session': {
      const traffic = readName(
        value,
        lab.traffic.map(({ name }) => name),
        'traffic',
      );
      return { kind, traffic, node: readName(fields.need('node'), routers, 'router') };
    }
    case 'rotate-key': {
      const node = readName(fields.need('node'), routers, 'router');
      return readRotation(value, fields, node, lab.authority);
    }
    case 'session-capture': {
      const services = lab.authority.services.map(({ name }) => name);
      const service = readName(value, services, 'service');
      const node = readName(fields.need('node'), routers, 'router');
      return { kind, node, request: { service, ...readSessionCapture(fields) } };
    }
    case 'configure':
      return { kind, lines: value.items().map((line) => line.text ?? '') };
    case 'restart':
      return { kind, node: machine(), downFor: fields.required('down-for', forms.span) };
    case 'kill':
    case 'start':
      return { kind, node: machine() };
    case 'forget-mappings':
      return { kind, node: readName(value, named('nat'), 'nat') };
    case 'forget-states':
      return { kind, node: readName(value, named('firewall'), 'firewall') };
    case 'rebind': {
      const node = readName(value, named('nat'), 'nat');
      const address = readOutsideAddress(fields, node, lab);
      return { kind, node, ...(address !== undefined && { address }) };
    }
    case 'cut':
    case 'heal': {
      const where = readDirection(value, lab.links);
      return where && { kind, ...where };
    }
    case 'interface-down':
    case 'interface-up': {
      const end = readEnd(value, lab.nodes);
      if (end === unknownEnd) return undefined;
      if (!machines.some(({ name }) => name === end.node))
        value.wrong(`${quote(end.node)} is a host: only a ${what} has its interfaces taken down`);
      return { kind, ...end };
    }
    case 'impair': {
      const impairment = readImpairment(fields);
      const where = readDirection(value, lab.links);
      return where && { kind, ...where, impairment };
    }
  }
}

/** An address of the NAT's outside network that nobody there has. */
function readOutsideAddress(fields: Fields, name: string, lab: Parameters<typeof readTimeline>[1]): string | undefined {
  const value = fields.get('address');
  const address = value?.read(forms.ipv4Address);
  const nat = lab.nodes.find((node) => node.name === name);
  if (!value || !address || nat?.kind !== 'nat') return undefined;
  const text = formatAddress(address);
  const others = addressesSeenFrom({ node: name, port: 'outside' }, lab, lab.authority) ?? [];
  if (!prefixContains(nat.settings.outside.address, address))
    value.wrong(`${text} is not on the outside network of ${name}`);
  else if (others.some((other) => sameAddress(other, address))) value.wrong(`somebody else has the address ${text}`);
  return text;
}

function readRotation(value: Value, fields: Fields, node: string, authority: Authority): Action | undefined {
  const names = authority.securities.map(({ name }) => name);
  const security = authority.securities.find(({ name }) => name === readName(value, names, 'security policy'));
  const securityId = fields.required('security-id', forms.wholeNumber(1, 0xffff_ffff));
  if (!security) return undefined;
  const known = [security.emulator.securityId, ...security.emulator.keys.map((key) => key.securityId)];
  if (!known.includes(securityId)) {
    const hint = `it has ${known.join(', ')}`;
    fields.get('security-id')?.wrong(`security '${security.name}' has no key of this security-id`, hint);
  }
  return { kind: 'rotate-key', node, security: security.name, securityId };
}

function readName(value: Value | undefined, names: readonly string[], what: string): string {
  const name = value?.text ?? '';
  if (value && !names.includes(name))
    value.wrong(`there is no ${what} ${quote(name)} in this lab`, suggest(name, names));
  return name;
}

/** Reports steps that make no sense after the ones before them. */
function checkOrder(entries: readonly PlacedEntry[], links: readonly LabLink[]): void {
  const downInterfaces = new Set<string>();
  const cutSenders = new Set<string>();
  const upAgain = new Map<string, number>();
  for (const { at, action, value } of entries) {
    if (action.kind === 'restart' || action.kind === 'kill') {
      const until = upAgain.get(action.node) ?? 0;
      if (at < until) value.wrong(`${action.node} is still down${until < Infinity ? ' from the restart before' : ''}`);
      upAgain.set(action.node, action.kind === 'kill' ? Infinity : at + action.downFor);
    } else if (action.kind === 'start') {
      if (upAgain.get(action.node) !== Infinity) value.wrong(`${action.node} has not been killed`);
      upAgain.set(action.node, at);
    } else if (action.kind === 'interface-down' || action.kind === 'interface-up') {
      const end = `${action.node}:${action.port}`;
      const isDown = action.kind === 'interface-down';
      if (at < (upAgain.get(action.node) ?? 0)) value.wrong(`${action.node} is down then`);
      else if (isDown === downInterfaces.has(end)) value.wrong(`${end} is ${isDown ? 'down already' : 'not down'}`);
      if (isDown) downInterfaces.add(end);
      else downInterfaces.delete(end);
    } else if (action.kind === 'cut' || action.kind === 'heal') {
      const ends = links.find(({ name }) => name === action.link)?.ends ?? [];
      const senders = ends.map((_, i) => i).filter((i) => action.direction === 'both' || action.direction === i);
      const keys = senders.map((i) => `${action.link} ${i}`);
      const wasCut = keys.filter((key) => cutSenders.has(key)).length;
      if (action.kind === 'cut' && wasCut === keys.length) value.wrong('this is cut already');
      if (action.kind === 'heal' && wasCut === 0) value.wrong('nothing is cut here');
      for (const key of keys)
        if (action.kind === 'cut') cutSenders.add(key);
        else cutSenders.delete(key);
    }
  }
}

/** Each lies over what the ones before it have made of the lab's configuration. */
function checkConfigurations(entries: readonly PlacedEntry[], authority: Authority): void {
  let current = authority;
  for (const { action, value } of entries) {
    if (action.kind !== 'configure') continue;
    const lines = value.items();
    if (lines.length === 0) value.wrong('here must be lines of configuration, each from the root');
    const next = readOverlaid(formatConfiguration(current), lines, ({ message, hint }) => value.wrong(message, hint));
    if (!next) continue;
    for (const reason of restartReasons(current, next)) lines[0].wrong(reason);
    current = next;
  }
}
