import { usageOf } from '../../cli/pcli/grammar.ts';
import { filterChoices } from '../../cli/pcli/pipes.ts';
import { operatorCommands } from '../../cli/pcli/table.ts';
import { code, markdownTable } from './markdown.ts';

/** Every command of an operator, and every filter. */
export const operatorCommandsTable = (): string =>
  markdownTable(
    ['Command', 'Does'],
    [
      ...operatorCommands.map((command) => [code(usageOf(command)), command.help]),
      ...filterChoices.map(({ usage, help }) => [code(`| ${usage}`), help]),
    ],
  );
