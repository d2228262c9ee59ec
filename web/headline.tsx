import type { VNode } from 'preact';
import type { Report } from '../lib/report/report.ts';
import { counted } from './format.ts';
import { ThemeSwitch } from './theme.tsx';

/** What this is, and how it went. */
export function Headline({ report: { about, verdicts } }: { report: Report }): VNode {
  const { scenario, teaches, fabric, seed, version, duration } = about;
  return (
    <header class="headline">
      <div>
        <h1>{scenario}</h1>
        <p class="teaches">{teaches}</p>
        <dl class="facts">
          <Fact name="fabric" value={fabric} />
          <Fact name="seed" value={seed} />
          <Fact
            name={fabric === 'sim' ? 'virtual time' : 'real time'}
            value={`${Number((duration / 1_000_000).toFixed(1))} s`}
          />
          <Fact name="svrlab" value={version} />
        </dl>
      </div>
      <div class="side">
        <Verdict passed={about.passed} held={verdicts.filter(({ held }) => held).length} total={verdicts.length} />
        <ThemeSwitch />
      </div>
    </header>
  );
}

const Fact = ({ name, value }: { name: string; value: string | number }): VNode => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

function Verdict({ passed, held, total }: { passed: boolean | undefined; held: number; total: number }): VNode {
  if (passed === undefined) return <span class="badge plain">live</span>;
  if (total === 0) return <span class="badge plain">nothing was expected</span>;
  if (passed) return <span class="badge good">✓ {counted(total, 'expectation')} hold</span>;
  return (
    <span class="badge bad">
      ✗ {total - held} of {counted(total, 'expectation')} fail
    </span>
  );
}
