import type { Authority, Security } from '../config/index.ts';
import type { SecretsSource } from '../capture/secrets.ts';

/** What it takes to read a lab's packets, as JSON has it: keys are lists of bytes. */
export type PlainKeys = Readonly<Record<string, unknown>>;

/** Of a lab's configuration, what packets are sealed and encrypted with, as plain data. */
export function plainKeys({ securities, services, emulator }: Authority): PlainKeys {
  return {
    securities: securities.map(plain),
    services: services.map(({ name, security }) => ({ name, security })),
    emulator: { hmacTimeWindow: emulator.hmacTimeWindow },
  };
}

/** The reverse. */
export function readKeys(keys: PlainKeys): SecretsSource {
  const { securities, ...rest } = keys as { securities: unknown[] };
  return { ...rest, securities: securities.map(revived) as Security[] } as unknown as SecretsSource;
}

function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: Array.from(value) };
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, plain(part)]));
}

function revived(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(revived);
  if (typeof value !== 'object' || value === null) return value;
  if ('bytes' in value && Array.isArray(value.bytes)) return Uint8Array.from(value.bytes as number[]);
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, revived(part)]));
}
