import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';
import { LabError } from '../../lib/lab/fabric.ts';
import { exitStatus, InputError } from '../exit.ts';
import { makeFolder } from '../make-folder.ts';
import { completeLine, formatHelp, helpAfter, printLine } from './line.ts';
import type { Command, Place } from './place.ts';

/** Lines that are remembered from one shell to the next. */
const HISTORY_MAX = 1_000;

export interface ShellOptions {
  readonly table: readonly Command[];
  readonly place: Place;
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
  /** Whether a person types: then there is a prompt, completion, help by `?`, and a history. */
  readonly isInteractive: boolean;
  /** Where the history is kept; nowhere if absent. */
  readonly historyPath?: string | undefined;
}

/** `$XDG_STATE_HOME/svrlab/pcli-history`, by default in `~/.local/state`. */
export function historyPathOf({ XDG_STATE_HOME, HOME }: NodeJS.ProcessEnv): string | undefined {
  const folder = XDG_STATE_HOME ?? (HOME === undefined ? undefined : join(HOME, '.local', 'state'));
  return folder === undefined ? undefined : join(folder, 'svrlab', 'pcli-history');
}

/**
 * Reads lines and carries them out, until the input ends or somebody leaves. Returns the exit status: that of a shell that a
 * person uses is success, that of a script says whether a line of it failed.
 */
export async function runShell(options: ShellOptions): Promise<number> {
  const { input, output, isInteractive } = options;
  const shell = createInterface({
    input,
    ...(isInteractive && {
      output,
      terminal: true,
      history: readHistory(options.historyPath),
      historySize: HISTORY_MAX,
      removeHistoryDuplicates: true,
      completer: (line: string, answer: (error: null, found: [string[], string]) => void) =>
        void completer(options, line).then((found) => answer(null, found)),
    }),
  });
  const typed: string[] = [];
  shell.on('history', (lines: string[]) => typed.splice(0, typed.length, ...lines));
  if (isInteractive) {
    helpOnQuestionMark(shell, options);
    dropLiteralTabs(shell, options);
  }
  let status: number = exitStatus.success;
  const prompt = (): void => {
    shell.setPrompt(promptOf(options.place));
    if (isInteractive) shell.prompt();
  };
  // Ctrl-C gives up a line, and Ctrl-D the shell.
  shell.on('SIGINT', () => {
    output.write('^C\n');
    shell.write(null, { ctrl: true, name: 'u' });
    prompt();
  });
  prompt();
  for await (const line of shell) {
    const words = line.trim();
    if (isLeaving(words, options.place)) break;
    if (words !== '') {
      const failed = await carryOut(options, words);
      if (failed !== undefined && !isInteractive) status = failed;
    }
    prompt();
  }
  shell.close();
  if (isInteractive && typed.length > 0) writeHistory(options.historyPath, typed);
  return status;
}

const isLeaving = (line: string, { path, isConfiguring }: Place): boolean =>
  line === 'quit' || (line === 'exit' && path.length === 0 && isConfiguring !== true);

/** `two-routers# `, or `two-routers (authority router spoke)# `. */
function promptOf({ lab, path, isConfiguring }: Place): string {
  const where = path.length > 0 ? path.join(' ') : isConfiguring ? 'config' : '';
  return `${lab.name}${where === '' ? '' : ` (${where})`}# `;
}

/** The exit status that goes with a mistake, which has been told; undefined if all went well. */
async function carryOut({ table, place, output }: ShellOptions, line: string): Promise<number | undefined> {
  try {
    if (line === 'help') {
      output.write(formatHelp(table));
    } else if (line.endsWith('?')) {
      output.write(await helpAfter(table, place, line.slice(0, -1)));
    } else {
      const { text } = await printLine(table, place, line);
      if (text !== '') output.write(text.endsWith('\n') ? text : `${text}\n`);
    }
    return undefined;
  } catch (error) {
    if (!(error instanceof InputError) && !(error instanceof LabError)) throw error;
    output.write(`% ${error.message}\n`);
    return error.status;
  }
}

async function completer({ table, place }: ShellOptions, line: string): Promise<[string[], string]> {
  const { choices, begun } = await completeLine(table, place, line);
  const words = choices.map(({ word }) => (word.includes(' ') && begun === '' ? `"${word}"` : word));
  // One that is sure is done with.
  return [words.length === 1 ? [`${words[0]} `] : words, begun];
}

/** A `?` is not typed: it asks what may come next. Inside quotes it is a letter like others. */
function helpOnQuestionMark(shell: Interface, { table, place, input, output }: ShellOptions): void {
  input.on('keypress', (letter: string | undefined) => {
    if (letter !== '?' || isQuoted(shell.line.slice(0, shell.cursor))) return;
    shell.write(null, { name: 'backspace' });
    const line = shell.line.slice(0, shell.cursor);
    void helpAfter(table, place, line).then((help) => {
      output.write(`\n${help}`);
      shell.prompt(true);
    });
  });
}

/** Of several Tabs that come at once, readline takes all but the last for letters, as of a text that is pasted. */
function dropLiteralTabs(shell: Interface, { input }: ShellOptions): void {
  input.on('keypress', (_letter: string | undefined, key: { readonly name?: string } | undefined) => {
    if (key?.name === 'tab' && shell.line[shell.cursor - 1] === '\t') shell.write(null, { name: 'backspace' });
  });
}

const isQuoted = (line: string): boolean => (line.match(/"/g)?.length ?? 0) % 2 === 1;

function readHistory(path: string | undefined): string[] {
  if (path === undefined || !existsSync(path)) return [];
  return readFileSync(path, 'utf8').split('\n').filter(Boolean);
}

/** The latest first, as readline has them. A history that cannot be kept is no reason to fail. */
function writeHistory(path: string | undefined, lines: readonly string[]): void {
  if (path === undefined) return;
  try {
    makeFolder(dirname(path));
    writeFileSync(path, `${lines.slice(0, HISTORY_MAX).join('\n')}\n`, { mode: 0o600 });
  } catch {
    // The folder may be read-only.
  }
}
