import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command, InvalidArgumentError, Option } from 'commander';
import type { CaptureFileOptions } from '../lib/capture/capture-file.ts';
import { capturePoints } from '../lib/highway/capture-points.ts';
import type { CapturedPacket, LabEvent } from '../lib/lab/fabric.ts';
import { runScenario, type RunResult } from '../lib/lab/runner.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { exitStatus, InputError } from './exit.ts';
import { fabricMakers, type RunFabric } from './fabrics.ts';
import { writeHtmlReport } from './html-report.ts';
import { interruptible } from './interrupts.ts';
import { checkJunitFile, formatJunit } from './junit.ts';
import { loadScenario } from './load-scenario.ts';
import { RunOutputs, outputNames } from './outputs.ts';
import { ProgressLine, formatProgress } from './progress.ts';
import { formatReport } from './report.ts';
import { runCommandLine } from './run-command-line.ts';
import { Story } from './story.ts';
import type { Terminal } from './terminal.ts';
import { formatDuration } from './units.ts';
import { nodeCrypto } from '../daemon/crypto.ts';
import { version } from '../daemon/version.ts';

interface RunOptions {
  readonly fabric: RunFabric;
  readonly seed?: number;
  readonly out?: string;
  readonly json?: true;
  readonly junit?: string;
  readonly capture: boolean;
  readonly set: readonly string[];
  readonly record?: true;
}

/** Folder in that of a run. */
const TAPES = 'tapes';

const examples = `
SCENARIO is a file, or the name of one of svrlab's own: session-recovery.

DIR then holds
  report.html      everything, to look at in a browser
  result.json      seed, verdicts, recovery times, counters
  events.ndjson    every event: time in microseconds, node, type, session, packet id
  exchanges.ndjson every question of the traffic, and when it was answered
  capture.pcapng   every port of every node, for Wireshark; comments say why
  session-captures.pcapng  what the timeline's session-capture took, if there is one
  tapes/           with --record, what entered each router and middlebox

Examples:
  svrlab run session-recovery
  svrlab run scenarios/session-recovery.yaml --seed 7 --out /tmp/seven
  svrlab run session-recovery --json | jq .verdicts
  svrlab run session-recovery --junit verdicts.xml
  sudo ./svrlab run tcp-survives-restart --fabric netns

Exit status: 0 every expectation holds, 1 one fails, 2 bad input, 3 this machine lacks something.`;

export function runCommand(terminal: Terminal): Command {
  return new Command('run')
    .summary('run a lab through its timeline and judge what happened')
    .description(
      'Runs a lab through its timeline, tells what happened, and compares it with what the scenario expects.',
    )
    .argument('<scenario>', 'file or name of a scenario')
    .addOption(new Option('--fabric <name>', 'where the lab runs').choices(Object.keys(fabricMakers)).default('sim'))
    .option('--seed <number>', 'chance; the same seed gives the same run (default: that of the scenario)', readSeed)
    .option('--out <dir>', 'folder for what the run leaves behind (default: out/NAME)')
    .option('--json', 'print result.json instead of the story')
    .option('--junit <file>', 'write the verdicts for a build server')
    .option('--no-capture', 'keep no packets')
    .option('--set <key=value>', 'read this in the place of what the scenario says; may be repeated', collect, [])
    .option('--record', "keep all that enters each router and middlebox, for 'svrlab replay' (netns, compose)")
    .addHelpText('after', examples)
    .action(async (name: string, options: RunOptions) => {
      const result = await run(name, options, terminal);
      process.exitCode = result.passed ? exitStatus.success : exitStatus.failed;
    });
}

const collect = (text: string, before: readonly string[]): string[] => [...before, text];

/** Reads a seed from the command line. */
export function readSeed(text: string): number {
  const seed = Number(text);
  if (!/^\d+$/.test(text) || seed > 0xffff_ffff) throw new InvalidArgumentError('A whole number from 0 to 4294967295.');
  return seed;
}

