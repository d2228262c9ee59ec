import { attackKinds, type AttackKey } from '../../lib/lab/read/attack-kinds.ts';
import { code, markdownTable } from './markdown.ts';

/** Every kind of attack, and what stops it. */
export function attacksTable(): string {
  return markdownTable(
    ['Kind', 'Where', 'What it does', 'What stops it'],
    Object.entries(attackKinds).map(([kind, { place, does, stoppedBy }]) => [code(kind), place, does, stoppedBy]),
  );
}

/** The keys of each kind beside those that all have. */
export function attackKeysTable(): string {
  const rows = new Map<string, string[]>();
  for (const [kind, { keys }] of Object.entries(attackKinds)) {
    for (const [key, { help, absent }] of Object.entries<AttackKey<unknown>>(keys)) {
      const row = JSON.stringify([code(key), help, absent ? absent.says : 'needed']);
      rows.set(row, [...(rows.get(row) ?? []), code(kind)]);
    }
  }
  return markdownTable(
    ['Key', 'Of', 'Value', 'If absent'],
    [...rows].map(([row, kinds]) => {
      const [key, help, absent] = JSON.parse(row) as [string, string, string];
      return [key, kinds.join(', '), help, absent];
    }),
  );
}
