import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'ioredis';
import { LabError } from '../../lib/lab/fabric.ts';

/** Where a Redis is, and how it is entered. */
export type RedisPlace = Pick<RedisOptions, 'path' | 'host' | 'port' | 'username' | 'password' | 'tls'>;

const FORMS = 'unix:/path/to/socket, redis://[user[:password]@]host[:port] or rediss://... for TLS';

/**
 * Reads a place as a person writes it.
 *
 * @param caFile certificates that a TLS server may show, beside those that are trusted anyway
 * @param password instead of one in the place itself, which everybody sees who lists processes
 */
export function readRedisPlace(text: string, { caFile, password }: { caFile?: string; password?: string }): RedisPlace {
  const secret = password === undefined ? {} : { password };
  if (text.startsWith('unix:/')) return { path: text.slice('unix:'.length), ...secret };
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || !['redis:', 'rediss:'].includes(url.protocol) || url.hostname === '')
    throw new LabError(`'${text}' is no place of a Redis: write ${FORMS}`, 2);
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    port: url.port === '' ? 6_379 : Number(url.port),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...secret,
    ...(url.protocol === 'rediss:' && { tls: { servername: url.hostname, ...(caFile && { ca: readCa(caFile) }) } }),
  };
}

function readCa(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw new LabError(`cannot read the certificates in '${path}': ${(error as Error).message}`, 2);
  }
}
