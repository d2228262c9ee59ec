import { actCommands } from './acts.ts';
import { configurationCommands } from './configure.ts';
import type { Command } from './place.ts';
import { sessionCaptureCommands } from './session-captures.ts';
import { showCommands } from './show.ts';

/** Every command of an operator. What takes a new one is a line in one of these lists, and no other place. */
export const operatorCommands: readonly Command[] = [
  ...showCommands,
  ...actCommands,
  ...sessionCaptureCommands,
  ...configurationCommands,
];
