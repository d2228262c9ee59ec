import type { MeasuredUnit } from './metrics.ts';
import { measuredRow, row, type CounterRow } from './table.ts';

const byPath = 'bfd by-peer-path';
const live = 'performance-monitoring peer-path';
const asyncSent = `${byPath} async sent`;
const echoSent = `${byPath} echo sent`;
const linkDown = `${byPath} link-down`;
const pathMtu = 'emulator path-mtu';
const damping = `${byPath} dynamic-damping`;

/** How the values of all paths are told as one: added up, or the worst of them. */
export type PathTotal = 'sum' | 'highest' | 'lowest';

interface PathCounterRow extends CounterRow {
  readonly total: PathTotal;
}

const count = (path: string, help: string): PathCounterRow => ({ ...row(path, help), total: 'sum' });
const gauge = (path: string, measured: MeasuredUnit, total: PathTotal, help: string): PathCounterRow => ({
  ...measuredRow(path, measured, help),
  total,
});

/**
 * What is counted for each peer path (SVR sheet, section 5.3). `show stats` shows every path's value behind its labels,
 * and one for all paths together; units of what is measured, and `received reply`, are emulator choices.
 */
export const peerPathTable = {
  bfdSent: count(`${asyncSent} success`, 'a BFD control packet was sent'),
  bfdSentArpFailure: count(
    `${asyncSent} arp-failure`,
    'a BFD control packet was not sent: the next hop does not tell its link address',
  ),
  bfdSentBufferFailure: count(
    `${asyncSent} buffer-allocation-failure`,
    'a BFD control packet was not sent: no buffer was free',
  ),
  bfdReceived: count(`${byPath} async received success`, 'a BFD control packet was taken in'),
  bfdEchoSent: count(`${echoSent} success`, 'an echo of a link test was sent, or one of the peer answered'),
  bfdEchoSentArpFailure: count(
    `${echoSent} arp-failure`,
    'an echo was not sent: the next hop does not tell its link address',
  ),
  bfdEchoSentBufferFailure: count(`${echoSent} buffer-allocation-failure`, 'an echo was not sent: no buffer was free'),
  bfdEchoReplies: count(`${byPath} echo received reply`, 'an echo came back in time'),
  bfdLatency: gauge(`${byPath} latency`, 'milliseconds', 'highest', 'milliseconds one way, in the last link test'),
  bfdAverageLatency: gauge(
    `${byPath} average-latency`,
    'milliseconds',
    'highest',
    'the same, averaged over several link tests',
  ),
  bfdJitter: gauge(
    `${byPath} jitter`,
    'milliseconds',
    'highest',
    'milliseconds by which the latency varied, in the last link test',
  ),
  bfdLoss: gauge(`${byPath} loss`, 'percent', 'highest', 'percent of the echoes that were lost, in the last link test'),
  bfdMos: gauge(
    `${byPath} mos`,
    'hundredths of a score',
    'lowest',
    'mean opinion score in hundredths, by the last link test',
  ),
  bfdHoldDownTime: gauge(
    `${damping} current-hold-down-time`,
    'seconds',
    'highest',
    'seconds that the path stays down when it comes up the next time',
  ),
  bfdHoldDownFlaps: count(`${damping} hold-down-link-flaps`, 'a path failed while it was being held down'),
  bfdLinkUp: count(`${byPath} link-up`, 'a BFD session came up'),
  bfdLinkDownLocal: count(`${linkDown} local-oper-down`, 'a BFD session went down: the interface or its gateway did'),
  bfdLinkDownRemoteAdmin: count(
    `${linkDown} remote-admin-down`,
    'a BFD session went down: the peer has taken it out of service',
  ),
  bfdLinkDownRemote: count(`${linkDown} remote-down`, 'a BFD session went down: the peer says that it is down'),
  bfdLinkDownTimer: count(`${linkDown} timer-expiry`, 'a BFD session went down: nothing came for the detection time'),
  bfdLocalNatChange: count(
    `${byPath} local-source-nat-change`,
    'the peer sees us come from another address or port than before',
  ),
  bfdLocalNatReset: count(`${byPath} local-source-nat-reset`, 'the peer sees us come from our own address again'),
  bfdNeighborFailover: count(`${byPath} neighbor failover`, 'another node of the peer took the path over'),
  bfdNeighborNatChange: count(
    `${byPath} neighbor source-nat-change`,
    'the peer comes from another address or port than before',
  ),
  liveLatency: gauge(
    `${live} latency`,
    'milliseconds',
    'highest',
    'milliseconds one way, by the last colour of live traffic',
  ),
  liveJitter: gauge(
    `${live} jitter`,
    'milliseconds',
    'highest',
    'milliseconds by which the latency varied, by the last colour',
  ),
  liveLoss: gauge(
    `${live} loss`,
    'percent',
    'highest',
    'percent of the marked packets to the peer that were lost, of the last colour',
  ),
  livePeerLoss: gauge(
    `${live} loss-from-peer`,
    'percent',
    'highest',
    'percent that was lost of those from the peer, as it tells',
  ),
  liveMos: gauge(
    `${live} mos`,
    'hundredths of a score',
    'lowest',
    'mean opinion score in hundredths, by the last colour',
  ),
  liveUpdated: count(`${live} updated`, 'the fate of a colour became known'),
  pathMtu: gauge(`${pathMtu} bytes`, 'bytes', 'lowest', 'the longest packet that was found to arrive at the peer'),
  pathMtuChanges: count(`${pathMtu} changes`, 'packets to the peer may be longer or shorter than before'),
  pathMtuBlackHoles: count(`${pathMtu} black-holes`, 'packets as long as were found to arrive do so no more'),
  pathMtuUnresolvable: count(`${pathMtu} unresolvable`, 'a search has ended without an answer to any probe'),
  pathMtuProbesSent: count(`${pathMtu} probes sent`, 'a probe was sent'),
  pathMtuProbesAnswered: count(`${pathMtu} probes answered`, 'a probe was answered in time'),
  pathMtuProbesUnanswered: count(`${pathMtu} probes unanswered`, 'a probe was not answered in time'),
  pathMtuStaleAnswers: count(
    `${pathMtu} stale-answers`,
    'an answer was ignored: no probe of its number and size is out',
  ),
  pathMtuAnswersSent: count(`${pathMtu} answers sent`, 'a probe of the peer was answered'),
  pathMtuTooBig: count(`${pathMtu} too-big received`, 'an ICMP error said that a probe is too long for the way'),
} as const satisfies Record<string, PathCounterRow>;

