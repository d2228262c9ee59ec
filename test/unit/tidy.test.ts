import { deepEqual, ok } from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import ts from 'typescript';

/**
 * The rooms of the house, lowest first. A room may import those on the lines above its own, and itself; nothing else.
 * Files right below lib/ that are not listed are the ground that everything stands on.
 */
const rooms = [
  ['lib', 'proto'],
  ['lib/wire', 'lib/stores'],
  ['lib/metadata'],
  ['lib/config'],
  ['lib/security-policies.ts'],
  ['lib/stats'],
  ['lib/highway'],
  ['lib/service-area'],
  ['lib/peering'],
  ['lib/health'],
  ['lib/persistence'],
  ['lib/redundancy'],
  ['lib/router-configuration.ts'],
  ['lib/router.ts'],
  ['lib/host', 'lib/middlebox', 'lib/link'],
  ['lib/attacker'],
  ['lib/capture'],
  ['lib/lab'],
  ['lib/report', 'lib/campaign', 'lib/replay'],
  ['daemon', 'web'],
  ['cli'],
  ['bench', 'scripts'],
  ['test'],
];
const groundForWire = ['lib/frame.ts', 'lib/address.ts'];

const longestFile = 600;
const longestLine = 140;

/** Paths below `place` of the files that people write, from the project's root, where mocha is run. */
function filesIn(place: string): string[] {
  if (!existsSync(place)) return [];
  if (statSync(place).isFile()) return [place];
  return readdirSync(place, { recursive: true, encoding: 'utf8' })
    .map((name) => join(place, name))
    .filter((name) => statSync(name).isFile());
}

const isGenerated = (file: string): boolean => file.startsWith('proto/') && !file.endsWith('.proto');

const text = (file: string): string => readFileSync(file, 'utf8');

const code = ['lib', 'proto', 'daemon', 'web', 'cli', 'test', 'bench', 'scripts', '.ci', 'svrlab', 'eslint.config.js']
  .flatMap(filesIn)
  .filter((file) => !isGenerated(file) && /\.(tsx?|js|mjs|css|sh|proto)$|^svrlab$|^\.ci/.test(file));
const prose = [...['docs', 'scenarios'].flatMap(filesIn), ...readdirSync('.').filter((name) => name.endsWith('.md'))];
const sources = code.filter((file) => /\.tsx?$/.test(file));

/** The room of a file: the longest listed path that it is, or lies below. */
function roomOf(file: string): string {
  const around = rooms.flat().filter((room) => file === room || file.startsWith(`${room}/`));
  const room = around.sort((a, b) => b.length - a.length)[0];
  const isUnlisted = room === undefined || (room === 'lib' && file.split('/').length > 2);
  return isUnlisted ? dirname(file) : room;
}

const heightOf = (room: string): number => rooms.findIndex((level) => level.includes(room));

/** The project's own files that `file` imports, types included. */
function importsOf(file: string): string[] {
  return ts
    .preProcessFile(text(file), true, true)
    .importedFiles.map((imported) => imported.fileName)
    .filter((name) => name.startsWith('.'))
    .map((name) => normalize(join(dirname(file), name)));
}

const imports = sources.flatMap((file) => importsOf(file).map((imported) => ({ file, imported })));
const describeImport = ({ file, imported }: { file: string; imported: string }): string => `${file} -> ${imported}`;

describe('the house', () => {
  it('has a place in the order for every room', () => {
    const unplaced = sources.map(roomOf).filter((room) => heightOf(room) < 0);
    deepEqual([...new Set(unplaced)], []);
  });

  it('imports downwards only', () => {
    ok(imports.length > 0);
    const upwards = imports.filter(({ file, imported }) => {
      const [from, to] = [roomOf(file), roomOf(imported)];
      return from !== to && heightOf(to) >= heightOf(from);
    });
    deepEqual(upwards.map(describeImport), []);
  });

  it('lets lib/wire stand on frames and addresses alone', () => {
    const strangers = imports
      .filter(({ file }) => roomOf(file) === 'lib/wire')
      .filter(({ imported }) => roomOf(imported) !== 'lib/wire' && !groundForWire.includes(imported));
    deepEqual(strangers.map(describeImport), []);
  });
});

describe('its files', () => {
  it(`have at most ${longestFile} lines`, () => {
    const lineCount = (file: string): number => text(file).split('\n').length - 1;
    deepEqual(
      code.filter((file) => lineCount(file) > longestFile),
      [],
    );
  });

  it(`have no line over ${longestLine} columns`, () => {
    deepEqual(
      linesOf(code, (line) => line.length > longestLine),
      [],
    );
  });

  it('leave nothing to do', () => {
    const unfinished = new RegExp(['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].map((word) => `\\b${word}\\b`).join('|'));
    deepEqual(
      linesOf([...code, ...prose], (line) => unfinished.test(line)),
      [],
    );
  });

  it('name no path of one machine', () => {
    const places = /\/(work|farm|(home|Users)\/[a-z]+)\//;
    deepEqual(
      linesOf([...code, ...prose], (line) => places.test(line)),
      [],
    );
  });

  it('of the core begin with what they import or what they are', () => {
    deepEqual(
      sources.filter((file) => file.startsWith('lib/') && !/^(import |export |declare |\/\*\*|\/\/)/.test(text(file))),
      [],
    );
  });

  it('lock packages without naming a registry', () => {
    const lock = JSON.parse(text('package-lock.json')) as { packages: Record<string, { resolved?: string }> };
    deepEqual(
      Object.values(lock.packages).filter((locked) => locked.resolved !== undefined),
      [],
    );
  });
});

/** Lines that `isWrong`, as file:line. */
function linesOf(files: string[], isWrong: (line: string) => boolean): string[] {
  return files.flatMap((file) =>
    text(file)
      .split('\n')
      .flatMap((line, index) => (isWrong(line) ? [`${file}:${index + 1}`] : [])),
  );
}
