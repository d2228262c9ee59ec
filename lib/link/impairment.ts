import type { Duration } from '../time.ts';
import type { Distribution } from './distribution.ts';
import type { FourStates, GilbertElliott } from './loss.ts';
import type { SlotSpan } from './slot.ts';

/** Whether frames stay in the order in which they were sent, or overtake each other as their delays have it. */
export type Order = 'keep' | 'free';

/** The value of a key by what it holds; a share is a chance in [0, 1], a rate is in bits a second. */
interface Held {
  readonly duration: Duration;
  readonly share: number;
  readonly number: number;
  readonly bytes: number;
  readonly rate: number;
  readonly flag: boolean;
  readonly distribution: Distribution;
  readonly order: Order;
  readonly state: FourStates | undefined;
  readonly gemodel: GilbertElliott | undefined;
  readonly slot: SlotSpan | undefined;
}

export type Holding = keyof Held;

/** One thing that a link may do to the frames of a direction. */
export interface LinkKey {
  /** Its name in a scenario, where netem has one that name. */
  readonly key: string;
  readonly holds: Holding;
  readonly says: string;
  /** Of a whole number. */
  readonly from?: number;
  readonly to?: number;
  /** What it changes: without one of these it would do nothing, and is refused. */
  readonly needs?: readonly string[];
  /** Another way of doing the same: not both. */
  readonly excludes?: readonly string[];
}

const lossModels = ['loss', 'loss-state', 'loss-gemodel'];
const correlated = 'chance that the draw before counts again';

/** Every impairment of a link by its name in the code. The scenario's reader, descriptions, the API and docs/scenarios.md follow it. */
export const linkKeys = {
  delay: { key: 'delay', holds: 'duration', says: 'time on the way' },
  jitter: { key: 'jitter', holds: 'duration', says: 'by how much the delay varies; it is never below 0' },
  delayCorrelation: { key: 'delay-correlation', holds: 'share', says: correlated, needs: ['jitter'] },
  distribution: {
    key: 'distribution',
    holds: 'distribution',
    says: 'of the delay around its middle: `uniform`, `normal`, `pareto` or `paretonormal`',
    needs: ['jitter'],
  },
  order: {
    key: 'order',
    holds: 'order',
    says: '`keep`: a frame waits for the slower one before it; `free`: it overtakes',
  },
  loss: { key: 'loss', holds: 'share', says: 'share of frames that are lost', excludes: lossModels },
  lossCorrelation: { key: 'loss-correlation', holds: 'share', says: correlated, needs: ['loss'] },
  lossState: {
    key: 'loss-state',
    holds: 'state',
    says:
      '`p13 [p31 [p32 [p23 [p14]]]]`: chances of going from one state to another. 1 is received, 2 received within a burst ' +
      'of losses, 3 lost in a burst, 4 lost alone',
    excludes: lossModels,
  },
  lossGemodel: {
    key: 'loss-gemodel',
    holds: 'gemodel',
    says: '`p [r [1-h [1-k]]]`, Gilbert-Elliott: chances of good to bad, of bad to good, of loss in bad, of loss in good',
    excludes: lossModels,
  },
  ecn: {
    key: 'ecn',
    holds: 'flag',
    says: 'what would be lost is marked (CE) instead, if it is IP that says it can be (ECT)',
    needs: lossModels,
  },
  duplicate: { key: 'duplicate', holds: 'share', says: 'share of frames that are sent twice' },
  duplicateCorrelation: { key: 'duplicate-correlation', holds: 'share', says: correlated, needs: ['duplicate'] },
  corrupt: {
    key: 'corrupt',
    holds: 'share',
    says: 'share of frames of which one bit is turned over, behind the Ethernet header',
  },
  corruptCorrelation: { key: 'corrupt-correlation', holds: 'share', says: correlated, needs: ['corrupt'] },
  reorder: { key: 'reorder', holds: 'share', says: 'share of frames that skip the delay', needs: ['delay'] },
  reorderCorrelation: { key: 'reorder-correlation', holds: 'share', says: correlated, needs: ['reorder'] },
  gap: {
    key: 'gap',
    holds: 'number',
    from: 1,
    to: 65_535,
    says: 'frames from one that skips the delay to the next that may',
    needs: ['reorder'],
  },
  rate: { key: 'rate', holds: 'rate', says: 'bits a second, of whole frames' },
  overhead: {
    key: 'overhead',
    holds: 'number',
    from: -64,
    to: 1_500,
    says: 'bytes that each frame is longer on the wire',
    needs: ['rate'],
  },
  cellSize: {
    key: 'cell-size',
    holds: 'number',
    from: 1,
    to: 9_000,
    says: 'bytes of a cell: a frame is sent in whole ones',
    needs: ['rate'],
  },
  cellOverhead: {
    key: 'cell-overhead',
    holds: 'number',
    from: 0,
    to: 1_500,
    says: 'bytes that each cell is longer',
    needs: ['cell-size'],
  },
  slot: {
    key: 'slot',
    holds: 'slot',
    says: 'frames leave together, this long after those before them: `5ms` or `5ms..10ms`',
  },
  slotPackets: {
    key: 'slot-packets',
    holds: 'number',
    from: 1,
    to: 65_535,
    says: 'frames that leave together at most',
    needs: ['slot'],
  },
  slotBytes: {
    key: 'slot-bytes',
    holds: 'bytes',
    says: 'bytes after which a slot takes no more frames',
    needs: ['slot'],
  },
  limit: {
    key: 'limit',
    holds: 'number',
    from: 1,
    to: 65_535,
    says: 'frames that wait for rate and slot at most, 1000 if no limit is named; what comes then is lost',
    needs: ['rate', 'slot'],
  },
  limitBytes: { key: 'limit-bytes', holds: 'bytes', says: 'the same in bytes', needs: ['rate', 'slot'] },
  mtu: {
    key: 'mtu',
    holds: 'number',
    from: 68,
    to: 65_535,
    says: 'bytes behind the Ethernet header; what is longer is lost in silence',
  },
} as const satisfies Record<string, LinkKey>;

export type ImpairmentField = keyof typeof linkKeys;

/** What a link does to the frames of one direction, in netem's vocabulary: a value for each of `linkKeys`. */
export type Impairment = { readonly [Field in ImpairmentField]: Held[(typeof linkKeys)[Field]['holds']] };

/** What stands for a key that is not there. */
const none: Held = {
  duration: 0 as Duration,
  share: 0,
  number: 0,
  bytes: 0,
  rate: 0,
  flag: false,
  distribution: 'uniform',
  order: 'keep',
  state: undefined,
  gemodel: undefined,
  slot: undefined,
};

export const impairmentFields = Object.keys(linkKeys) as readonly ImpairmentField[];

export const NO_IMPAIRMENT = Object.freeze(
  Object.fromEntries(impairmentFields.map((field) => [field, none[linkKeys[field].holds]])),
) as Impairment;
