import { parseOverlaid } from '../../config/index.ts';
import type { Authority } from '../../config/index.ts';
import type { Diagnostic } from '../../diagnostic.ts';
import type { Value } from './document.ts';
import * as forms from './forms.ts';

/**
 * A configuration with the lines of a scenario laid over it; undefined if something is wrong, which is then reported at the
 * line that it is about, or given to `inBase` if it is about the configuration itself.
 */
export function readOverlaid(
  base: string,
  lines: readonly Value[],
  inBase: (diagnostic: Diagnostic) => void,
): Authority | undefined {
  const texts = lines.map((line) => line.read(forms.line) ?? '');
  const baseLength = base.split('\n').length;
  const parsed = parseOverlaid(base, texts, 'configuration');
  for (const diagnostic of parsed.diagnostics ?? []) {
    const at = lines.at(diagnostic.line - baseLength - 1);
    const { column, length, message, hint } = diagnostic;
    if (diagnostic.line > baseLength && at) at.file.report(at.within(column - 1, column - 1 + length), message, hint);
    else inBase(diagnostic);
  }
  return parsed.authority;
}
