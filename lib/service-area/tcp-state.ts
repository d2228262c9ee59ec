import { tcpFlags } from '../wire/tcp.ts';

/** What a router has seen of a TCP connection, as bits: it follows the handshake and the end, not the bytes. */
const seen = { synForward: 1, synReverse: 2, established: 4, finForward: 8, finReverse: 16, reset: 32 } as const;

export const TCP_UNSEEN = 0;

/** The state after a segment; `isReverse` is true for one that comes from the server. */
export function followTcp(state: number, flags: number, isReverse: boolean): number {
  // A client that opens a closed connection again has used its ports for a new one.
  const isNew = isTcpClosed(state) && !isReverse && (flags & (tcpFlags.syn | tcpFlags.ack)) === tcpFlags.syn;
  let next = isNew ? TCP_UNSEEN : state;
  if ((flags & tcpFlags.rst) !== 0) next |= seen.reset;
  if ((flags & tcpFlags.syn) !== 0) {
    next |= isReverse ? seen.synReverse : seen.synForward;
  } else if ((flags & tcpFlags.ack) !== 0 && isOpened(state)) {
    next |= seen.established;
  }
  if ((flags & tcpFlags.fin) !== 0) next |= isReverse ? seen.finReverse : seen.finForward;
  return next;
}

/** Both have sent a SYN; or none has been seen, and the connection is older than our knowledge of it. */
function isOpened(state: number): boolean {
  const syns = state & (seen.synForward | seen.synReverse);
  return syns === (seen.synForward | seen.synReverse) || syns === 0;
}

export const isTcpEstablished = (state: number): boolean => (state & seen.established) !== 0;

/** Reset, or closed from both sides. */
export const isTcpClosed = (state: number): boolean =>
  (state & seen.reset) !== 0 || (state & (seen.finForward | seen.finReverse)) === (seen.finForward | seen.finReverse);
