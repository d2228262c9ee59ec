import { assert } from '../assert.ts';
import { formatConfiguration, parseConfiguration, type Authority } from '../config/index.ts';
import { fromPlainText, toPlainText } from './plain-text.ts';

/**
 * What is done to a device from outside, by the name of its method; behind a dot, by that of a part of it. What a device
 * is only asked is not here: it changes nothing.
 */
export const commands = {
  router: [
    'reconfigure',
    'forgetSessions',
    'forgetSession',
    'deleteSession',
    'rotateKey',
    'closeSessionTable',
    'slowSetup',
    'clearEvents',
    'clearNeighbors',
    'sessionCaptures.create',
    'sessionCaptures.delete',
  ],
  nat: ['forget', 'rebind'],
  firewall: ['forget'],
} as const satisfies Record<string, readonly string[]>;

export type RecordedKind = keyof typeof commands;

type Part = Readonly<Record<string, unknown>>;

/** A command as a tape has it. */
interface Call {
  readonly name: string;
  readonly given: readonly unknown[];
}

/** What is done, as a tape has it. */
export const commandText = (name: string, given: readonly unknown[]): string =>
  toPlainText({ name, given: outward(name, given) } satisfies Call);

/** Does to a device what a tape says. */
export function doCommand(device: object, text: string): void {
  const { name, given } = fromPlainText(text) as Call;
  const steps = name.split('.');
  const method = steps.pop() ?? '';
  const part = steps.reduce<Part>((whole, step) => whole[step] as Part, device as Part);
  const action = part[method];
  assert(typeof action === 'function', `a tape wants '${name}' of a device that has no such thing`);
  Reflect.apply(action, part, inward(name, given));
}

/** A configuration goes on the tape as its text, the way a person reads it. */
function outward(name: string, given: readonly unknown[]): readonly unknown[] {
  return name === 'reconfigure' ? [formatConfiguration(given[0] as Authority), ...given.slice(1)] : given;
}

function inward(name: string, given: readonly unknown[]): readonly unknown[] {
  if (name !== 'reconfigure') return given;
  const { authority } = parseConfiguration(String(given[0]), 'tape');
  assert(authority !== undefined, 'a configuration of a tape was read before');
  return [authority, ...given.slice(1)];
}
