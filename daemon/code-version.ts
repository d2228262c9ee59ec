import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { version } from './version.ts';

const home = join(import.meta.dirname, '..');

/** What a result depends on besides its scenario and its seed. */
const rooms = ['lib', 'proto', 'daemon/campaign'];

/** `0.1.0-3f9a2c71d0b4`: the version, and a digest of the built code that makes results. */
export function codeVersion(): string {
  const hash = createHash('sha256');
  for (const room of rooms)
    for (const name of readdirSync(join(home, room), { recursive: true, encoding: 'utf8' }).sort())
      if (name.endsWith('.js')) hash.update(name).update(readFileSync(join(home, room, name)));
  return `${version}-${hash.digest('hex').slice(0, 12)}`;
}
