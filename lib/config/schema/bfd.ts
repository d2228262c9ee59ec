import { milliseconds, seconds } from '../../time.ts';
import { container, list } from './element.ts';
import type { Container } from './element.ts';
import { boolean, duration, enumeration, integer, ipAddress, text } from './leaf.ts';
import { withoutDefaults, type WithoutDefaults } from './override.ts';

// SVR sheet, section 4.1.
const leaves = {
  state: enumeration(['enabled', 'disabled'], {
    default: 'enabled',
    help: 'Whether the path is watched; one that is not is taken for good',
  }),
  'desired-tx-interval': duration('ms', 50, 600_000, {
    default: milliseconds(1_000),
    help: 'Time between two packets that are sent, if the other side can take them so quickly',
  }),
  'required-min-rx-interval': duration('ms', 50, 600_000, {
    default: milliseconds(1_000),
    help: 'Shortest time between two packets that are taken',
  }),
  multiplier: integer(3, 20, {
    default: 3,
    help: 'Packets in a row that must get lost before the other side takes the path for down',
  }),
  'hold-down-time': duration('s', 1, 300, {
    default: seconds(5),
    help: 'How long a path that has failed stays down after it has come up',
  }),
  'dynamic-damping': enumeration(['enabled', 'disabled'], {
    default: 'disabled',
    help: 'Whether the hold-down time of a path that fails again and again doubles each time',
  }),
  'maximum-hold-down-time': duration('s', 1, 86_400, {
    default: seconds(3_600),
    help: 'Longest that dynamic damping makes the hold-down time',
  }),
  'link-test-interval': duration('s', 1, 86_400, {
    default: seconds(10),
    help: 'Time between two bursts of echoes, which measure loss, latency and jitter',
  }),
  'link-test-length': integer(0, 255, {
    default: 10,
    units: 'packets',
    help: 'Length of a burst; 0 turns the test off',
  }),
  dscp: integer(0, 63, { default: 0, help: 'DSCP of what is sent' }),
  'authentication-type': enumeration(['simple', 'sha256'], {
    default: 'sha256',
    help: 'sha256: sealed with the HMAC of the inter-router-security; simple: told apart by addresses alone',
  }),
};

/** How a router watches the paths to its peers. */
export const bfd: Container<typeof leaves> = container('How the paths to peers are watched', leaves);

/** Stands in a neighborhood or an adjacency, and overrides what the router says. */
export const bfdOverride: Container<WithoutDefaults<typeof leaves>> = container(
  'How these paths are watched, where it differs from what the router says',
  withoutDefaults(leaves),
);

const authenticationTypes = [
  'none',
  'simple',
  'keyed-md5',
  'meticulous-keyed-md5',
  'keyed-sha1',
  'meticulous-keyed-sha1',
] as const;

/** BFD with whoever speaks it: RFC 5880, 5881 and 5883. The timers may be quicker than those of SVR. */
export const bfdNeighbor = list('Systems beside SVR with which plain BFD is spoken', ['ip-address'], {
  'ip-address': ipAddress({ required: true, help: 'Address of the other system' }),
  multihop: boolean({ default: false, help: 'Whether routers may stand between: UDP port 4784 instead of 3784' }),
  'minimum-ttl': integer(1, 255, {
    default: 1,
    help: 'Lowest TTL that is taken over several hops; over one hop it is always 255',
  }),
  passive: boolean({ default: false, help: 'Whether to wait until the other system speaks' }),
  'desired-tx-interval': duration('ms', 10, 600_000, {
    default: milliseconds(1_000),
    help: 'Time between two packets that are sent, if the other system can take them so quickly',
  }),
  'required-min-rx-interval': duration('ms', 10, 600_000, {
    default: milliseconds(1_000),
    help: 'Shortest time between two packets that are taken',
  }),
  multiplier: integer(1, 255, {
    default: 3,
    help: 'Packets in a row that must get lost before the other system takes the path for down',
  }),
  'authentication-type': enumeration(authenticationTypes, {
    default: 'none',
    help: 'How packets are authenticated (RFC 5880, section 6.7)',
  }),
  'authentication-key': list('Keys: the first one is sent under, any is taken', ['id'], {
    id: integer(0, 255, { required: true, help: 'Number by which both systems know the key' }),
    secret: text({ required: true, help: 'The key: 1 to 16 characters, up to 20 for SHA1' }),
  }),
});
