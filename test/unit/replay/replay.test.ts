import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { parseConfiguration } from '../../../lib/config/index.ts';
import { Nat } from '../../../lib/middlebox/nat.ts';
import { Firewall } from '../../../lib/middlebox/firewall.ts';
import { commands } from '../../../lib/replay/commands.ts';
import { describeDifference } from '../../../lib/replay/describe.ts';
import { fromPlainText, toPlainText } from '../../../lib/replay/plain-text.ts';
import { replay } from '../../../lib/replay/replay.ts';
import { TapeReader } from '../../../lib/replay/tape-reader.ts';
import { TapeWriter } from '../../../lib/replay/tape-writer.ts';
import { formatTapedNode, readTapedNode } from '../../../lib/replay/taped-node.ts';
import { Router } from '../../../lib/router.ts';
import { seconds } from '../../../lib/time.ts';
import { labConfiguration, type LabConfiguration } from '../../support/lab-configuration.ts';
import { replayTape } from '../../support/tapes.ts';
import { LAB_START, macs, twoRouters, type Lab } from '../../support/two-routers.ts';

/** What entered the spoke of a lab while `story` was told, as a tape. */
function recorded(configuration: LabConfiguration, story: (lab: Lab) => void): Uint8Array {
  const chunks: Uint8Array[] = [];
  const header = formatTapedNode({
    version: '0.0.0',
    startedAt: LAB_START,
    described: { kind: 'router', name: 'spoke', router: 'spoke', ports: ['lan', 'wan'] },
    macs: [macs.spokeLan, macs.spokeWan],
    authority: labConfiguration(configuration),
    hasStore: false,
  });
  const tape = new TapeWriter({ write: (bytes) => void chunks.push(bytes.slice()) }, header, 1 << 24);
  story(twoRouters({ ...configuration, spokeTape: tape }));
  tape.close();
  return Buffer.concat(chunks);
}

/** A session that is lost and found again, a key that is rotated, a configuration that changes. */
const key = '0'.repeat(32);
const eventful: LabConfiguration = {
  mode: 'inactivity-based',
  hmac: { mode: 'time-based' },
  encryption: { key, payload: true, keys: { 2: 'f'.repeat(32) } },
  failover: true,
};
const story = (lab: Lab): void => {
  lab.establish();
  lab.spoke.device.rotateKey('keys', 2);
  lab.hub.forgetSessions();
  lab.runFor(seconds(6));
  lab.exchange('four', 'five');
  lab.spoke.reconfigure(labConfiguration({ ...eventful, inactivityTimeoutSeconds: 2 }));
  lab.spoke.device.forgetSessions();
  lab.runFor(seconds(3));
  lab.exchange('six', 'seven');
};

