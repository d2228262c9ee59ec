import { spawnSync } from 'node:child_process';
import { join, resolve } from 'node:path';
import { LabError } from '../../lib/lab/fabric.ts';

/** Where a Wireshark looks for what a person adds to it. */
export interface Folders {
  /** The personal configuration: profiles, and .proto files. */
  readonly configuration: string;
  readonly luaPlugins: string;
  /** Programs that capture; undefined if this Wireshark has no folder for those of one person. */
  readonly extcap: string | undefined;
}

/**
 * The folders of the Wireshark that is installed here, for who runs this. Programs that capture go to the folder of all
 * persons if `isForAll`; before 4.2, Wireshark has no other.
 */
export function wiresharkFolders(isForAll: boolean): Folders {
  const { stdout, error } = spawnSync('tshark', ['-G', 'folders'], { encoding: 'utf8' });
  if (error) throw new LabError("tshark is not here to ask for Wireshark's folders; name one with --dir", 3);
  const folder = (name: string): string | undefined => new RegExp(`^${name}:\\s+(\\S.*)$`, 'im').exec(stdout)?.[1];
  const configuration = folder('Personal configuration');
  const luaPlugins = folder('Personal Lua Plugins');
  if (configuration === undefined || luaPlugins === undefined)
    throw new LabError("tshark does not tell Wireshark's folders; name one with --dir", 3);
  return { configuration, luaPlugins, extcap: folder(isForAll ? 'Extcap path' : 'Personal Extcap path') };
}

/** Everything below one folder, as WIRESHARK_CONFIG_DIR may name it. */
export function foldersBelow(directory: string): Folders {
  const configuration = resolve(directory);
  return { configuration, luaPlugins: join(configuration, 'plugins'), extcap: join(configuration, 'extcap') };
}