export type PathCounterName = keyof typeof peerPathTable;

const refused = 'emulator bfd refused';

/** BFD packets that can be laid to no path: what is wrong with them leaves open who sent them. */
export const bfdTable = {
  bfdMiss: row(`${byPath} async received miss`, 'a BFD packet was dropped: it belongs to no session'),
  bfdMalformed: row(`${refused} malformed`, 'a BFD packet was dropped: its control packet does not add up'),
  bfdBadMetadata: row(`${refused} bad-metadata`, 'a BFD packet was dropped: its metadata does not add up'),
  bfdUnauthentic: row(`${refused} unauthentic`, 'a BFD packet was dropped: its authentication is missing or wrong'),
  bfdReplayed: row(`${refused} replayed`, 'a BFD packet was dropped: it has been seen before, or is older than that'),
  bfdWrongSize: row(
    `${refused} wrong-size`,
    "a probe of a path's MTU was dropped: it is not as long as it says, or was cut",
  ),
  pathMtuTooBigRefused: row(
    `${pathMtu} too-big refused`,
    'an ICMP error was dropped: it quotes no probe that is out, or tells of an MTU that cannot be',
  ),
  bfdWrongTtl: row(`${refused} wrong-ttl`, 'a BFD packet was dropped: it comes from further away than it may'),
} as const satisfies Record<string, CounterRow>;
