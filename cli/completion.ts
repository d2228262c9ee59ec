import { readdirSync } from 'node:fs';
import { Argument, Command } from 'commander';
import { InputError } from './exit.ts';
import type { LiveLabs } from './live-labs.ts';
import { completeLine } from './pcli/line.ts';
import { lineOf, placeOf, type OperatorOptions } from './pcli/command.ts';
import type { Choice } from './pcli/grammar.ts';
import { operatorCommands } from './pcli/table.ts';
import { scenarioFolder } from './scenario-file.ts';
import type { Terminal } from './terminal.ts';

const scripts = {
  bash: `# svrlab's completion for bash. In ~/.bashrc:  source <(svrlab completion bash)
_svrlab() {
  local IFS=$'\\n'
  COMPREPLY=($("\${COMP_WORDS[0]}" complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null | cut -f1))
}
complete -o default -F _svrlab svrlab
`,
  zsh: `#compdef svrlab
# svrlab's completion for zsh. In ~/.zshrc, behind compinit:  source <(svrlab completion zsh)
_svrlab() {
  local -a choices
  local line
  for line in "\${(@f)$("\${words[1]}" complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -n $line ]] && choices+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  if (( \${#choices} )); then _describe svrlab choices; else _files; fi
}
compdef _svrlab svrlab
`,
} as const;

type ShellName = keyof typeof scripts;

/** `svrlab completion bash|zsh`. */
export function completionCommand(terminal: Terminal): Command {
  return new Command('completion')
    .summary('print what bash or zsh needs to complete commands, scenarios and what lives in labs')
    .description(
      'Prints a script for bash or zsh, which asks svrlab what may come next: commands, scenarios, labs, nodes, sessions.',
    )
    .addArgument(new Argument('<shell>', 'whose completion').choices(Object.keys(scripts)))
    .addHelpText('after', '\nExample:\n  source <(svrlab completion bash)')
    .action((shell: ShellName) => terminal.out(scripts[shell]));
}

/** `svrlab complete -- WORDS`: what may stand in the place of the last word. For the scripts, not for people. */
export function completeCommand(terminal: Terminal, labs: LiveLabs, program: () => Promise<Command>): Command {
  return new Command('complete')
    .summary('what may stand in the place of the last of some words, for completion in a shell')
    .description(
      'Says what may stand in the place of the last of some words. The scripts of svrlab completion call it.',
    )
    .argument('[words...]', 'the words behind svrlab')
    .action(async (words: string[]) => {
      const choices = await completeWords(await program(), labs, words);
      terminal.out(choices.map(({ word, help }) => `${word}\t${help}\n`).join(''));
    });
}

/** What may stand in the place of the last word of a command line. Never throws. */
export async function completeWords(
  program: Command,
  labs: LiveLabs,
  words: readonly string[],
): Promise<readonly Choice[]> {
  const begun = words.at(-1) ?? '';
  const walked = walk(program, words.slice(0, -1));
  const choices = await choicesAt(walked, labs, begun).catch(() => []);
  return choices.filter(({ word }) => word.startsWith(begun));
}

interface Walked {
  readonly command: Command;
  /** Names of commands below the program. */
  readonly path: readonly string[];
  /** What was given beside options. */
  readonly operands: readonly string[];
  readonly options: Readonly<Record<string, string>>;
  /** The option whose value comes next. */
  readonly awaited: string | undefined;
}

function walk(program: Command, words: readonly string[]): Walked {
  let command = program;
  const path: string[] = [];
  const operands: string[] = [];
  const options: Record<string, string> = {};
  let awaited: string | undefined;
  for (const word of words) {
    if (awaited !== undefined) {
      options[awaited] = word;
      awaited = undefined;
    } else if (word.startsWith('--')) {
      const option = command.options.find(({ long }) => long === word);
      if (option && (option.required || option.optional)) awaited = option.attributeName();
    } else {
      const next = operands.length === 0 ? command.commands.find((one) => one.name() === word) : undefined;
      if (next) path.push(next.name());
      else operands.push(word);
      command = next ?? command;
    }
  }
  return { command, path, operands, options, awaited };
}

async function choicesAt(walked: Walked, labs: LiveLabs, begun: string): Promise<readonly Choice[]> {
  const { command, path, operands, options, awaited } = walked;
  if (awaited !== undefined) return valuesOf(command, awaited, labs, options);
  if (begun.startsWith('-'))
    return command.options.map(({ long, description }) => ({ word: long ?? '', help: description }));
  const below = operands.length === 0 ? commandsBelow(command) : [];
  if (below.length > 0 && command.registeredArguments.length === 0) return below;
  const [first] = path;
  if (first === 'pcli' || first === 'show')
    return operatorChoices(labs, options, first === 'show' ? [...path, ...operands] : operands);
  return [...below, ...(await operandsOf(path.join(' '), operands, command, labs, options))];
}

function commandsBelow(command: Command): Choice[] {
  if (command.commands.length === 0) return [];
  const visible = command.createHelp().visibleCommands(command);
  return visible.map((one) => ({ word: one.name(), help: one.summary() }));
}

/** As the operator's shell has them; without a lab that is up only what needs none. */
async function operatorChoices(
  labs: LiveLabs,
  options: OperatorOptions,
  words: readonly string[],
): Promise<readonly Choice[]> {
  const place = await placeOf(labs, options);
  const line = words.length === 0 ? '' : `${words.map((word) => lineOf([word, '.']).slice(0, -2)).join(' ')} `;
  return (await completeLine(operatorCommands, place, line)).choices;
}

async function valuesOf(
  command: Command,
  name: string,
  labs: LiveLabs,
  options: OperatorOptions,
): Promise<readonly Choice[]> {
  const option = command.options.find((one) => one.attributeName() === name);
  if (option?.argChoices) return option.argChoices.map((word) => ({ word, help: option.description }));
  if (name === 'lab') return labChoices(labs);
  if (name === 'node') return nodeChoices(labs, options);
  return [];
}

async function operandsOf(
  path: string,
  operands: readonly string[],
  command: Command,
  labs: LiveLabs,
  options: OperatorOptions,
): Promise<readonly Choice[]> {
  const argument = command.registeredArguments.at(operands.length);
  if (argument?.argChoices) return argument.argChoices.map((word) => ({ word, help: argument.description }));
  if (argument?.name() === 'scenario') return scenarioChoices();
  if (path === 'lab exec' && operands.length === 0) return nodeChoices(labs, options);
  return [];
}

const scenarioChoices = (): readonly Choice[] =>
  readdirSync(scenarioFolder)
    .filter((name) => name.endsWith('.yaml'))
    .map((name) => ({ word: name.replace(/\.yaml$/, ''), help: 'a scenario' }));

const labChoices = async (labs: LiveLabs): Promise<readonly Choice[]> =>
  (await labs.all()).map(({ name, fabric }) => ({ word: name, help: `a lab on ${fabric}` }));

async function nodeChoices(labs: LiveLabs, { lab: name }: OperatorOptions): Promise<readonly Choice[]> {
  const lab = (await labs.all()).find((one) => name === undefined || one.name === name);
  if (!lab) throw new InputError('no lab is up');
  return lab.nodes.map((node) => ({ word: node.name, help: node.kind }));
}
