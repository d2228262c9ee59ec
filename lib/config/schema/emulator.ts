import { milliseconds, seconds } from '../../time.ts';
import { atStart, container } from './element.ts';
import { duration, enumeration, integer } from './leaf.ts';

const metadataEncodings = ['protobuf', 'tlv'] as const;

/** What public material about SVR leaves open, and what this emulator does about it unless told otherwise. */
export const emulator = container('Choices of the emulator itself, which the SVR documents leave open', {
  'metadata-encoding': enumeration(metadataEncodings, {
    default: 'protobuf',
    help: 'How metadata is written: protobuf messages inside two private TLVs, or the TLVs of the public draft. Both are always understood',
  }),
  'acknowledgement-timeout': duration('ms', 10, 60_000, {
    default: milliseconds(1_000),
    help: 'How long a session-health-check waits for its acknowledgement before the next packet carries another one',
  }),
  'health-check-attempts': integer(1, 20, {
    default: 3,
    help: 'Unanswered session-health-checks in a row after which the sender puts metadata on by itself',
  }),
  'disable-metadata-delay': duration('ms', 0, 60_000, {
    default: milliseconds(200),
    help: 'How long a responder without reverse traffic waits before it tells the sender to stop adding metadata',
  }),
  'hmac-time-window': atStart(
    duration('s', 1, 60, {
      default: seconds(2),
      help: 'How far the clocks of two routers may differ before a time-based HMAC is refused',
    }),
  ),
  'replay-cache-size': atStart(
    integer(1, 4_194_304, {
      default: 65_536,
      units: 'entries',
      help: 'How many sealed packets a router remembers in order to refuse their replay',
    }),
  ),
  'dont-fragment': enumeration(['carry', 'obey'], {
    default: 'carry',
    help: 'What becomes of a packet with DF that is too long for the path to a peer: it is cut unseen by the hosts, or its host is told',
  }),
  'path-mtu-probe-timeout': atStart(
    duration('ms', 10, 60_000, {
      default: milliseconds(1_000),
      help: "How long a probe of a path's MTU waits for its answer; three in vain, and packets of its length are too long",
    }),
  ),
  'reassembly-timeout': atStart(
    duration('ms', 10, 60_000, {
      default: milliseconds(2_000),
      help: 'How long a packet waits for its missing fragments',
    }),
  ),
  'reassembly-packets': atStart(
    integer(1, 65_536, {
      default: 256,
      units: 'packets',
      help: 'How many packets wait for fragments at once, from peers and from hosts each; the oldest makes room',
    }),
  ),
  'reassembly-bytes': atStart(
    integer(2_048, 1_073_741_824, {
      default: 1_048_576,
      units: 'bytes',
      help: 'How many bytes of fragments are held at once, from peers and from hosts each; the oldest packet makes room',
    }),
  ),
  'session-table-size': atStart(
    integer(1, 2_000_000, {
      default: 25_000,
      units: 'sessions',
      help: 'How many sessions a router can hold at once; one more is refused and counted',
    }),
  ),
  'peer-load-lifetime': duration('s', 1, 86_400, {
    default: seconds(60),
    help: 'How long it counts what a peer said of the number of its sessions',
  }),
  'arp-timeout': atStart(
    duration('s', 1, 86_400, {
      default: seconds(300),
      help: 'How long a learned link address is used before it is asked for again',
    }),
  ),
  'arp-queue-length': atStart(
    integer(1, 256, {
      default: 8,
      units: 'frames',
      help: 'How many frames wait for one link address that is not known yet; the oldest makes room',
    }),
  ),
  'redundancy-detection-time': atStart(
    duration('ms', 100, 60_000, {
      default: milliseconds(1_000),
      help: 'How long the active node of a router may be silent before the other takes over',
    }),
  ),
});

/** Stands under a router or a peer, and overrides the authority's choice for it. */
export const emulatorOverride = container('Choices of the emulator that differ from those of the authority', {
  'metadata-encoding': enumeration(metadataEncodings, {
    help: 'How metadata is written here; without it, as the surrounding block says',
  }),
});
