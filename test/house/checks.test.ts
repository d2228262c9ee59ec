import { equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';

/** Runs a program from the project's root, which is where mocha is run; what it printed is the message of a failure. */
function succeeds(program: string, ...args: string[]): void {
  const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8' });
  equal(status, 0, error?.message ?? `${program} ${args.join(' ')}\n${stdout}${stderr}`);
}

const node = (program: string, ...args: string[]): void =>
  succeeds(process.execPath, `node_modules/${program}`, ...args);

describe('the house is in order', function () {
  this.timeout(900_000);
  this.slow(60_000);

  it('breaks no lint rule', () => {
    node('eslint/bin/eslint.js', '--max-warnings=0', '.');
  });

  it('is formatted', () => {
    node('prettier/bin/prettier.cjs', '--check', '--log-level=warn', '.');
  });

  it("compiles the core without Node's types", () => {
    node('typescript/bin/tsc', '-p', 'tsconfig.lib.json');
  });

  it('compiles the page for a browser', () => {
    node('typescript/bin/tsc', '-p', 'web');
  });

  it('generates from the .proto files the very code that is committed', () => {
    succeeds('scripts/proto.sh', '--check');
  });
});
