import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { formatMatrix } from '../../cli/matrix/table.ts';
import { nodeCrypto as crypto } from '../../daemon/crypto.ts';
import { absenceOf, allCells, axisWords, cellsWith, nameOf, type Cell } from '../../lib/lab/matrix/cells.ts';
import { runCell, scenarioOf, type CellOutcome } from '../../lib/lab/matrix/run.ts';
import { parseScenario } from '../../lib/lab/parse.ts';
import { describeMistakes } from '../support/lab-files.ts';

/** The only cell with these words, in both modes. */
async function outcomesOf(...words: string[]): Promise<Record<'packetBased' | 'inactivityBased', CellOutcome>> {
  const outcomeIn = async (mode: Cell['mode']): Promise<CellOutcome> => {
    const cells = cellsWith([...words, mode]);
    equal(cells.length, 1);
    const row = await runCell(cells[0], 1, crypto);
    ok('recovered' in row);
    return row;
  };
  return { packetBased: await outcomeIn('packet-based'), inactivityBased: await outcomeIn('inactivity-based') };
}

const tookOf = ({ recovery }: CellOutcome): number => recovery ?? Infinity;

describe('the matrix of stuck sessions', () => {
  it('has a cell for each choice of values, and a name of its own for each', () => {
    equal(allCells().length, 160);
    equal(new Set(allCells().map(nameOf)).size, 160);
    equal(new Set(axisWords).size, axisWords.length);
  });

  it('is filtered by words: those of one axis are alternatives', () => {
    equal(cellsWith(['udp']).length, 80);
    equal(cellsWith(['udp', 'peer-forgot', 'nat-rebound']).length, 32);
    equal(cellsWith([]).length, 160);
  });

  it('has a scenario for every cell that can be', () => {
    const present = allCells().filter((cell) => absenceOf(cell) === undefined);
    equal(present.length, 140);
    for (const cell of present)
      equal(describeMistakes(parseScenario(scenarioOf(cell, 1), 'cell.yaml', () => undefined)), '', nameOf(cell));
  });

  it('gives the same rows for the same seed', async () => {
    const [cell] = cellsWith(['ha-failover', 'one-way-reverse', 'udp', 'tlv', 'inactivity-based']);
    deepEqual(await runCell(cell, 7, crypto), await runCell(cell, 7, crypto));
  });

  it('shows that packet-based detection is told by the next packet, and also tells strangers', async () => {
    const { packetBased, inactivityBased } = await outcomesOf('peer-forgot', 'both-ways', 'udp', 'protobuf');
    ok(tookOf(packetBased) < 300_000);
    ok(tookOf(inactivityBased) > 1_000_000 && tookOf(inactivityBased) < 2_000_000);
    deepEqual([packetBased.answers, inactivityBased.answers], [20, 0]);
    ok(packetBased.lost < inactivityBased.lost);
  });

  it('shows that a NAT which rebinds is noticed in both modes', async () => {
    for (const outcome of Object.values(await outcomesOf('nat-rebound', 'one-way-reverse', 'udp', 'tlv')))
      ok(outcome.lost > 0 && tookOf(outcome) < 1_000_000);
  });

  it('shows that nothing opens a firewall again to those who speak from outside alone', async () => {
    for (const outcome of Object.values(await outcomesOf('firewall-forgot', 'one-way-reverse', 'udp', 'protobuf')))
      deepEqual([outcome.recovered, outcome.recovery], [false, null]);
  });

  it('shows that a stuck pinhole waits for a keep-alive, or for unanswered checks', async () => {
    const { packetBased, inactivityBased } = await outcomesOf('firewall-forgot', 'outbound-only', 'udp', 'protobuf');
    ok(tookOf(packetBased) > 20_000_000 && packetBased.recovered);
    ok(tookOf(inactivityBased) < 3_000_000);
  });

  it('shows that another path and another node take about their detection time, in both modes', async () => {
    for (const fault of ['path-moved', 'ha-failover'])
      for (const outcome of Object.values(await outcomesOf(fault, 'both-ways', 'udp', 'tlv')))
        ok(outcome.lost > 0 && tookOf(outcome) < 1_000_000, fault);
  });

  it('follows a download segment by segment', async () => {
    const { packetBased, inactivityBased } = await outcomesOf('path-moved', 'both-ways', 'tcp', 'protobuf');
    for (const outcome of [packetBased, inactivityBased]) ok(outcome.recovered && outcome.lost > 0);
  });

  it('is printed with the modes side by side, and says why a cell is none', async () => {
    const cells = cellsWith(['peer-forgot', 'one-way-forward', 'protobuf']);
    const text = formatMatrix(await Promise.all(cells.map((cell) => runCell(cell, 1, crypto))));
    match(text, /^ one-way-forward +udp +protobuf +\d+ ms +\d+ +20 +\d+ ms +\d+ +0$/m);
    match(text, /^ one-way-forward +tcp +protobuf( +-){6}$/m);
    match(text, /^-: no traffic there is sends over TCP forward alone/m);
  });
});
