import { readFileSync } from 'node:fs';
import { Command } from 'commander';
import type { CaptureFileOptions } from '../lib/capture/capture-file.ts';
import type { Frame } from '../lib/frame.ts';
import { Recorder } from '../lib/lab/sim/recorder.ts';
import { describeDifference } from '../lib/replay/describe.ts';
import { replay, type Onlooker, type ReplayResult } from '../lib/replay/replay.ts';
import { doCommand } from '../lib/replay/commands.ts';
import { TapeReader } from '../lib/replay/tape-reader.ts';
import { makeDevice, readTapedNode, type TapedNode } from '../lib/replay/taped-node.ts';
import { between, type Duration, type Instant } from '../lib/time.ts';
import type { TraceEvent } from '../lib/trace.ts';
import { nodeCrypto } from '../daemon/crypto.ts';
import { version } from '../daemon/version.ts';
import { exitStatus, InputError } from './exit.ts';
import { RunOutputs } from './outputs.ts';
import type { Terminal } from './terminal.ts';
import { counted, formatSeconds } from './units.ts';

interface ReplayOptions {
  readonly out?: string;
  readonly json?: true;
}

const examples = `
A tape holds everything that entered one router or middlebox: frames, the time, what was done to it, what it drew.
'svrlab run SCENARIO --fabric netns --record' leaves one in tapes/ of the run's folder for every start of each node.
A replay puts it into the same device again, without waiting, and compares every byte that comes out.

Examples:
  sudo ./svrlab run session-recovery --fabric netns --record
  svrlab replay out/session-recovery/tapes/*.tape
  svrlab replay out/session-recovery/tapes/hub.tape --out /tmp/hub
  svrlab read /tmp/hub/capture.pcapng

Exit status: 0 the same came out, 1 something else came out or the device broke, 2 what is given is no tape.`;

/** One tape as it came out. Times are in microseconds. */
interface Replayed {
  readonly tape: string;
  readonly node: string;
  readonly recordedBy: string;
  readonly inputs: number;
  readonly outputs: number;
  readonly lasted: number;
  readonly took: number;
  readonly isSame: boolean;
  readonly isWhole: boolean;
  readonly isFull: boolean;
  readonly difference?: string;
  readonly failure?: string;
}

export function replayCommand(terminal: Terminal): Command {
  return new Command('replay')
    .summary('put what entered a node into it again, and compare what comes out')
    .description('Puts a recording of everything that entered a router or a middlebox into the same device again.')
    .argument('<tape...>', 'files that a run with --record has left')
    .option('--out <dir>', 'folder for the events and packets of the replay; for one tape')
    .option('--json', 'print results as JSON')
    .addHelpText('after', examples)
    .action((tapes: string[], { out, json }: ReplayOptions) => {
      if (out !== undefined && tapes.length > 1) throw new InputError('--out is for one tape at a time');
      const all = tapes.map((tape) => replayFile(tape, out));
      terminal.out(json ? `${JSON.stringify(all, null, 2)}\n` : all.map(describe).join(''));
      process.exitCode = all.every(({ isSame }) => isSame) ? exitStatus.success : exitStatus.failed;
    });
}

function replayFile(path: string, out: string | undefined): Replayed {
  const tape = TapeReader.open(read(path));
  const node = tape && readTapedNode(tape.header);
  if (!tape || !node)
    throw new InputError(`${path} is no tape: 'svrlab run SCENARIO --fabric netns --record' makes them`);
  const notes = out === undefined ? undefined : new Notes(out, node);
  const startedAt = performance.now();
  const result = replay(
    tape,
    (around) => {
      const trace = notes ?? { event: () => undefined };
      const device = makeDevice(node, around, nodeCrypto, trace);
      return { device, command: (text) => doCommand(device, text) };
    },
    notes,
  );
  notes?.close();
  return toReplayed(path, node, result, performance.now() - startedAt);
}

function read(path: string): Uint8Array {
  try {
    return readFileSync(path);
  } catch (error) {
    throw new InputError(`cannot read '${path}': ${(error as Error).message}`);
  }
}

