import { seconds } from '../../time.ts';
import { container } from './element.ts';
import type { Container } from './element.ts';
import { boolean, duration } from './leaf.ts';
import { withoutDefaults, type WithoutDefaults } from './override.ts';

// SVR sheet, section 4.2.
const leaves = {
  enabled: boolean({
    default: false,
    help: 'Whether it is found out; without, it is the MTU of the network interface',
  }),
  interval: duration('s', 1, 86_400, { default: seconds(600), help: 'Time from one search to the next' }),
};

/** How a router finds out how long packets to its peers may be. */
export const pathMtuDiscovery: Container<typeof leaves> = container(
  'Whether probes, which the peer answers, find out how long a packet may be on the paths to peers; BFD has to watch them',
  leaves,
);

/** Stands in a neighborhood or an adjacency, and overrides what the router says. */
export const pathMtuDiscoveryOverride: Container<WithoutDefaults<typeof leaves>> = container(
  'The same for these paths, where it differs from what the router says',
  withoutDefaults(leaves),
);
