import { row, type CounterRow } from './table.ts';

const redundancy = 'emulator redundancy';
const stateStore = 'emulator state-store';

/** Every counter that only one of two nodes of a router counts. The names are our own. */
export const redundancyTable = {
  redundancyPublished: row(`${redundancy} sessions-published`, 'the state of a session was put into the shared store'),
  redundancyImported: row(`${redundancy} sessions-imported`, 'the state of a session of the twin node was taken in'),
  redundancyRefused: row(
    `${redundancy} records-refused`,
    'something that the twin node has put into the store makes no sense here, or there is no room for it',
  ),
  redundancyTakeovers: row(`${redundancy} takeovers`, 'this node became the active one'),
  redundancyStepDowns: row(`${redundancy} step-downs`, 'this node left its place to its twin'),
  redundancyIgnored: row(`${redundancy} standby-ignored`, 'a frame was ignored: this node is not the active one'),
  storeSent: row(`${stateStore} entries-sent`, 'an entry was handed to the shared store'),
  storeDropped: row(`${stateStore} entries-dropped`, 'an entry was not handed over: the store is lost, or too slow'),
  storeReceived: row(`${stateStore} changes-received`, "a change of the twin node's entries came from the store"),
  storeLosses: row(`${stateStore} losses`, 'the store was lost'),
  storeRefused: row(`${stateStore} answers-refused`, 'an answer of the store makes no sense'),
  sessionsDeletedByTwin: row(`${redundancy} sessions-deleted-by-twin`, 'a session of the twin node ended there'),
} as const satisfies Record<string, CounterRow>;
