import { copyFileSync, existsSync, mkdirSync } from 'node:fs';
import { basename, join } from 'node:path';

/** Copies the tapes that there are to a folder; hosts have none. */
export function keepTapes(recordings: readonly { readonly tape: string }[], folder: string): void {
  mkdirSync(folder, { recursive: true });
  for (const { tape } of recordings) if (existsSync(tape)) copyFileSync(tape, join(folder, basename(tape)));
}
