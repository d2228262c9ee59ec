import { spawnSync } from 'node:child_process';
import { accessSync, constants, existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { delimiter, join } from 'node:path';
import { Command } from 'commander';
import { loadNative } from '../daemon/ports/native.ts';
import { exitStatus } from './exit.ts';
import { formatHeading, formatTable } from './table.ts';
import type { Terminal } from './terminal.ts';

/** What parts of svrlab a check is for. `extras` are of use, but nothing fails without them. */
const purposes = ['sim', 'netns', 'compose', 'extras'] as const;
export type Purpose = (typeof purposes)[number];

/** What a check found; `lack` says what is wrong, and `mend` is a command. */
export type Finding = { readonly found: string } | { readonly lack: string; readonly mend: string };

export interface Check {
  readonly what: string;
  readonly for: readonly Purpose[];
  readonly look: () => Finding;
}

/** Linux capabilities, by their bit in /proc/self/status, that making namespaces and reading raw frames take. */
const capabilities = { NET_ADMIN: 12, NET_RAW: 13, SYS_ADMIN: 21 };

const rebuildNatives = 'sudo apt-get install --yes g++ make python3 libpcap-dev && npm rebuild cap raw-socket';
const install = (debianPackage: string): string => `sudo apt-get install --yes ${debianPackage}`;

const checks: readonly Check[] = [
  { what: 'Node.js 20.19 or newer', for: ['sim', 'netns', 'compose'], look: lookAtNode },
  { what: 'Linux', for: ['netns'], look: lookAtSystem },
  { what: 'rights of root', for: ['netns'], look: lookAtRights },
  { what: 'npm module cap', for: ['netns'], look: () => lookAtNative('cap') },
  { what: 'npm module raw-socket', for: ['netns'], look: () => lookAtNative('raw-socket') },
  { what: 'libpcap', for: ['netns'], look: lookAtLibpcap },
  { what: 'ip', for: ['netns'], look: () => lookAtProgram('ip', 'iproute2') },
  { what: 'a network namespace and veth', for: ['netns'], look: lookAtNamespaces },
  { what: 'ethtool', for: ['netns'], look: () => lookAtProgram('ethtool', 'ethtool') },
  { what: 'curl', for: ['netns'], look: () => lookAtProgram('curl', 'curl') },
  { what: 'docker', for: ['compose'], look: () => lookAtProgram('docker', 'docker.io') },
  { what: 'a Docker engine that answers', for: ['compose'], look: lookAtEngine },
  { what: 'Compose', for: ['compose'], look: lookAtCompose },
  { what: 'nft (refuse, reset)', for: ['extras'], look: () => lookAtProgram('nft', 'nftables') },
  { what: 'redis-server (two nodes)', for: ['extras'], look: () => lookAtProgram('redis-server', 'redis-server') },
  { what: 'tshark', for: ['extras'], look: () => lookAtProgram('tshark', 'tshark') },
];

export function doctorCommand(terminal: Terminal): Command {
  return new Command('doctor')
    .summary('say what this machine can run, and how to mend what it lacks')
    .description(
      'Looks at what this machine has and says which fabrics it can run, with the command that mends each lack. ' +
        'Changes nothing: a namespace made to see whether that works is removed again.',
    )
    .option('--json', 'print what was found as JSON')
    .addHelpText('after', '\nExamples:\n  svrlab doctor\n  svrlab doctor --json | jq .fabrics')
    .action((options: { json?: true }) => {
      const findings = examine(checks);
      terminal.out(
        options.json ? `${JSON.stringify(asJson(findings), null, 2)}\n` : formatFindings(findings, terminal),
      );
      process.exitCode = canRun(findings, 'sim') ? exitStatus.success : exitStatus.lacking;
    });
}

export interface Examined {
  readonly check: Check;
  readonly finding: Finding;
}

export const examine = (toDo: readonly Check[]): Examined[] => toDo.map((check) => ({ check, finding: check.look() }));

const canRun = (examined: readonly Examined[], purpose: Purpose): boolean =>
  examined.every(({ check, finding }) => 'found' in finding || !check.for.includes(purpose));

export function asJson(examined: readonly Examined[]): object {
  const fabrics = purposes.filter((purpose) => purpose !== 'extras');
  return {
    fabrics: Object.fromEntries(fabrics.map((fabric) => [fabric, canRun(examined, fabric)])),
    checks: examined.map(({ check, finding }) => ({ what: check.what, for: check.for, ...finding })),
  };
}

export function formatFindings(examined: readonly Examined[], { paint }: Pick<Terminal, 'paint'>): string {
  const table = formatTable<Examined>(
    [
      { title: 'Check', of: ({ check }) => check.what },
      { title: 'For', of: ({ check }) => check.for.join(', ') },
      { title: 'State', of: ({ finding }) => ('found' in finding ? paint('good', 'ok') : paint('bad', 'missing')) },
      { title: 'Found', of: ({ finding }) => ('found' in finding ? finding.found : finding.lack) },
    ],
    examined,
  );
  const fabrics = (['sim', 'netns', 'compose'] as const).map((fabric) =>
    canRun(examined, fabric)
      ? `  --fabric ${fabric.padEnd(8)} ${paint('good', 'runs here')}`
      : `  --fabric ${fabric.padEnd(8)} ${paint('bad', 'does not run here yet')}`,
  );
  const mends = new Set(examined.flatMap(({ finding }) => ('mend' in finding ? [finding.mend] : [])));
  const mending =
    mends.size > 0 ? `\n${formatHeading('What mends it')}\n${[...mends].map((m) => `  ${m}\n`).join('')}` : '';
  return `${table}\n\n${fabrics.join('\n')}\n${mending}`;
}

function lookAtNode(): Finding {
  const [major, minor] = process.versions.node.split('.').map(Number);
  if (major > 20 || (major === 20 && minor >= 19)) return { found: process.version };
  return { lack: `this is ${process.version}`, mend: 'install Node.js 20.19 or newer from https://nodejs.org' };
}

function lookAtSystem(): Finding {
  if (process.platform === 'linux') return { found: process.platform };
  return { lack: `this is ${process.platform}`, mend: 'run svrlab on Linux, or in a Linux virtual machine' };
}

function lookAtRights(): Finding {
  if (process.platform !== 'linux') return { lack: 'only Linux has what is needed', mend: 'run svrlab on Linux' };
  const status = readFileSync('/proc/self/status', 'utf8');
  const effective = BigInt(`0x${/^CapEff:\s*([0-9a-f]+)/m.exec(status)?.[1] ?? '0'}`);
  const missing = Object.entries(capabilities).filter(([, bit]) => ((effective >> BigInt(bit)) & 1n) === 0n);
  if (missing.length === 0) return { found: Object.keys(capabilities).join(', ') };
  const names = missing.map(([name]) => name).join(', ');
  const mend = 'sudo ./svrlab ... (in a container: --cap-add NET_ADMIN --cap-add NET_RAW --cap-add SYS_ADMIN)';
  return { lack: `without the capability ${names}`, mend };
}

function lookAtNative(name: 'cap' | 'raw-socket'): Finding {
  try {
    loadNative(name);
    const { version } = createRequire(import.meta.url)(`${name}/package.json`) as { version: string };
    return { found: version };
  } catch (error) {
    return { lack: (error as Error).message.split(';')[0], mend: rebuildNatives };
  }
}

function lookAtLibpcap(): Finding {
  const folders = ['/usr/lib', '/usr/lib64', '/lib', '/usr/local/lib'].flatMap((folder) => [
    folder,
    join(folder, `${{ x64: 'x86_64', arm64: 'aarch64' }[process.arch as string] ?? process.arch}-linux-gnu`),
  ]);
  const names = ['libpcap.so', 'libpcap.so.1', 'libpcap.so.0.8'];
  const library = folders.flatMap((folder) => names.map((name) => join(folder, name))).find((path) => existsSync(path));
  if (library !== undefined) return { found: library };
  return { lack: 'the library is not installed', mend: rebuildNatives };
}

/** Where programs are: root's folders too, which are not on everybody's path. */
const programFolders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];

