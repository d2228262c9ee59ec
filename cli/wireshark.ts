import { Command } from 'commander';
import type { Terminal } from './terminal.ts';
import { foldersBelow, wiresharkFolders, type Folders } from './wireshark/folders.ts';
import { install, uninstall } from './wireshark/installation.ts';
import { PROFILE, kitFiles, kitFolder } from './wireshark/kit.ts';

interface FolderOptions {
  readonly dir?: string;
  readonly extcapDir?: string;
  readonly system?: true;
}

const examples = `
Examples:
  svrlab wireshark install
  tshark -C svrlab -r out/session-recovery/capture.pcapng -Y svr.health_check
  wireshark -C svrlab out/session-recovery/capture.pcapng
  svrlab wireshark uninstall
  tshark -X lua_script:$(svrlab wireshark path)/svr.lua -r capture.pcapng     without installing anything`;

/** The kit for Wireshark: dissector, messages, profile with columns and colours, and the program that captures in labs. */
export function wiresharkCommand(terminal: Terminal): Command {
  const command = new Command('wireshark')
    .summary('teach Wireshark and tshark SVR: dissector, profile, live capture')
    .description("Puts svrlab's dissector, .proto files and profile where Wireshark finds them.")
    .addHelpText('after', examples);
  withFolders(command.command('install'))
    .description('Installs the kit for who runs this, or brings it up to date.')
    .option('--force', 'move files aside that are in the way')
    .action((options: FolderOptions & { force?: true }) => {
      const folders = foldersOf(options);
      const { written, movedAside } = install(folders.configuration, kitFiles(folders), options.force === true);
      terminal.out(written.map((path) => `wrote ${path}\n`).join(''));
      terminal.out(movedAside.map((path) => `moved aside to ${path}\n`).join(''));
      if (folders.extcap === undefined)
        terminal.err(
          'svrlab: the program that captures in labs was left out, as this Wireshark has but a folder for all who use it: ' +
            '--system puts it there\n',
        );
      terminal.err(`svrlab: 'wireshark -C ${PROFILE}' and 'tshark -C ${PROFILE}' use the profile\n`);
    });
  withFolders(command.command('uninstall'))
    .description('Removes what was installed. What has been changed since stays.')
    .action((options: FolderOptions) => {
      const { removed, kept } = uninstall(foldersOf(options).configuration);
      terminal.out(removed.map((path) => `removed ${path}\n`).join(''));
      for (const path of kept) terminal.err(`svrlab: ${path} has been changed since, and stays\n`);
      if (removed.length + kept.length === 0) terminal.err('svrlab: nothing is installed\n');
    });
  command
    .command('path')
    .description('Prints the folder of the kit, for those who would rather install nothing.')
    .action(() => terminal.out(`${kitFolder}\n`));
  return command;
}

const withFolders = (command: Command): Command =>
  command
    .option('--dir <folder>', "instead of Wireshark's own folders, everything below this one")
    .option('--system', 'the program that captures in labs goes to the folder of all who use this Wireshark')
    .option('--extcap-dir <folder>', 'where that program goes instead');

function foldersOf({ dir, extcapDir, system }: FolderOptions): Folders {
  const folders = dir === undefined ? wiresharkFolders(system === true) : foldersBelow(dir);
  return extcapDir === undefined ? folders : { ...folders, extcap: extcapDir };
}
