import { deepEqual, equal } from 'node:assert/strict';
import { asJson, examine, formatFindings, type Check } from '../../../cli/doctor.ts';
import { unpainted } from '../../../cli/terminal.ts';

const checks: readonly Check[] = [
  { what: 'Node.js', for: ['sim', 'netns', 'compose'], look: () => ({ found: 'v24.0.0' }) },
  { what: 'ip', for: ['netns'], look: () => ({ lack: 'not installed', mend: 'apt-get install iproute2' }) },
  { what: 'ethtool', for: ['netns'], look: () => ({ lack: 'not installed', mend: 'apt-get install ethtool' }) },
  { what: 'tshark', for: ['extras'], look: () => ({ lack: 'not installed', mend: 'apt-get install tshark' }) },
];

describe('svrlab doctor', () => {
  it('says what can run, what is missing, and the commands that mend it', () => {
    deepEqual(formatFindings(examine(checks), { paint: unpainted }).split('\n'), [
      '========= ===================== ========= ===============',
      ' Check     For                   State     Found',
      '========= ===================== ========= ===============',
      ' Node.js   sim, netns, compose   ok        v24.0.0',
      ' ip        netns                 missing   not installed',
      ' ethtool   netns                 missing   not installed',
      ' tshark    extras                missing   not installed',
      '',
      '  --fabric sim      runs here',
      '  --fabric netns    does not run here yet',
      '  --fabric compose  runs here',
      '',
      '===============',
      ' What mends it',
      '===============',
      '  apt-get install iproute2',
      '  apt-get install ethtool',
      '  apt-get install tshark',
      '',
    ]);
  });

  it('gives programs the same as JSON', () => {
    const { fabrics, checks: found } = asJson(examine(checks)) as { fabrics: object; checks: object[] };
    deepEqual(fabrics, { sim: true, netns: false, compose: true });
    deepEqual(found[1], { what: 'ip', for: ['netns'], lack: 'not installed', mend: 'apt-get install iproute2' });
    equal(found.length, checks.length);
  });
});
