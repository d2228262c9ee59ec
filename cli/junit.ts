import { accessSync, constants } from 'node:fs';
import { dirname } from 'node:path';
import { INVARIANTS_HOLD } from '../lib/lab/invariants/violation.ts';
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
    // With a dot behind it, what is no folder is refused, too.
    accessSync(`${dirname(path)}/.`, constants.W_OK);
  } catch (error) {
    throw new InputError(`cannot write '${path}': ${(error as Error).message}`);
  }
}

/** A suite of test cases as build servers know it. */
export interface JunitSuite {
  readonly name: string;
  /** Microseconds since the Unix epoch. */
  readonly epoch: number;
  readonly tookMs: number;
  readonly properties: Readonly<Record<string, string | number>>;
  readonly cases: readonly JunitCase[];
  /** What else there is to know. */
  readonly about: string;
}

export interface JunitCase {
  readonly name: string;
  readonly failure?: { readonly message: string; readonly text: string } | undefined;
}

/** Each run as a suite, and in it a case for each expectation, and one for the invariants of every lab. */
export const formatJunit = (runs: readonly JunitRun[]): string => formatSuites(runs.map(suiteOf));

function suiteOf({ result, tookMs, command }: JunitRun): JunitSuite {
  const { scenario, about, fabric, seed, version, verdicts, violations, epoch, duration } = result;
  const broken = violations.map(({ invariant, node, what, time }) => `${invariant} at ${node}, ${time} us: ${what}`);
  return {
    ...{ name: scenario, epoch, tookMs, about: `${about}\nagain: ${command}\n` },
    properties: { fabric, seed, version, virtualSeconds: duration / 1e6 },
    cases: [
      ...verdicts.map((verdict) => ({ name: verdict.text, failure: verdict.held ? undefined : failureOf(verdict) })),
      {
        name: INVARIANTS_HOLD,
        failure: broken.length > 0 ? { message: broken[0], text: broken.join('\n') } : undefined,
      },
    ],
  };
}

const failureOf = ({ measured, wanted, decidedBy, deciders = [] }: Verdict): JunitCase['failure'] => ({
  message: `measured ${measured}, wanted ${wanted}`,
  text: [decidedBy ?? '', ...deciders.map((decider) => JSON.stringify(decider))].join('\n').trim(),
});

/** It keeps to the schema that Ant's reports have, so that strict readers take it, too. */
export function formatSuites(suites: readonly JunitSuite[]): string {
  const written = suites.map(formatSuite).join('');
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${written}</testsuites>\n`;
}

function formatSuite({ name, epoch, tookMs, properties, cases, about }: JunitSuite, id: number): string {
  const attributes = {
    ...{ id, name, package: 'svrlab', hostname: 'localhost' },
    timestamp: new Date(epoch / 1_000).toISOString().slice(0, 19),
    tests: cases.length,
    failures: cases.filter(({ failure }) => failure !== undefined).length,
    ...{ errors: 0, time: (tookMs / 1_000).toFixed(3) },
  };
  const named = Object.entries(properties).map(([key, value]) => `      <property${written({ name: key, value })}/>\n`);
  return [
    `  <testsuite${written(attributes)}>\n    <properties>\n${named.join('')}    </properties>\n`,
    ...cases.map((one) => formatCase(name, one)),
    `    <system-out>${escaped(about)}</system-out>\n    <system-err/>\n  </testsuite>\n`,
  ].join('');
}

/** A sentence takes no time of its own: the suite has that of its runs. */
function formatCase(classname: string, { name, failure }: JunitCase): string {
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
