import { render } from 'preact';
import type { Report } from '../lib/report/report.ts';
import { LivePage } from './live-page.tsx';
import { RunPage } from './run-page.tsx';

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

const root = document.getElementById('page');
if (root) {
  const report = JSON.parse(textOf('report')) as Report;
  const isLive = report.about.passed === undefined;
  render(isLive ? <LivePage first={report} /> : <RunPage report={report} capture={textOf('capture')} />, root);
}
