import type { Report } from '../diagnostic.ts';
import { faultsAt } from './checks/fault.ts';
import { checkNeighborhoods, checkRouter } from './checks/router.ts';
import { checkSecurity, checkServices } from './checks/service.ts';
import type { Origins } from './draft.ts';
import type { Authority } from './types.ts';

/** What the schema cannot say: the rules that concern several elements at once. */
export function check(authority: Authority, origins: Origins, report: Report): void {
  const fault = faultsAt(origins, report);
  checkServices(authority, fault);
  for (const security of authority.securities) checkSecurity(security, fault);
  for (const router of authority.routers) checkRouter(authority, router, fault);
  checkNeighborhoods(authority, fault);
}
