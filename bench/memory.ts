import { collect } from './collect.ts';
import { benchAuthority } from './configuration.ts';
import { RouterPair, clientFrame } from './pair.ts';

/**
 * Prints by how many bytes a session this process grows when a router is made and filled with as many sessions as the
 * argument says: its tables, touched or not, and its heap. The hub that it speaks to has room for two.
 */
const sessions = Number(process.argv[2]);
collect();
const before = inUse();
const pair = new RouterPair(benchAuthority({ hmac: false, sessions }), benchAuthority({ hmac: false, sessions: 2 }));
for (let client = 1; client < sessions; client++) pair.fromClient(clientFrame(client, 64));
collect();
const each = (inUse() - before) / sessions;
if (pair.spoke.sessionCount !== sessions) throw new Error(`only ${pair.spoke.sessionCount} sessions were set up`);
console.log(each);

function inUse(): number {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}
