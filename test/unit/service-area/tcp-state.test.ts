import { equal } from 'node:assert/strict';
import { TCP_UNSEEN, followTcp, isTcpClosed, isTcpEstablished } from '../../../lib/service-area/tcp-state.ts';
import { tcpFlags } from '../../../lib/wire/tcp.ts';

const { syn, ack, fin, rst, psh } = tcpFlags;

/** Segments as 'c' from the client or 's' from the server, and their flags. */
type Segment = readonly [from: 'c' | 's', flags: number];

const stateAfter = (...segments: readonly Segment[]): number =>
  segments.reduce((state, [from, flags]) => followTcp(state, flags, from === 's'), TCP_UNSEEN);

const nameOf = (state: number): string =>
  isTcpClosed(state) ? 'closed' : isTcpEstablished(state) ? 'established' : 'opening';

const open: readonly Segment[] = [
  ['c', syn],
  ['s', syn | ack],
  ['c', ack],
];

const stories: Record<string, [readonly Segment[], string]> = {
  'nothing yet': [[], 'opening'],
  'a SYN': [[['c', syn]], 'opening'],
  'SYN and SYN-ACK': [open.slice(0, 2), 'opening'],
  'the whole handshake': [open, 'established'],
  'an ACK before any SYN-ACK': [
    [
      ['c', syn],
      ['c', ack],
    ],
    'opening',
  ],
  'both ends opening at once': [
    [
      ['c', syn],
      ['s', syn],
      ['s', ack],
    ],
    'established',
  ],
  'the middle of a connection that is older than our knowledge': [[['s', ack | psh]], 'established'],
  'one FIN': [[...open, ['c', fin | ack]], 'established'],
  'two FINs of the same side': [[...open, ['c', fin | ack], ['c', fin | ack]], 'established'],
  'a FIN from each side': [[...open, ['c', fin | ack], ['s', fin | ack]], 'closed'],
  'the last ACK': [[...open, ['c', fin | ack], ['s', fin | ack], ['c', ack]], 'closed'],
  'a reset of the client': [[...open, ['c', rst]], 'closed'],
  'a refusal': [
    [
      ['c', syn],
      ['s', rst | ack],
    ],
    'closed',
  ],
  'a new SYN after the end': [[...open, ['c', rst], ['c', syn]], 'opening'],
  'a new connection after the end': [[...open, ['c', fin | ack], ['s', fin | ack], ...open], 'established'],
  'a late SYN-ACK after the end': [[...open, ['c', rst], ['s', syn | ack]], 'closed'],
};

describe('the state of a TCP connection, as a router follows it', () => {
  for (const [story, [segments, state]] of Object.entries(stories))
    it(`is ${state} after ${story}`, () => equal(nameOf(stateAfter(...segments)), state));
});
