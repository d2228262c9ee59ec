import { spawnSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { join, resolve } from 'node:path';
import { LabError } from '../../lib/lab/fabric.ts';

/** Where a Wireshark looks for what a person adds to it. */
export interface Folders {
  /** The personal configuration: profiles, and .proto files. */
  readonly configuration: string;
  readonly luaPlugins: string;
  /** Programs that capture; undefined if this person may write to no folder for them. */
  readonly extcap: string | undefined;
}

/** The folders of the Wireshark that is installed here, for who runs this. */
export function wiresharkFolders(): Folders {
  const { stdout, error } = spawnSync('tshark', ['-G', 'folders'], { encoding: 'utf8' });
  if (error) throw new LabError("tshark is not here to ask for Wireshark's folders; name one with --dir", 3);
  const folder = (name: string): string | undefined => new RegExp(`^${name}:\\s+(\\S.*)$`, 'im').exec(stdout)?.[1];
  const configuration = folder('Personal configuration');
  const luaPlugins = folder('Personal Lua Plugins');
  if (configuration === undefined || luaPlugins === undefined)
    throw new LabError("tshark does not tell Wireshark's folders; name one with --dir", 3);
  return { configuration, luaPlugins, extcap: folder('Personal Extcap path') ?? writable(folder('Extcap path')) };
}

/** Before 4.2, Wireshark has but the system's folder for programs that capture: of use to who may write there. */
function writable(path: string | undefined): string | undefined {
  try {
    if (path !== undefined) accessSync(path, constants.W_OK);
    return path;
  } catch {
    return undefined;
  }
}

/** Everything below one folder, as WIRESHARK_CONFIG_DIR may name it. */
export function foldersBelow(directory: string): Folders {
  const configuration = resolve(directory);
  return { configuration, luaPlugins: join(configuration, 'plugins'), extcap: join(configuration, 'extcap') };
}
