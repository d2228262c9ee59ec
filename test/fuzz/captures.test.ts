import { equal, ok } from 'node:assert/strict';
import { nodeCrypto } from '../../daemon/crypto.ts';
import { captureInterface, linkTypes, type CapturedFrame } from '../../lib/capture/captured-frame.ts';
import { Dissection } from '../../lib/capture/dissection.ts';
import { formatValues, jsonValues } from '../../lib/capture/fields/format.ts';
import { fieldTable } from '../../lib/capture/fields/table.ts';
import { Secrets } from '../../lib/capture/secrets.ts';
import { Sessions } from '../../lib/capture/sessions.ts';
import { summarize } from '../../lib/capture/summary.ts';
import { SeededRandom } from '../../lib/random.ts';
import { dissectAll } from '../support/captures.ts';
import { loadScenario } from '../support/lab-files.ts';
import { recordRun } from '../support/recorded-run.ts';

const ROUNDS = 20_000;

describe('taking damaged packets apart', () => {
  for (const name of ['session-recovery', 'key-rotation', 'fragmentation', 'tcp-survives-restart'])
    it(`never throws, and points at bytes that are there: ${name}`, async function () {
      this.timeout(120_000);
      const scenario = loadScenario(`scenarios/${name}.yaml`);
      const { capture } = await recordRun(scenario, 1);
      const frames: Uint8Array[] = [];
      const known = { secrets: new Secrets(scenario.authority, nodeCrypto, new SeededRandom(0)) };
      dissectAll(capture, ({ frame }) => frames.push(frame.bytes.slice(frame.start, frame.end)), known);
      const random = new SeededRandom(7);
      const packet = new Dissection(known);
      const sessions = new Sessions();
      let malformed = 0;
      for (let round = 0; round < ROUNDS; round++) {
        const bytes = damaged(frames[random.below(frames.length)], random);
        packet.load(frameOf(bytes, random));
        sessions.see(packet);
        for (const field of fieldTable) {
          const values = field.read(packet);
          formatValues(field, values);
          if (values === undefined) continue;
          JSON.parse(jsonValues(field, values));
          ok(field.within(packet), `${field.name} is said to be within a part that the packet has not`);
        }
        ok(summarize(packet).what !== '');
        const fault = packet.malformed;
        if (!fault) continue;
        malformed++;
        ok(fault.offset >= 0 && fault.offset <= bytes.length, `${fault.reason} at ${fault.offset} of ${bytes.length}`);
      }
      ok(malformed > ROUNDS / 100 && malformed < ROUNDS);
      equal(sessions.unfollowed, 0);
    });
});

/** A frame with some bytes changed, or cut short, or both; now and then as it was. */
function damaged(original: Uint8Array, random: SeededRandom): Uint8Array {
  const bytes = original.slice(0, random.below(3) === 0 ? random.below(original.length + 1) : original.length);
  const changes = random.below(4);
  for (let i = 0; i < changes && bytes.length > 0; i++) bytes[random.below(bytes.length)] = random.below(256);
  return bytes;
}

function frameOf(bytes: Uint8Array, random: SeededRandom): CapturedFrame {
  const types = Object.values(linkTypes);
  const linkType = random.below(10) === 0 ? types[random.below(types.length)] : linkTypes.ethernet;
  return {
    seconds: 1_700_000_000,
    nanoseconds: 0,
    at: captureInterface('hub:wan', linkType),
    direction: 'in',
    id: random.below(50),
    bytes,
    start: 0,
    end: bytes.length,
    originalLength: bytes.length + (random.below(4) === 0 ? random.below(100) : 0),
    comments: () => [],
  };
}
