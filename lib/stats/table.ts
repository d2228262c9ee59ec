const action = 'packet-processing action';
const metadataFailure = `${action} failure metadata`;
const metadataSuccess = `${action} success metadata`;
const hmacFailure = `${action} failure hmac`;
const hmacSuccess = `${action} success hmac`;
const received = 'service-area received';
const installErrors = 'service-area session-install-errors';

interface CounterRow {
  /** Words behind `show stats`. */
  readonly path: string;
  /** When it is incremented, in one sentence. */
  readonly help: string;
}

const row = (path: string, help: string): CounterRow => ({ path, help });

/**
 * Every counter there is. Names are those of SSR's `show stats` (SVR sheet, sections 3.3 and 5); those under
 * `emulator` are our own, for what SSR has no public name for.
 */
export const counterTable = {
  metadataAdded: row(`${metadataSuccess} added`, 'a packet left with session metadata'),
  metadataRemoved: row(`${metadataSuccess} removed`, 'metadata was taken off a packet'),
} as const satisfies Record<string, CounterRow>;

export type CounterName = keyof typeof counterTable;
void [hmacFailure, hmacSuccess, received, installErrors, metadataFailure];
