import { ConfigurationDraft } from './edit.ts';

/** The path of every leaf that a configuration has or could be given without a new block, as words from the root. */
export function leafPaths(text: string): string[][] {
  return [...leavesBelow(new ConfigurationDraft(text), [])];
}

function* leavesBelow(draft: ConfigurationDraft, path: readonly string[]): Generator<string[]> {
  for (const { word } of draft.choices(path)) {
    const next = [...path, word];
    const { kind } = draft.target(next);
    if (kind === 'leaf') yield next;
    else if (kind === 'block') yield* leavesBelow(draft, next);
    // The blocks of a list, each behind its keys.
    else for (const item of draft.choices(next)) yield* leavesBelow(draft, [...next, ...item.word.split(' ')]);
  }
}