async function run(name: string, options: RunOptions, terminal: Terminal): Promise<RunResult> {
  if (options.junit !== undefined) checkJunitFile(options.junit);
  if (options.record && options.fabric === 'sim')
    throw new InputError('--record is for real fabrics: a run on sim is repeated by its seed');
  const { path, scenario } = loadScenario(name, options.set);
  const seed = options.seed ?? scenario.seed;
  const about = captureOptions(scenario, options.fabric, seed, () => epoch());
  const hasSessionCaptures = scenario.timeline.some(({ action }) => action.kind === 'session-capture');
  const outputs = new RunOutputs(options.out ?? join('out', scenario.name), {
    capture: options.capture ? about : undefined,
    sessionCaptures: hasSessionCaptures ? { ...about, ports: pointsOf(scenario) } : undefined,
  });
  const story = new Story({ timeout: formatDuration(scenario.authority.sessionRecoveryDetection.inactivityTimeout) });
  const progress = new ProgressLine(formatProgress, terminal.err, () => terminal.progressWidth);
  const startedAt = performance.now();
  const onEvent = (event: LabEvent): void => {
    outputs.event(event);
    story.event(event);
  };
  const made = await fabricMakers[options.fabric]({
    scenario,
    seed,
    events: { event: onEvent },
    capture: { packet: (packet: CapturedPacket) => outputs.packet(packet) },
    tapesIn: options.record && join(outputs.folder, TAPES),
    sessionCaptures: { packet: (packet: CapturedPacket) => outputs.sessionPacket(packet) },
  });
  const { fabric } = made;
  let began: number | undefined;
  // It is measured on a real fabric, and must not come out differently the next time.
  const epoch = (): number => (began ??= made.epoch());
  const result = await interruptible(
    () =>
      runScenario({
        ...{ fabric, scenario, seed, version, epoch, crypto: nodeCrypto },
        onProgress: (reached) => progress.draw(reached),
        onTraffic: (reports) => outputs.traffic(reports),
      }),
    async () => {
      progress.wipe();
      await fabric.stop();
      outputs.close();
    },
  );
  const text = `${JSON.stringify(result, null, 2)}\n`;
  outputs.result(text);
  await writeHtmlReport(outputs.folder, scenario);
  const around = {
    tookMs: performance.now() - startedAt,
    folder: outputs.folder,
    files: [
      ...[outputNames.report, outputNames.result, outputNames.events, outputNames.exchanges],
      ...(options.capture ? [outputNames.capture] : []),
      ...(hasSessionCaptures ? [outputNames.sessionCaptures] : []),
    ],
    command: runCommandLine({ path, fabric: options.fabric, seed, set: options.set }),
  };
  if (options.junit !== undefined) writeFileSync(options.junit, formatJunit([{ result, ...around }]));
  terminal.out(options.json ? text : formatReport(result, story, around, terminal.paint));
  return result;
}

function captureOptions(scenario: Scenario, fabric: RunFabric, seed: number, epoch: () => number): CaptureFileOptions {
  return {
    application: `svrlab ${version}`,
    comments: [`scenario ${scenario.name}, fabric ${fabric}, seed ${seed}`, scenario.about],
    epoch,
    ports: scenario.nodes.flatMap(({ name, ports }) => ports.map((port) => ({ node: name, port }))),
    names: addressNames(scenario),
  };
}

/** Every capture point of every router is an interface. */
const pointsOf = ({ nodes }: Scenario): CaptureFileOptions['ports'] =>
  nodes
    .filter(({ kind }) => kind === 'router')
    .flatMap(({ name }) => capturePoints.map((port) => ({ node: name, port })));

/** Hosts under their own name, routers as 'hub-wan'. */
function addressNames({ nodes, authority }: Scenario): CaptureFileOptions['names'] {
  const hosts = nodes.flatMap((node) =>
    node.kind === 'host' ? node.addresses.map(({ address }) => ({ address, name: node.name })) : [],
  );
  const routers = authority.routers.flatMap((router) =>
    router.nodes.flatMap(({ deviceInterfaces }) =>
      deviceInterfaces.flatMap((device) =>
        device.networkInterfaces.flatMap(({ addresses }) =>
          addresses.map(({ ipAddress }) => ({ address: ipAddress, name: `${router.name}-${device.name}` })),
        ),
      ),
    ),
  );
  return [...hosts, ...routers];
}
