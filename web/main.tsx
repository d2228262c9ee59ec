import { render } from 'preact';
import type { Report } from '../lib/report/report.ts';
import { RunPage } from './run-page.tsx';

const textOf = (id: string): string => document.getElementById(id)?.textContent ?? '';

const root = document.getElementById('page');
if (root) render(<RunPage report={JSON.parse(textOf('report')) as Report} capture={textOf('capture')} />, root);
