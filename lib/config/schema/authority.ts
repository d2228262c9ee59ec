import { atStart, container } from './element.ts';
import { emulator } from './emulator.ts';
import { identifier } from './leaf.ts';
import { performanceMonitoringProfile } from './performance.ts';
import { router } from './router.ts';
import {
  security,
  service,
  servicePolicy,
  serviceRoutePolicy,
  sessionRecoveryDetection,
  sessionType,
  tenant,
} from './service.ts';

/**
 * Every element of the configuration: the one table from which the readers, the writer, the messages and the TypeScript
 * types come. Units and ranges: SVR sheet, sections 2.8, 3 and 4; the emulator block is ours.
 */
export const authority = container('Everything that is run by one hand', {
  name: identifier({ default: 'Authority', help: 'Name of the authority' }),
  'session-recovery-detection': sessionRecoveryDetection,
  emulator,
  tenant,
  security,
  'session-type': sessionType,
  'performance-monitoring-profile': performanceMonitoringProfile,
  'service-policy': servicePolicy,
  'service-route-policy': serviceRoutePolicy,
  service,
  router: atStart(router),
});

export const root = container('The configuration', { authority });
