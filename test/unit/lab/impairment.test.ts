import { deepEqual, equal, ok } from 'node:assert/strict';
import { describeAction } from '../../../lib/lab/actions/table.ts';
import { parseScenario } from '../../../lib/lab/parse.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { impairmentFields, NO_IMPAIRMENT, type Impairment } from '../../../lib/link/impairment.ts';
import { milliseconds } from '../../../lib/time.ts';
import { scenarioOf } from '../../support/lab-files.ts';

/** Two hosts on one wire that does this. */
function wire(keys: string): Scenario {
  const text = `
name: wire
about: two hosts on one wire
duration: 1s
lab:
  nodes:
    a: { kind: host, addresses: [10.0.0.1/24] }
    b: { kind: host, addresses: [10.0.0.2/24] }
  links:
    wire: { ends: [a, b], ${keys} }
  configuration: |
    authority
    exit
`;
  return scenarioOf(parseScenario(text, 'wire.yaml', () => undefined));
}

const impairmentOf = (keys: string): Impairment => wire(keys).links[0].impairments[0];

const everything = [
  'delay: 20ms, jitter: 1.5ms, delay-correlation: 25%, distribution: paretonormal, order: free',
  'loss-gemodel: 1% 10% 70% 0.1%, ecn: yes',
  'duplicate: 1%, duplicate-correlation: 2%, corrupt: 0.3%, corrupt-correlation: 4%',
  'reorder: 5%, reorder-correlation: 6%, gap: 7',
  'rate: 2.5Mbit, overhead: -14, cell-size: 48, cell-overhead: 5, limit: 100, limit-bytes: 64KiB',
  'slot: 5ms..10ms, slot-packets: 8, slot-bytes: 9000, mtu: 1400',
].join(', ');

describe('what a scenario says of a link', () => {
  it('is what the link does, for every key', () => {
    const impairment: Impairment = {
      ...{ delay: milliseconds(20), jitter: milliseconds(1.5), delayCorrelation: 0.25 },
      ...{ distribution: 'paretonormal', order: 'free' },
      ...{ loss: 0, lossCorrelation: 0, lossState: undefined },
      ...{ lossGemodel: { p: 0.01, r: 0.1, lossInBad: 0.7, lossInGood: 0.001 }, ecn: true },
      ...{ duplicate: 0.01, duplicateCorrelation: 0.02, corrupt: 0.003, corruptCorrelation: 0.04 },
      ...{ reorder: 0.05, reorderCorrelation: 0.06, gap: 7 },
      ...{ rate: 2_500_000, overhead: -14, cellSize: 48, cellOverhead: 5, limit: 100, limitBytes: 65_536 },
      ...{ slot: { min: milliseconds(5), max: milliseconds(10) }, slotPackets: 8, slotBytes: 9_000, mtu: 1_400 },
    };
    deepEqual(impairmentOf(everything), impairment);
  });

  it('is described in words that mean the same', () => {
    const losses = ['loss: 1%, loss-correlation: 25%', 'loss-state: 1% 20% 5% 40% 0.5%'];
    const texts = [everything, ...losses, 'rate: 700bit, slot: 5ms', 'rate: 33kbit, loss: 0.0005%', ''];
    const seen = new Set<string>();
    for (const text of texts) {
      const { links } = wire(text);
      const impairment = links[0].impairments[0];
      const described = describeAction({ kind: 'impair', link: 'wire', direction: 'both', impairment }, links);
      const keys = described.replace('impair wire: ', '').replaceAll(/([a-z-]+) ([^,]+)/g, '$1: $2');
      deepEqual(impairmentOf(keys), impairment);
      for (const field of impairmentFields) if (impairment[field] !== NO_IMPAIRMENT[field]) seen.add(field);
    }
    deepEqual(
      impairmentFields.filter((field) => !seen.has(field)),
      [],
    );
  });

  it('is nothing where it is 0', () => {
    const nothing = [
      'delay: 0ms, jitter: 0us, loss: 0%, duplicate: 0%, corrupt: 0, rate: 0bit, order: keep, distribution: uniform',
      'loss-state: 0%, loss-gemodel: 0%, slot: 0ms, ecn: no',
    ];
    for (const keys of nothing) deepEqual(impairmentOf(keys), NO_IMPAIRMENT);
  });

  it('may set what depends on another thing that is 0, so that this can be varied', () => {
    equal(impairmentOf('loss: 0%, loss-correlation: 25%').lossCorrelation, 0.25);
  });

  it('fills in what netem does for the chances that are left out', () => {
    deepEqual(impairmentOf('loss-gemodel: 5%').lossGemodel, { p: 0.05, r: 0.95, lossInBad: 1, lossInGood: 0 });
    deepEqual(impairmentOf('loss-state: 20%').lossState, { p13: 0.2, p31: 0.8, p32: 0, p23: 1, p14: 0 });
  });

  it('holds for each direction, but for what a direction says for itself', () => {
    const { links } = wire('delay: 5ms, loss: 1%, directions: { a -> b: { loss: 0%, loss-gemodel: 5% } }');
    const [ab, ba] = links[0].impairments;
    deepEqual([ab.delay, ba.delay], [5_000, 5_000]);
    ok(ab.lossGemodel !== undefined && ab.loss === 0 && ba.lossGemodel === undefined && ba.loss === 0.01);
  });
});
