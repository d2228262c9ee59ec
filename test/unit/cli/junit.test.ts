import { equal, match, ok } from 'node:assert/strict';
import { formatJunit } from '../../../cli/junit.ts';
import { milliseconds } from '../../../lib/time.ts';
import { loadScenario } from '../../support/lab-files.ts';
import { recordRun } from '../../support/recorded-run.ts';
import { skip } from '../../support/skip.ts';
import { hasXmllint, junitSchema, schemaFault } from '../../support/xml.ts';
import type { RunResult } from '../../../lib/lab/runner.ts';

const xmlOf = (result: RunResult): string =>
  formatJunit([{ result, tookMs: 1_234, command: './svrlab run port-scan --seed 1' }]);

describe('verdicts for a build server', () => {
  let result: RunResult;

  before(async () => {
    ({ result } = await recordRun(loadScenario('scenarios/port-scan.yaml'), 1));
  });

  it('are a suite with a case for each expectation, and one for the invariants', () => {
    const xml = xmlOf(result);
    match(xml, /<testsuite id="0" name="port-scan" .* tests="7" failures="0" errors="0" time="1\.234">/);
    equal(xml.match(/<testcase /g)?.length, result.verdicts.length + 1);
    match(xml, /<testcase name="lost of questions is 0" classname="port-scan" time="0"\/>/);
    match(xml, /again: \.\/svrlab run port-scan --seed 1/);
    equal(xml.includes('<failure'), false);
  });

  it('say of one that fails what was measured, what was wanted, and which packet decided it', () => {
    const verdict = {
      ...{
        text: 'never packet \'svr.control < 3 && "x"\'',
        held: false,
        measured: '1 at 2s',
        wanted: 'never at least 1',
      },
      ...({ unit: 'count', value: 1, decidedBy: 'packet 7 at hub:wan, 2s' } as const),
      deciders: [{ time: 2_000_000, node: 'hub', port: 'wan', packet: 7 }],
    };
    const xml = xmlOf({ ...result, verdicts: [verdict] });
    match(xml, / tests="2" failures="1" /);
    ok(xml.includes('name="never packet \'svr.control &lt; 3 &amp;&amp; &quot;x&quot;\'"'));
    ok(
      xml.includes(
        '<failure message="measured 1 at 2s, wanted never at least 1" type="expectation">packet 7 at hub:wan, 2s',
      ),
    );
    ok(xml.includes('&quot;packet&quot;:7'));
  });

  it("keep to the schema of Ant's reports", function () {
    if (!hasXmllint()) skip(this, 'there is no xmllint');
    equal(schemaFault(xmlOf(result), junitSchema), undefined);
    match(schemaFault(xmlOf(result).replace(' package="svrlab"', ''), junitSchema) ?? '', /'package' is required/);
    const verdicts = result.verdicts.map((verdict) => ({ ...verdict, held: false, decidedBy: 'a < b' }));
    equal(schemaFault(xmlOf({ ...result, verdicts }), junitSchema), undefined);
  });

  it('count a broken invariant as a failure', () => {
    const violation = { invariant: 'delivery', time: milliseconds(5), node: 'hub', what: 'it came twice' } as const;
    match(xmlOf({ ...result, violations: [violation] }), /<failure message="delivery at hub, 5000 us: it came twice"/);
  });
});
