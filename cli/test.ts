import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Command } from 'commander';

const home = join(import.meta.dirname, '..', '..');
const testFolder = join(home, 'dist', 'test');

/** The folders of ./test in the order in which they run: what is quick and easy to understand fails first. */
const folderOrder = ['house', 'unit', 'conformance', 'sim', 'fuzz', 'fabric', 'e2e'];

/** Those whose tests use the machine itself: namespaces, containers, other people's programs. */
const machineFolders = ['fabric', 'e2e'];

/** Programs that those tests use, and the Debian package of each. */
const programs: Record<string, string> = {
  ip: 'iproute2',
  ping: 'iputils-ping',
  curl: 'curl',
  iperf3: 'iperf3',
  tcpdump: 'tcpdump',
  tshark: 'tshark',
  dockerd: 'docker.io',
  'docker-compose': 'docker-compose',
  'redis-server': 'redis-server',
  openssl: 'openssl',
  ethtool: 'ethtool',
  nft: 'nftables',
  ps: 'procps',
  chromium: 'chromium',
  'g++': 'g++',
  make: 'make',
  python3: 'python3',
  bird: 'bird2',
  vtysh: 'frr',
  promtool: 'prometheus',
  xmllint: 'libxml2-utils',
};
const developmentFiles = ['libpcap-dev'];

/** `svrlab test`. The launcher has built everything by the time it runs. */
export function testCommand(): Command {
  return new Command('test')
    .summary('run the test suite, after setting up what it needs')
    .description(
      'Runs the whole test suite, after setting up what it needs. The last line printed is "N passed, N failed, N skipped".\n' +
        'What is not an option of this command is handed to mocha.',
    )
    .option('--only <folders>', `comma-separated folders or files below test/: ${testFolders().join(', ')}, unit/tidy`)
    .allowUnknownOption()
    .addHelpText('after', '\nExamples:\n  svrlab test\n  svrlab test --only unit,sim --grep recovery')
    .argument('[mocha arguments...]')
    .action((mochaArguments: string[], options: { only?: string }) => {
      const files = options.only === undefined ? testFiles() : chosenFiles(options.only.split(','));
      if (files.some((file) => machineFolders.includes(folderOf(file)))) setUpMachine();
      process.exitCode = runTests(files, mochaArguments);
    });
}

const folderOf = (file: string): string => file.split('/')[0];

/** Every test, as its path below ./test without an ending, in the order in which they run. */
function testFiles(): string[] {
  const ending = '.test.js';
  const files = readdirSync(testFolder, { recursive: true, encoding: 'utf8' });
  const rank = (file: string): number => folderOrder.indexOf(folderOf(file));
  return files
    .filter((file) => file.endsWith(ending))
    .map((file) => file.slice(0, -ending.length))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
}

const testFolders = (): string[] => [...new Set(testFiles().map(folderOf))];

function chosenFiles(wanted: string[]): string[] {
  const files = testFiles();
  const isIn = (file: string, place: string): boolean => file === place || file.startsWith(`${place}/`);
  const unknown = wanted.find((place) => !files.some((file) => isIn(file, place)));
  if (unknown !== undefined) {
    console.error(`svrlab test: there are no tests in '${unknown}'; the folders are ${testFolders().join(', ')}`);
    process.exit(2);
  }
  return files.filter((file) => wanted.some((place) => isIn(file, place)));
}

/** Adds missing programs where that is possible. Tests that still lack something skip themselves and say why. */
function setUpMachine(): void {
  const path = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  const isHere = (program: string): boolean => path.some((folder) => existsSync(join(folder, program)));
  const missing = Object.entries(programs).filter(([program]) => !isHere(program));
  const packages = [...missing.map(([, debianPackage]) => debianPackage), ...developmentFiles];
  spawnSync(join(home, 'scripts', 'setup.sh'), packages, { stdio: 'inherit' });
  // The launcher compiles the native modules if what they need has just arrived.
  spawnSync(join(home, 'svrlab'), ['--version'], { stdio: ['ignore', 'ignore', 'inherit'] });
}

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * The exit status. Tests that touch nothing but themselves run on all cores; then those that use the machine, one at a
 * time. A run in which no test ran has failed.
 */
function runTests(files: string[], mochaArguments: string[]): number {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-test-'));
  const counts = join(folder, 'counts');
  const usesMachine = (file: string): boolean => machineFolders.includes(folderOf(file));
  const pure = files.filter((file) => !usesMachine(file));
  const statuses = [
    runMocha(pure, ['--parallel', '--jobs', String(availableParallelism()), ...mochaArguments], counts),
    runMocha(files.filter(usesMachine), mochaArguments, counts),
  ];
  const lines = existsSync(counts) ? readFileSync(counts, 'utf8').trimEnd().split('\n') : [];
  rmSync(folder, { recursive: true });
  const all = lines.map((line) => JSON.parse(line) as Counts);
  const sum = (count: keyof Counts): number => all.reduce((total, one) => total + one[count], 0);
  if (sum('passed') + sum('failed') === 0) console.log('  no test ran');
  console.log(`${sum('passed')} passed, ${sum('failed')} failed, ${sum('skipped')} skipped`);
  return sum('passed') > 0 && statuses.every((status) => status === 0) ? 0 : 1;
}

/** The exit status; 0 if there is nothing to run. */
function runMocha(files: string[], words: string[], counts: string): number | null {
  if (files.length === 0) return 0;
  const mocha = join(home, 'node_modules', 'mocha', 'bin', 'mocha.js');
  const specs = files.map((file) => join(testFolder, `${file}.test.js`));
  const env = { ...process.env, SVRLAB_TEST_COUNTS: counts };
  return spawnSync(process.execPath, [mocha, ...words, ...specs], { cwd: home, stdio: 'inherit', env }).status;
}
