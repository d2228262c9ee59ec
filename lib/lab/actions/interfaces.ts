import type { InterfaceAction } from './action.ts';
import type { RowsOf } from './row.ts';
import { machinePort } from './targets.ts';

export const interfaceActions: RowsOf<InterfaceAction> = {
  'interface-down': {
    target: machinePort,
    fields: {},
    help:
      'the interface is down: nothing comes or goes, and the router knows at once. On a wire the other end loses its ' +
      'carrier as well; on a segment, and on compose, where every link is a switch, it does not',
    example: "interface-down: 'spoke:cable'",
    tone: 'fault',
    says: 'loses the carrier of an interface ({what})',
    liftedBy: 'interface-up',
    state: 'down',
    doneBy: 'node',
  },
  'interface-up': {
    target: machinePort,
    fields: {},
    help: 'undoes that',
    example: "interface-up: 'spoke:cable'",
    tone: 'fault',
    says: 'has the carrier of an interface back ({what})',
    doneBy: 'node',
  },
};
