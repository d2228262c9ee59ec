#!/usr/bin/env node
// Generates static protobufjs code beside every .proto file: `NAME.ts` with the code, `NAME-types.d.ts` with its types.
//   node scripts/proto.mjs           writes the files
//   node scripts/proto.mjs --check   writes nothing; exit status 1 if a committed file is not what would be written
import { execFileSync } from 'node:child_process';
import { mkdtempSync, existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const pbjs = join(root, 'node_modules', 'protobufjs-cli', 'bin', 'pbjs');

// Each file has a protobufjs root of its own: files of one package would otherwise replace each other's messages.
function generate(proto, scratch) {
  const name = basename(proto, '.proto');
  const out = join(scratch, `${name}.js`);
  const leaveOut = ['create', 'verify', 'convert', 'delimited', 'typeurl', 'service'].map((part) => `--no-${part}`);
  const how = ['-t', 'static-module', '-w', 'esm', '--dependency', 'protobufjs/minimal.js', '-r', proto, ...leaveOut];
  const run = (...more) => execFileSync(process.execPath, [pbjs, ...how, ...more, '-o', out, join(root, proto)]);

  // The types are made from the comments of the code, which the code itself can do without.
  run('--dts');
  const types = readFileSync(out.replace(/\.js$/, '.d.ts'), 'utf8');
  run('--no-comments');
  const code = readFileSync(out, 'utf8')
    .replace(/^\/\*eslint-disable.*\n/, '')
    .replace(/^export const (\w+) = /m, 'export const $1: typeof Types.$1 = ')
    .replace(/\nexport \{\s*\$root as default\s*\};\n/, '');

  const banner = `// Generated from ${basename(proto)} by scripts/proto.mjs; do not edit.\n/* eslint-disable */\n`;
  return [
    [
      proto.replace(/\.proto$/, '.ts'),
      `${banner}// @ts-nocheck\nimport type * as Types from "./${name}-types.d.ts";\n${code}`,
    ],
    [proto.replace(/\.proto$/, '-types.d.ts'), banner + types],
  ];
}

const scratch = mkdtempSync(join(tmpdir(), 'svrlab-proto-'));
try {
  const protos = readdirSync(join(root, 'proto'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.proto'))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)))
    .sort();
  const check = process.argv.includes('--check');
  for (const [path, content] of protos.flatMap((proto) => generate(proto, scratch))) {
    const target = join(root, path);
    if (existsSync(target) && readFileSync(target, 'utf8') === content) continue;
    if (check) {
      console.error(`${path} is not what its .proto file gives; run: node scripts/proto.mjs`);
      process.exitCode = 1;
    } else {
      writeFileSync(target, content);
      console.log(`wrote ${path}`);
    }
  }
} finally {
  rmSync(scratch, { recursive: true });
}
