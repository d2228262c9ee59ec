import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { testCommand } from './test.ts';

const manifest = readFileSync(join(import.meta.dirname, '..', '..', 'package.json'), 'utf8');
const { version, description } = JSON.parse(manifest) as { version: string; description: string };

await new Command('svrlab').description(description).version(version).addCommand(testCommand()).parseAsync();