function toReplayed(tape: string, node: TapedNode, result: ReplayResult, tookMs: number): Replayed {
  const { inputs, outputs, first, last, difference, failure, isWhole, isFull } = result;
  const since = (time: Instant): string => formatSeconds(between(first ?? time, time));
  const brokeAt = failure && `the device broke at ${since(failure.time)}, at input ${failure.input}`;
  const reason = failure && (failure.error instanceof Error ? failure.error.stack : String(failure.error));
  return {
    ...{ tape, node: node.described.name, recordedBy: node.version, inputs, outputs },
    lasted: first === undefined || last === undefined ? 0 : between(first, last),
    took: Math.round(tookMs * 1_000),
    isSame: !difference && !failure,
    ...{ isWhole, isFull },
    ...(difference && {
      difference: `at ${since(difference.time)}, ${describeDifference(difference, node.described.ports)}`,
    }),
    ...(failure && { failure: `${brokeAt}: ${reason}` }),
  };
}

function describe(one: Replayed): string {
  const { tape, node, inputs, outputs, lasted, took } = one;
  const times = lasted > 0 && took > 0 ? `, ${Math.round(lasted / took)} times as fast` : '';
  const lines = [
    `${tape}: ${counted(inputs, 'input')} of ${node} in ${formatSeconds(lasted)}, replayed in ${formatSeconds(took)}${times}`,
    ...(one.failure === undefined ? [] : [`  ${one.failure}`]),
    ...(one.difference === undefined ? [] : [`  something else came out ${one.difference}`]),
    ...(one.isSame ? [`  ${counted(outputs, 'output')}, every byte the same`] : []),
    ...(one.isFull ? ['  more had happened than there was room for on the tape'] : []),
    ...(one.isWhole || one.failure !== undefined || one.difference !== undefined
      ? []
      : ['  the tape was broken off; this is what there is']),
    ...(one.recordedBy === version || one.isSame
      ? []
      : [`  it was recorded by svrlab ${one.recordedBy}, this is ${version}`]),
  ];
  return `${lines.join('\n')}\n`;
}

/** Events and packets of a replay, in the files that a run leaves. */
class Notes implements Onlooker {
  readonly #outputs: RunOutputs;
  readonly #recorder: Recorder;
  readonly #node: string;
  readonly #ports: readonly string[];
  #first: Instant | undefined;
  #now = 0 as Instant;
  #lastPacketId = 0;

  constructor(folder: string, { described }: TapedNode) {
    const { name, ports } = described;
    const about: CaptureFileOptions = {
      application: `svrlab ${version}`,
      comments: [`replay of ${name}`],
      epoch: () => this.#first ?? 0,
      ports: ports.map((port) => ({ node: name, port })),
      names: [],
    };
    this.#node = name;
    this.#ports = ports;
    this.#outputs = new RunOutputs(folder, { capture: about });
    this.#recorder = new Recorder(this.#outputs, this.#outputs);
  }

  readonly event = (event: TraceEvent): void => this.#recorder.trace(this.#elapsed(), this.#node, event);

  arrived(port: number, frame: Frame, now: Instant): void {
    this.#move(now);
    this.#lastPacketId = Math.max(this.#lastPacketId, frame.id);
    this.#recorder.arrived(this.#node, this.#ports[port], frame);
  }

  left(port: number, frame: Frame, now: Instant): void {
    this.#move(now);
    const idBefore = frame.id;
    if (idBefore === 0) frame.id = ++this.#lastPacketId;
    this.#recorder.left(this.#node, this.#ports[port], frame, idBefore, []);
    frame.id = idBefore;
  }

  done(now: Instant): void {
    this.#move(now);
    this.#recorder.flush(this.#elapsed());
  }

  close(): void {
    this.#recorder.flush(this.#elapsed());
    this.#outputs.close();
  }

  #move(now: Instant): void {
    this.#first ??= now;
    this.#now = now;
  }

  #elapsed(): Duration {
    return between(this.#first ?? this.#now, this.#now);
  }
}
