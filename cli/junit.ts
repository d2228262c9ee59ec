import { accessSync, constants, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Verdict } from '../lib/lab/measure.ts';
import type { RunResult } from '../lib/lab/runner.ts';
import { InputError } from './exit.ts';

/** A run as JUnit tells it, and how to repeat it. */
export interface JunitRun {
  readonly result: RunResult;
  /** On the clock on the wall. */
  readonly tookMs: number;
  readonly command: string;
}

/** Fails with an InputError if no such file can be written; before a run, so that nobody waits for it in vain. */
export function checkJunitFile(path: string): void {
  try {
    accessSync(dirname(path), constants.W_OK);
  } catch (error) {
    throw new InputError(`cannot write '${path}': ${(error as Error).message}`);
  }
}

export function writeJunit(path: string, runs: readonly JunitRun[]): void {
  writeFileSync(path, formatJunit(runs));
}

/**
 * Runs in the format that build servers read: a suite for each run, and in it a test case for each expectation, and one for
 * the invariants of every lab. It keeps to the schema that Ant's reports have, so that strict readers take it, too.
 */
export function formatJunit(runs: readonly JunitRun[]): string {
  const suites = runs.map(suite).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites}</testsuites>\n`;
}

function suite({ result, tookMs, command }: JunitRun, id: number): string {
  const { scenario, fabric, seed, version, verdicts, violations, epoch } = result;
  const failures = verdicts.filter(({ held }) => !held).length + (violations.length > 0 ? 1 : 0);
  const properties = { fabric, seed, version, virtualSeconds: result.duration / 1e6 };
  const attributes = {
    ...{ id, name: scenario, package: 'svrlab', hostname: 'localhost' },
    timestamp: new Date(epoch / 1_000).toISOString().slice(0, 19),
    ...{ tests: verdicts.length + 1, failures, errors: 0, time: (tookMs / 1_000).toFixed(3) },
  };
  const named = Object.entries(properties).map(([name, value]) => `      <property${written({ name, value })}/>\n`);
  const broken = violations.map(({ invariant, node, what, time }) => `${invariant} at ${node}, ${time} us: ${what}`);
  return [
    `  <testsuite${written(attributes)}>\n    <properties>\n${named.join('')}    </properties>\n`,
    ...verdicts.map((verdict) => testCase(scenario, verdict.text, verdict.held ? undefined : failureOf(verdict))),
    testCase(
      scenario,
      'invariants hold',
      broken.length > 0 ? { message: broken[0], text: broken.join('\n') } : undefined,
    ),
    `    <system-out>${escaped(`${result.about}\nagain: ${command}\n`)}</system-out>\n    <system-err/>\n  </testsuite>\n`,
  ].join('');
}

interface Failure {
  readonly message: string;
  readonly text: string;
}

const failureOf = ({ measured, wanted, decidedBy, deciders = [] }: Verdict): Failure => ({
  message: `measured ${measured}, wanted ${wanted}`,
  text: [decidedBy ?? '', ...deciders.map((decider) => JSON.stringify(decider))].join('\n').trim(),
});

/** A sentence takes no time of its own: the suite has that of the run. */
function testCase(classname: string, name: string, failure: Failure | undefined): string {
  const head = `    <testcase${written({ name, classname, time: 0 })}`;
  if (!failure) return `${head}/>\n`;
  const { message, text } = failure;
  return `${head}>\n      <failure${written({ message, type: 'expectation' })}>${escaped(text)}</failure>\n    </testcase>\n`;
}

const written = (attributes: Readonly<Record<string, string | number>>): string =>
  Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** Without control characters, of which XML holds next to none. */
const escaped = (text: string): string =>
  text.replace(/(?![\t\n\r])\p{Cc}|[\ufffe\uffff]/gu, '').replace(/[&<>"]/g, (sign) => entities[sign]);
