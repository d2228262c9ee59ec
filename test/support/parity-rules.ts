import type { RunResult } from '../../lib/lab/runner.ts';

/** What is compared of two runs. */
export type Aspect = 'sessions' | 'exchanges' | 'counters';

/**
 * How far a counter may be apart:
 *
 * - `equal`: not at all;
 * - `paced`: one in four, and at least one, as what is sent by a clock comes once more or less often;
 * - `repeated`: by what is on the way in a few round trips, which take longer on a machine that is busy: 16, or as much
 *   again. With TCP by anything, as a whole window of segments may be on the way;
 * - `lost`: by as many exchanges as hosts have lost in either run;
 * - `free`: by anything.
 */
export type Tolerance = 'equal' | 'paced' | 'repeated' | 'lost' | 'free';

export interface Rule {
  readonly tolerance: Tolerance;
  readonly reason: string;
  /** Counters, each by its path or the first words of it. */
  readonly counters: readonly string[];
}

const metadata = 'packet-processing action success metadata';
const noMetadata = 'packet-processing action failure metadata';

/** Of two that fit a counter, the one that names more words of it holds. */
export const rules: readonly Rule[] = [
  {
    tolerance: 'equal',
    reason: 'what routers say to each other, and refuse, is decided by the protocol',
    counters: [
      metadata,
      'packet-processing action success keep-alive',
      noMetadata,
      'packet-processing action failure',
      'service-area received',
      'service-area sent success',
      'service-area session-install-errors',
      'emulator session-install-errors',
      'emulator sessions',
      'emulator hmac',
      'emulator encryption',
      'emulator pinhole',
      'emulator session-capture sessions',
      'emulator session-capture sessions-asked-by-peer',
      'emulator received bad-checksum',
      'emulator bfd refused',
    ],
  },
  {
    tolerance: 'paced',
    reason: 'a session is checked, and kept alive, when its time has come',
    counters: [
      `${metadata} added-session-health-check`,
      `${metadata} generated-session-health-check-acknowledgement`,
      `${metadata} sent-session-health-check-acknowledgement`,
      `${metadata} received-session-health-check-acknowledgement`,
      `${noMetadata} session-health-check-timeout`,
      `${metadata} received-keep-alive`,
      'packet-processing action success keep-alive sent-tcp',
      'packet-processing action success keep-alive sent-udp',
    ],
  },
  {
    tolerance: 'repeated',
    reason: 'metadata is repeated until it is answered, and confirmed again while it comes',
    counters: [
      `${metadata} added`,
      `${metadata} removed`,
      `${metadata} sent-disable-forward-metadata`,
      `${metadata} received-disable-forward-metadata`,
      'service-area received existing-flows',
      'service-area received existing-session',
      'service-area received valid-reverse-metadata-packets',
      'service-area received duplicate-reverse-metadata-packets',
    ],
  },
  {
    tolerance: 'lost',
    reason: 'what leaves before a fault is noticed or mended is lost; a process takes longer to start than an object',
    counters: [
      `${noMetadata} not-present`,
      'packet-processing action failure hmac context-not-found',
      'emulator unknown-waypoint',
      'emulator pinhole detoured',
      // A packet on the slow path is overtaken by those that follow it over the quick one.
      'emulator hmac replayed',
      // What is on its way to an address that nobody has any more is taken for a stranger's.
      'service-area received hierarchical-service-validation missing-source-tenant',
    ],
  },
  {
    tolerance: 'free',
    reason: 'packets of hosts: a TCP of Linux cuts and repeats its segments in its own way',
    counters: [
      `${metadata} add-not-required`,
      `${metadata} remove-not-required`,
      'packet-processing action success hmac',
      'emulator encryption payload-encrypted',
      'emulator encryption payload-decrypted',
      'emulator highway',
      'emulator fragmentation',
      'emulator session-capture',
    ],
  },
  {
    tolerance: 'free',
    reason: 'Linux says things of its own, such as for IPv6, and asks for addresses when it likes',
    counters: [
      'emulator received',
      'emulator neighbors',
      'emulator sent',
      'emulator icmp-errors',
      'service-area sent arp-resolve-success',
      'service-area sent arp-resolve-pending',
      'service-area sent arp-resolve-failure',
    ],
  },
  {
    tolerance: 'free',
    reason: 'BFD and what else is sent by a clock goes on as long as a run takes, and measures what there is',
    counters: [
      'bfd',
      'performance-monitoring',
      'emulator path-metrics',
      'emulator path-mtu',
      // Packets of no flow: mostly those of BFD.
      'traffic-eng',
      'emulator hmac replay-cache-evictions',
    ],
  },
  {
    tolerance: 'free',
    reason: 'a TCP session ends some time after its transfer, which takes its own time',
    counters: [
      'emulator sessions closed',
      'emulator sessions timed-out',
      'emulator sessions entries',
      'emulator waypoints entries',
    ],
  },
  {
    tolerance: 'free',
    reason: 'a shared store is Redis on netns',
    counters: ['emulator redundancy', 'emulator state-store'],
  },
];

