import { Diagnostics } from '../diagnostic.ts';
import type { Diagnostic } from '../diagnostic.ts';
import { check } from './checks.ts';
import { complete, type Draft } from './draft.ts';
import { root } from './schema/authority.ts';
import type { ItemOf } from './schema/element.ts';
import { readText } from './ssr-text.ts';
import { writeBlock } from './ssr-text-writer.ts';
import type { Authority } from './types.ts';
import { readYaml } from './yaml.ts';

/** Either the whole configuration, or everything that is wrong with it, in the order of the file. */
export type ParsedConfiguration =
  | { readonly authority: Authority; readonly diagnostics?: undefined }
  | { readonly authority?: undefined; readonly diagnostics: readonly Diagnostic[] };

/**
 * Reads a configuration: YAML if the file's name ends in .yaml, .yml or .json, else SSR configuration text. Never throws.
 *
 * @param file the name that the diagnostics give the file
 */
export function parseConfiguration(text: string, file: string): ParsedConfiguration {
  const found = new Diagnostics(file);
  const read = /\.(ya?ml|json)$/i.test(file) ? readYaml : readText;
  return parsed(read(text, root, found.report), found);
}

/**
 * Reads SSR configuration text with further lines laid over it, each from the root. They say anew what the text says, and
 * stand behind it in the diagnostics: the first one is line `text.split('\n').length + 1`.
 */
export function parseOverlaid(text: string, lines: readonly string[], file: string): ParsedConfiguration {
  const found = new Diagnostics(file);
  const overlaidFrom = text.split('\n').length + 1;
  return parsed(readText([text, ...lines].join('\n'), root, found.report, overlaidFrom), found);
}

function parsed(draft: Draft, found: Diagnostics): ParsedConfiguration {
  const { value, origins } = complete(draft, found.report);
  if (found.any) return { diagnostics: found.list() };
  const { authority } = value as ItemOf<typeof root>;
  // These rules follow references, so they can be looked at only when everything else holds.
  check(authority, origins, found.report);
  return found.any ? { diagnostics: found.list() } : { authority };
}

/** The configuration as text, as `show config` prints it: what differs from the defaults, in the order of the schema. */
export function formatConfiguration(authority: Authority): string {
  const body = writeBlock(root, { authority });
  const lines = body.length > 0 ? body : ['authority', 'exit'];
  return ['config', ...lines.map((line) => (line === '' ? '' : `    ${line}`)), 'exit', ''].join('\n');
}
