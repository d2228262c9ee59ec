import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The dissector that svrlab has for Wireshark. */
export const dissector = join(import.meta.dirname, '..', '..', '..', 'wireshark', 'svr.lua');

export const hasTshark = (): boolean => spawnSync('tshark', ['--version']).status === 0;

export interface TsharkRun {
  readonly out: string;
  /** Without the warning that root gets. */
  readonly err: string;
}

/** Runs tshark with the kit's dissector and a person's configuration that is empty. Throws if it fails. */
export function tshark(words: readonly string[], environment: Readonly<Record<string, string>> = {}): TsharkRun {
  const home = mkdtempSync(join(tmpdir(), 'svrlab-tshark-'));
  try {
    const { status, stdout, stderr, error } = spawnSync('tshark', ['-X', `lua_script:${dissector}`, ...words], {
      encoding: 'utf8',
      env: { PATH: process.env.PATH, HOME: home, ...environment },
      maxBuffer: 1 << 28,
    });
    const err = stderr.replace(/^Running as user "root".*\n/m, '');
    if (error ?? status !== 0) throw new Error(`tshark: ${error?.message ?? err}`);
    return { out: stdout, err };
  } finally {
    rmSync(home, { recursive: true });
  }
}

/** What stands between fields, and between the values of one, in what tshark prints; in no text of a capture. */
const FIELD_END = '\t';
const VALUE_END = '\x1f';

/** Each packet's values of some fields, as tshark prints them: an empty list where a packet has not the field. */
export function tsharkFields(
  capture: Uint8Array,
  names: readonly string[],
  more: readonly string[] = [],
): { readonly packets: readonly (readonly (readonly string[])[])[]; readonly err: string } {
  const folder = mkdtempSync(join(tmpdir(), 'svrlab-tshark-'));
  try {
    const path = join(folder, 'capture.pcapng');
    writeFileSync(path, capture);
    const asked = names.flatMap((name) => ['-e', name]);
    const { out, err } = tshark(['-r', path, ...more, '-T', 'fields', '-E', `aggregator=${VALUE_END}`, ...asked]);
    const packets = out
      .split('\n')
      .slice(0, -1)
      .map((line) => line.split(FIELD_END).map((cell) => (cell === '' ? [] : cell.split(VALUE_END))));
    return { packets, err };
  } finally {
    rmSync(folder, { recursive: true });
  }
}
