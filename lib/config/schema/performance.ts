import { milliseconds } from '../../time.ts';
import { description, name } from './common.ts';
import { container, list } from './element.ts';
import { boolean, duration, integer, reference } from './leaf.ts';

/** SVR sheet, sections 4.2 and 4.7. The ranges are emulator choices: a count has 15 bits on the wire. */
export const performanceMonitoringProfile = list('How the paths to peers are measured on live traffic', ['name'], {
  name: name('the profile'),
  description,
  'interval-duration': duration('ms', 100, 3_600_000, {
    default: milliseconds(10_000),
    help: 'Time for which packets are marked with the same colour',
  }),
  'marking-count': integer(1, 32_767, {
    default: 100,
    units: 'packets',
    help: 'Packets of one colour; they are spread over the interval',
  }),
  'monitor-only': boolean({
    default: false,
    help: 'Whether what is measured is only shown, and sessions do not move for it',
  }),
});

/** Stands in a neighborhood or an adjacency. */
export const performanceMonitoring = container('Whether these paths are measured on live traffic', {
  enabled: boolean({ default: false, help: 'Whether they are; the other side has to do the same' }),
  profile: reference('performance-monitoring-profile', { help: 'How; needed if enabled' }),
});
