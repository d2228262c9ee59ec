import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import { CaptureReader } from '../lib/capture/capture-reader.ts';
import type { LabEvent } from '../lib/lab/fabric.ts';
import type { RunResult } from '../lib/lab/runner.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { ReportBuilder } from '../lib/report/build.ts';
import type { Exchange } from '../lib/report/plots.ts';
import type { Report } from '../lib/report/report.ts';
import { isSystemError, systemError } from '../daemon/system-error.ts';
import { FileSource } from '../daemon/file-source.ts';
import { InputError } from './exit.ts';
import { outputNames } from './outputs.ts';
import { pageCode } from './page.ts';
import { htmlOf } from './html.ts';

/** Makes the report of a run out of what lies in its folder, and puts it there. Fails with an InputError if it cannot be read. */
export async function writeHtmlReport(folder: string, scenario: Scenario): Promise<void> {
  const report = readRun(folder, scenario);
  const html = htmlOf(report, packedCapture(folder), await pageCode());
  const path = join(folder, outputNames.report);
  try {
    writeFileSync(path, html);
  } catch (error) {
    throw systemError(`write to '${path}'`, error as Error);
  }
}

function readRun(folder: string, scenario: Scenario): Report {
  const path = (name: keyof typeof outputNames): string => join(folder, outputNames[name]);
  const builder = new ReportBuilder(scenario);
  for (const event of linesOf<LabEvent>(path('events'))) builder.event(event);
  for (const exchange of linesOf<Exchange>(path('exchanges'))) builder.exchange(exchange);
  const result = JSON.parse(readFileSync(path('result'), 'utf8')) as RunResult;
  if (existsSync(path('capture'))) readCapture(path('capture'), result.epoch, builder);
  return builder.report(result);
}

function linesOf<Line>(file: string): Line[] {
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Line);
  } catch (error) {
    if (isSystemError(error)) throw systemError(`read '${file}'`, error);
    throw new InputError(`cannot read '${file}': ${(error as Error).message}`);
  }
}

/** Packets of the capture, in the time of the run. */
function readCapture(file: string, epoch: number, builder: ReportBuilder): void {
  const source = new FileSource(file);
  try {
    const reader = new CaptureReader(source);
    for (let frame = reader.next(); frame; frame = reader.next()) {
      const { at, direction, originalLength } = frame;
      const time = frame.seconds * 1_000_000 + Math.round(frame.nanoseconds / 1_000) - epoch;
      if (direction === 'in') builder.arrived({ time, node: at.node, port: at.port, length: originalLength });
    }
  } finally {
    source.close();
  }
}

/** Bytes of a capture that a page takes with it: what comes after them, `svrlab read` shows. */
const CAPTURE_LENGTH_MAX = 96 * 1024 * 1024;

/** The capture as the page carries it: deflated, in base64. Empty without a capture. */
function packedCapture(folder: string): string {
  const file = join(folder, outputNames.capture);
  if (!existsSync(file)) return '';
  const bytes = readFileSync(file).subarray(0, CAPTURE_LENGTH_MAX);
  return deflateRawSync(bytes, { level: 4 }).toString('base64');
}