const rulesByWords = new Map(rules.flatMap((rule) => rule.counters.map((words) => [words, rule] as const)));

/** What holds of a counter; undefined if nobody has decided it. */
export function ruleOf(path: string): Rule | undefined {
  const words = path.split(' ');
  for (let length = words.length; length > 0; length--) {
    const rule = rulesByWords.get(words.slice(0, length).join(' '));
    if (rule) return rule;
  }
  return undefined;
}

/** What of a run tells how far its counters may be from those of another. */
export type Circumstances = Pick<RunResult, 'traffic'>;

/** By how much a counter may differ that is `one` in one run and `other` in the other. */
export function allowance(tolerance: Tolerance, one: number, other: number, runs: readonly Circumstances[]): number {
  const traffic = runs.map((run) => run.traffic);
  const lost = traffic.map((entries) => entries.reduce((sum, entry) => sum + entry.lost, 0));
  const hasTcp = traffic.flat().some(({ kind }) => kind === 'http-download');
  const allowances: Record<Tolerance, number> = {
    equal: 0,
    paced: Math.max(1, Math.floor(Math.max(one, other) / 4)),
    repeated: hasTcp ? Infinity : Math.max(16, Math.min(one, other)),
    lost: Math.max(...lost),
    free: Infinity,
  };
  return allowances[tolerance];
}

/** What is not compared of a scenario, and why: at the routers that are named, or at all. */
export interface Sparing {
  readonly spared: readonly Aspect[];
  readonly at?: readonly string[];
  readonly reason: string;
}

/** Scenarios that go by chance or by the clock in a way that no tolerance describes: what is not compared of them, and why. */
export const comparedInLess: Readonly<Record<string, Sparing>> = {
  ...Object.fromEntries(
    ['brownout', 'brownout-endured', 'live-metrics', 'fragmentation'].map((name) => [
      name,
      {
        spared: ['exchanges', 'counters'],
        reason: 'which packets are lost is chance, and it may be one of an exchange',
      },
    ]),
  ),
  'flapping-path-damped': {
    spared: ['exchanges', 'counters'],
    reason: 'a path may come up just before the next cut, or not: then sessions move once less',
  },
  'interface-down': {
    spared: ['exchanges'],
    reason: 'whether a segment of TCP leaves in time to confirm the move, or a message must, is up to the host',
  },
  'path-failover': { spared: ['exchanges'], reason: 'as with interface-down' },
  'address-change': {
    spared: ['exchanges', 'counters'],
    reason:
      "a session's next packet may tell of the new address first, or a message, or BFD; each is counted otherwise",
  },
  'firewall-forgets': {
    spared: ['exchanges'],
    reason: 'a check may fall before or after the keep-alive that opens the firewall again',
  },
  'ha-failover': {
    spared: ['exchanges'],
    at: ['spoke.node1', 'hub'],
    reason: 'when a node takes over, it or its peer is the first to describe a session: whichever has to say something',
  },
  'attack-replay': {
    spared: ['counters'],
    reason: 'what an attacker has heard to replay, it has heard by the clock',
  },
  'attack-flood': { spared: ['counters'], reason: 'of a flood, a machine that is busy takes in less' },
  'attack-bit-flip': { spared: ['counters'], reason: 'every segment of TCP is turned into several packets' },
};
