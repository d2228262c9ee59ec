import { equal } from 'node:assert/strict';
import { CaptureFile } from '../../../lib/capture/capture-file.ts';
import type { Dissection } from '../../../lib/capture/dissection.ts';
import type { Field, FieldValue } from '../../../lib/capture/fields/field.ts';
import { formatValue } from '../../../lib/capture/fields/format.ts';
import { findField } from '../../../lib/capture/fields/table.ts';
import { SIM_EPOCH } from '../../../lib/lab/sim/fabric.ts';
import { kitFields } from '../../../scripts/docs/wireshark.ts';
import { dissectAll } from '../../support/captures.ts';
import { tsharkFields } from '../../support/tshark.ts';

/** What other dissectors show of what SVR carries. */
const carried = ['tcp.srcport', 'tcp.seq_raw', 'tcp.flags.syn', 'icmp.type', 'bfd.sta', 'bfd.my_discriminator'];
const fields: readonly Field[] = [...kitFields, ...carried.flatMap((name) => findField(name) ?? [])];

/** What only the kit has a field for: Wireshark's own layers have no say in it. */
const malformed = ['svr.malformed', 'svr.malformed.offset'];

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
  const ofFields = fields.map((field) => {
    const values = packet.kind === undefined ? undefined : field.read(packet);
    if (values === undefined) return [];
    const list = typeof values === 'object' && !(values instanceof Uint8Array) ? values : [values];
    return list.map((value) => printed(field, value));
  });
  const fault = packet.kind === undefined || packet.layers.fault ? undefined : packet.malformed;
  return [...ofFields, fault ? [fault.reason] : [], fault ? [String(fault.offset)] : []];
}

/** tshark shows control characters in a manner of its own. */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const hasControls = (text: string): boolean => /[\x00-\x1f\x7f]/.test(text);

export interface Comparison {
  /** Where tshark with the dissector shows something else than lib/capture, packet by packet; empty if nowhere. */
  readonly differences: readonly string[];
  /** How many values were compared. */
  readonly compared: number;
  /** What tshark has complained of. */
  readonly complaints: string;
}

/** Compares what lib/capture and tshark find in a capture, without keys. */
export function compareWithTshark(capture: Uint8Array, ignored: readonly string[] = []): Comparison {
  const expected: { isSvr: boolean; values: string[][] }[] = [];
  dissectAll(capture, (packet) => expected.push({ isSvr: packet.kind !== undefined, values: known(packet) }));
  const names = [...fields.map(({ name }) => name), ...malformed];
  const { packets, err } = tsharkFields(capture, names);
  equal(packets.length, expected.length);
  let compared = 0;
  const differences = expected.flatMap((packet, i) =>
    names.flatMap((name, column) => {
      const values = packet.values[column];
      if (ignored.includes(name) || (!packet.isSvr && carried.includes(name)) || values.some(hasControls)) return [];
      const shown = packets[i][column].map(plain);
      compared += values.length;
      return shown.join() === values.join()
        ? []
        : [
            `packet ${i + 1}: ${name} is ${values.join() || 'not there'}, but tshark shows ${shown.join() || 'nothing'}`,
          ];
    }),
  );
  return { differences, compared, complaints: err };
}

/** A capture of frames, one a millisecond. */
export function captureOf(frames: readonly Uint8Array[]): Uint8Array {
  const chunks: Uint8Array[] = [];
  const file = new CaptureFile(
    { write: (bytes) => chunks.push(bytes.slice()) },
    { application: 'svrlab', comments: [], epoch: () => SIM_EPOCH, ports: [], names: [] },
  );
  frames.forEach((bytes, i) =>
    file.packet({ time: 1000 * i, node: 'spoke', port: 'wan', direction: 'in', id: 0, bytes, comments: [] }),
  );
  file.close();
  return Uint8Array.from(Buffer.concat(chunks));
}
