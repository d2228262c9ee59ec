import { deepEqual, equal, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { scenarioFolder } from '../../../cli/scenario-file.ts';
import type { Dissection } from '../../../lib/capture/dissection.ts';
import type { Field, FieldValue } from '../../../lib/capture/fields/field.ts';
import { formatValue } from '../../../lib/capture/fields/format.ts';
import { findField } from '../../../lib/capture/fields/table.ts';
import type { Scenario } from '../../../lib/lab/scenario.ts';
import { kitFields } from '../../../scripts/docs/wireshark.ts';
import { dissectAll } from '../../support/captures.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { skip } from '../../support/skip.ts';
import { hasTshark, tsharkFields } from '../../support/tshark.ts';

/** What other dissectors show of what SVR carries. */
const carried = ['tcp.srcport', 'tcp.seq_raw', 'tcp.flags.syn', 'icmp.type', 'bfd.sta', 'bfd.my_discriminator'];
const fields: readonly Field[] = [...kitFields, ...carried.flatMap((name) => findField(name) ?? [])];

/** A value as tshark prints it, with words by their numbers. */
function printed(field: Field, value: FieldValue): string {
  if (typeof value === 'boolean') return value ? '1' : '0';
  if (field.codes && typeof value === 'string') return String(field.codes[value]);
  return formatValue(field, value);
}

const truths: Readonly<Record<string, string>> = { True: '1', False: '0' };

/** What tshark prints differs from version to version, and by the base of a number. */
const plain = (shown: string): string =>
  /^0x[0-9a-f]+$/.test(shown) ? String(Number(shown)) : (truths[shown] ?? shown);

/** What lib/capture knows of a packet, in tshark's terms. What hosts send themselves is compared by nothing but that. */
function known(packet: Dissection): string[][] {
  return fields.map((field) => {
    if (packet.kind === undefined) return [];
    const values = field.read(packet);
    if (values === undefined) return [];
    const list = typeof values === 'object' && !(values instanceof Uint8Array) ? values : [values];
    return list.map((value) => printed(field, value));
  });
}

/** Where tshark with the dissector shows something else than lib/capture, packet by packet; empty if nowhere. */
function differences(capture: Uint8Array): { found: string[]; compared: number; err: string } {
  const expected: { isSvr: boolean; values: string[][] }[] = [];
  dissectAll(capture, (packet) => expected.push({ isSvr: packet.kind !== undefined, values: known(packet) }));
  const { packets, err } = tsharkFields(
    capture,
    fields.map(({ name }) => name),
  );
  equal(packets.length, expected.length);
  let compared = 0;
  const found = expected.flatMap(({ isSvr, values }, i) =>
    fields.flatMap(({ name }, column) => {
      if (!isSvr && carried.includes(name)) return [];
      const shown = packets[i][column].map(plain);
      compared += values[column].length;
      return shown.join() === values[column].join()
        ? []
        : [`packet ${i + 1}: ${name} is ${values[column].join()}, but tshark shows ${shown.join() || 'nothing'}`];
    }),
  );
  return { found, compared, err };
}

async function capture(name: string, change?: (scenario: Scenario) => Scenario): Promise<Uint8Array> {
  const scenario = loadScenario(join(scenarioFolder, `${name}.yaml`));
  return (await recordRun(change ? change(scenario) : scenario, 1)).capture;
}

const inTlv = (scenario: Scenario): Scenario => ({
  ...scenario,
  authority: { ...scenario.authority, emulator: { ...scenario.authority.emulator, metadataEncoding: 'tlv' } },
});

describe('the dissector for Wireshark', function () {
  this.timeout(60_000);
  this.slow(20_000);

  before(function () {
    if (!hasTshark()) skip(this, 'not installed: tshark');
  });

  const cases = [
    ['session-recovery', undefined],
    ['session-recovery', inTlv],
    ['key-rotation', undefined],
    ['fragmentation', undefined],
    ['path-failover', undefined],
  ] as const;
  for (const [name, change] of cases)
    it(`shows of ${name}${change ? ' in the TLV encoding' : ''} what lib/capture reads, field by field`, async () => {
      const { found, compared, err } = differences(await capture(name, change));
      deepEqual(found.slice(0, 10), []);
      ok(compared > 1000, `${compared} values`);
      equal(err, '');
    });
});