function findProgram(name: string): string | undefined {
  return programFolders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function lookAtProgram(name: string, debianPackage: string): Finding {
  const path = findProgram(name);
  return path === undefined ? { lack: 'not installed', mend: install(debianPackage) } : { found: path };
}

/** Runs a program to its end; its first line of output, or what it complained of. */
function ask(program: string, ...words: string[]): { ok: boolean; line: string } {
  const asked = spawnSync(findProgram(program) ?? program, words, { encoding: 'utf8', timeout: 10_000 });
  const said =
    asked.status === 0 ? asked.stdout : asked.stderr || asked.error?.message || `exit status ${asked.status}`;
  return { ok: asked.status === 0, line: said.trim().split('\n')[0] };
}

function lookAtNamespaces(): Finding {
  const name = `svrlab-doctor-${process.pid}`;
  try {
    const made = ask('ip', 'netns', 'add', name);
    if (!made.ok) return { lack: made.line, mend: 'sudo ./svrlab doctor' };
    const linked = ask('ip', '-n', name, 'link', 'add', 'name', 'left', 'type', 'veth', 'peer', 'name', 'right');
    return linked.ok ? { found: 'both can be made' } : { lack: linked.line, mend: 'sudo modprobe veth' };
  } finally {
    ask('ip', 'netns', 'del', name);
  }
}

function lookAtEngine(): Finding {
  const asked = ask('docker', 'version', '--format', '{{.Server.Version}}');
  return asked.ok ? { found: asked.line } : { lack: asked.line, mend: 'sudo scripts/docker-engine.sh start' };
}

function lookAtCompose(): Finding {
  const plugin = ask('docker', 'compose', 'version', '--short');
  if (plugin.ok) return { found: `docker compose ${plugin.line}` };
  const standalone = ask('docker-compose', 'version', '--short');
  if (standalone.ok) return { found: `docker-compose ${standalone.line}` };
  return { lack: 'neither docker compose nor docker-compose', mend: install('docker-compose') };
}
