import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Folders } from './folders.ts';

/** The project's folder: what is compiled lies three folders below it. */
const home = join(import.meta.dirname, '..', '..', '..');

/** What comes with svrlab for Wireshark. */
export const kitFolder: string = join(home, 'wireshark');

/** Name of the profile. */
export const PROFILE = 'svrlab';

/** A file of the kit: where it goes, and what it holds. */
export interface KitFile {
  readonly path: string;
  readonly text: string;
  readonly isProgram?: true;
}

/** Everything that is installed: dissector, messages, profile, and the program that captures in labs. */
export function kitFiles({ configuration, luaPlugins, extcap }: Folders): KitFile[] {
  const protos = join(home, 'proto', 'svr', 'v1');
  const profile = join(configuration, 'profiles', PROFILE);
  const messages = join(configuration, 'protobuf');
  const copies: readonly (readonly [from: string, to: string])[] = [
    [join(kitFolder, 'svr.lua'), join(luaPlugins, 'svr.lua')],
    ...['metadata.proto', 'bfd.proto'].map((name) => [join(protos, name), join(messages, 'svr', 'v1', name)] as const),
    ...readdirSync(join(kitFolder, 'profile'))
      .sort()
      .map((name) => [join(kitFolder, 'profile', name), join(profile, name)] as const),
  ];
  return [
    ...copies.map(([from, path]) => ({ path, text: readFileSync(from, 'utf8') })),
    { path: join(profile, 'protobuf_search_paths'), text: `${tableText(messages)},"TRUE"\n` },
    ...(extcap === undefined
      ? []
      : [{ path: join(extcap, 'svrlab'), text: extcapProgram(), isProgram: true as const }]),
  ];
}

/** A text in Wireshark's own tables. */
const tableText = (text: string): string => `"${text.replace(/["\\]/g, (c) => `\\x${c.charCodeAt(0).toString(16)}`)}"`;

const extcapProgram = (): string =>
  `#!/bin/sh\nexec ${quoted(process.execPath)} ${quoted(join(home, 'dist', 'cli', 'main.js'))} extcap "$@"\n`;

const quoted = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