describe('a replay', () => {
  let tape: Uint8Array;
  before(() => (tape = recorded(eventful, story)));

  it('has the same bytes come out of a router that has everything enter it again', () => {
    const { inputs, outputs, first, last, difference, failure, isWhole, isFull } = replayTape(tape);
    deepEqual(
      { difference, failure, isWhole, isFull },
      { difference: undefined, failure: undefined, isWhole: true, isFull: false },
    );
    ok(inputs > 30 && outputs > 30, `${inputs} inputs, ${outputs} outputs`);
    ok(first !== undefined && last !== undefined && first >= LAB_START && last - first > seconds(8));
  });

  it('says where something else comes out, to the byte', () => {
    const reader = TapeReader.open(tape);
    ok(reader);
    let lastByteAt = 0;
    for (let record = reader.next(); record && lastByteAt === 0; record = reader.next())
      if (record.kind === 'transmit') lastByteAt = record.bytes.byteOffset - tape.byteOffset + record.bytes.length - 1;
    const altered = Uint8Array.from(tape);
    altered[lastByteAt] ^= 1;
    const { difference } = replayTape(altered);
    ok(difference);
    match(
      describeDifference(difference, ['lan', 'wan']),
      /^at input \d+: a frame of (\d+) bytes at (lan|wan) instead of a frame of \1 bytes at \2; byte \d+ is 0x.. instead of 0x..$/,
    );
  });

  it('says so when less comes out, or more', () => {
    const other = recorded({ ...eventful, mode: 'packet-based' }, story);
    const [mine, others] = [TapeReader.open(tape), TapeReader.open(other)];
    ok(mine && others);
    const swapped = Buffer.concat([
      tape.subarray(0, 8),
      Buffer.from(Uint32Array.of(Buffer.byteLength(others.header)).buffer),
      Buffer.from(others.header),
      tape.subarray(12 + Buffer.byteLength(mine.header)),
    ]);
    const { difference, failure } = replayTape(swapped);
    equal(failure, undefined);
    ok(difference);
  });

  it('takes a tape that was broken off for what it holds', () => {
    for (const length of [tape.length - 1, tape.length - 40, Math.floor(tape.length / 2)]) {
      const { inputs, difference, failure, isWhole } = replayTape(tape.subarray(0, length));
      deepEqual({ difference, failure, isWhole }, { difference: undefined, failure: undefined, isWhole: false });
      ok(inputs > 0);
    }
  });

  it('tells what a device throws, and at which input', () => {
    const chunks: Uint8Array[] = [];
    const writer = new TapeWriter({ write: (bytes) => void chunks.push(bytes.slice()) }, '', 1_000);
    writer.write({ kind: 'poll', time: LAB_START });
    writer.flush();
    const reader = TapeReader.open(Buffer.concat(chunks));
    ok(reader);
    const broken = (): never => {
      throw new Error('broken');
    };
    const device = { receive: broken, poll: broken, nextDeadline: () => LAB_START };
    const { failure } = replay(reader, () => ({ device, command: broken }));
    deepEqual(failure && { input: failure.input, error: (failure.error as Error).message }, {
      input: 1,
      error: 'broken',
    });
  });
});

describe('what is done to a device', () => {
  const methodsOf = (device: { prototype: object }): string[] =>
    Object.entries(Object.getOwnPropertyDescriptors(device.prototype))
      .filter(([name, { value }]) => typeof value === 'function' && name !== 'constructor')
      .map(([name]) => name);

  /** What enters as records of its own, and what only asks. */
  const inputs = ['receive', 'poll', 'nextDeadline', 'setCarrier'];
  const questions = ['sessions', 'flows', 'servicePaths', 'peers', 'bfd', 'alarms', 'events'];

  it('is on the tape, whatever a router can have done to it', () => {
    const known = [...inputs, ...questions, ...commands.router];
    deepEqual(
      methodsOf(Router).filter((name) => !known.includes(name)),
      [],
    );
    deepEqual(
      commands.router.filter((name) => !name.includes('.') && !methodsOf(Router).includes(name)),
      [],
    );
  });

  it('is on the tape, whatever a middlebox can have done to it', () => {
    deepEqual(
      methodsOf(Nat).filter((name) => ![...inputs, ...commands.nat].includes(name)),
      [],
    );
    deepEqual(
      methodsOf(Firewall).filter((name) => ![...inputs, ...commands.firewall].includes(name)),
      [],
    );
  });

  it('comes back from its text with its bytes', () => {
    const given = { name: 'rebind', given: [{ family: 4, bytes: Uint8Array.of(172, 16, 0, 9) }, undefined, [1.5]] };
    deepEqual(fromPlainText(toPlainText(given)), given);
  });
});

describe('what a tape says of its node', () => {
  it('is read as it was written', () => {
    const authority = labConfiguration(eventful);
    const described = { kind: 'router', name: 'spoke', router: 'spoke', ports: ['lan', 'wan'] } as const;
    const node = {
      version: '1.2.3',
      startedAt: LAB_START,
      described,
      macs: [macs.spokeLan, macs.spokeWan],
      authority,
      hasStore: true,
    };
    deepEqual(readTapedNode(formatTapedNode(node)), node);
  });

  it('is refused when it makes no sense', () => {
    for (const header of ['', 'text', '{}', '{"described":{"kind":"router"},"configuration":"authority"}'])
      equal(readTapedNode(header), undefined, header);
    equal(parseConfiguration('authority', 'tape').authority, undefined);
  });
});
