import type { Report } from '../lib/report/report.ts';
import type { PageCode } from './page.ts';

/** Nothing but itself is loaded by a page, and nobody is asked but the server that it may have come from. */
const policy =
  "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data:; connect-src 'self'";

/** The whole page. `capture` is packed as a page unpacks it; a page without one asks its server for packets. */
export function htmlOf(report: Report, capture: string, { script, style }: PageCode): string {
  const title = `${report.about.scenario} - svrlab`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<link rel="icon" href="data:,">
<title>${escaped(title)}</title>
<style>${style}</style>
</head>
<body>
<div id="page"></div>
<script type="application/json" id="report">${JSON.stringify(report).replaceAll('<', '\\u003c')}</script>
<script type="text/plain" id="capture">${capture}</script>
<script>${inScript(script)}</script>
</body>
</html>
`;
}

const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

/** What stands in a script element must not look like its end, or like a comment. */
const inScript = (text: string): string => text.replaceAll(/<(?=\/script|!--|script)/gi, '\\x3c');
