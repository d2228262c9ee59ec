import { counterPath, counter, type CounterName, type CountingKind } from './counters.ts';

/** What must hold between the counters of one node whenever nothing is under way in it. */
export interface Identity {
  readonly of: readonly CountingKind[];
  /** Completes 'it does not hold that ...'. */
  readonly says: string;
  readonly sum: readonly CounterName[];
  readonly is: 'equal' | 'at most';
  readonly to: readonly CounterName[];
}

const routers: readonly CountingKind[] = ['router'];

/** Every session that was set up still is there, or has ended for one of these reasons. */
const sessionEnds = [
  ...(['sessionsTimedOut', 'sessionsClosed', 'sessionsReplaced', 'sessionsDeletedByOperator'] as const),
  ...(['sessionsDeletedByTwin', 'sessionsReconfigured', 'sessionsForgotten'] as const),
];

/** Identities of the counter table. A node that was restarted counts from 0, and they hold from then on. */
export const identities: readonly Identity[] = [
  {
    of: routers,
    says: 'each frame that came in was forwarded, or dropped, or was for the router',
    sum: ['framesReceived'],
    is: 'equal',
    to: ['packetsForwarded', 'framesDropped', 'framesConsumed'],
  },
  {
    of: routers,
    says: 'each session that was set up is there, or has ended for a reason that is counted',
    sum: ['arpResolveSuccess', 'arpResolvePending'],
    is: 'equal',
    to: ['sessionsEntries', ...sessionEnds],
  },
  {
    of: routers,
    says: 'sessions are set up from first packets, from metadata, or from what the twin node knows',
    sum: ['sessionsCreated', 'sessionsRecreated'],
    is: 'at most',
    to: ['arpResolveSuccess', 'arpResolvePending'],
  },
  {
    of: routers,
    says: 'a session has a waypoint in each of two directions at most',
    sum: ['waypointsEntries'],
    is: 'at most',
    to: ['sessionsEntries', 'sessionsEntries'],
  },
  {
    of: routers,
    says: 'a check is acknowledged or times out once at most',
    sum: ['receivedHealthCheckAcknowledgement', 'healthCheckTimeout'],
    is: 'at most',
    to: ['addedHealthCheck'],
  },
  {
    of: routers,
    says: 'a check that times out by a pinhole times out',
    sum: ['healthCheckTimeoutForwardPinhole', 'healthCheckTimeoutReversePinhole'],
    is: 'at most',
    to: ['healthCheckTimeout'],
  },
  {
    of: routers,
    says: 'an acknowledgement that is handed to the wire was made',
    sum: ['sentHealthCheckAcknowledgement'],
    is: 'at most',
    to: ['generatedHealthCheckAcknowledgement'],
  },
  {
    of: routers,
    says: 'keep-alives end for sessions that they were sent for',
    sum: ['keepAliveSessionsClosed'],
    is: 'at most',
    to: ['keepAliveSessionsOpened'],
  },
  {
    of: routers,
    says: 'what left for a peer with its payload encrypted left with metadata, a check, a mark, or bare',
    sum: ['payloadEncrypted'],
    is: 'at most',
    to: ['metadataAdded', 'addedHealthCheck', 'metricsAdded', 'metadataAddNotRequired'],
  },
  {
    of: routers,
    says: 'what was taken off packets of peers was on packets that were found authentic, or need not be',
    sum: ['metadataRemoved', 'metadataRemoveNotRequired', 'falsePositiveRemoved', 'metricsReceived'],
    is: 'at most',
    to: ['digestRemoved', 'hmacNotRequired'],
  },
  {
    of: routers,
    says: 'packets that are put together from fragments, or given up, began with a fragment',
    sum: ['fabricReassembled', 'fabricReassemblyRefused', 'fabricReassemblyTimedOut', 'fabricReassemblyEvicted'],
    is: 'at most',
    to: ['fabricFragmentsReceived'],
  },
  {
    of: routers,
    // One is enough for a short packet that came in fragments itself, and tells its size by that.
    says: 'a packet that leaves to a peer in fragments leaves in one at least',
    sum: ['fabricFragmented'],
    is: 'at most',
    to: ['fabricFragmentsSent'],
  },
  {
    of: routers,
    says: 'a packet that leaves to a host in fragments leaves in two at least',
    sum: ['ipFragmented', 'ipFragmented'],
    is: 'at most',
    to: ['ipFragmentsSent'],
  },
  {
    of: ['nat'],
    says: 'each mapping that was made is there, or has ended for a reason that is counted',
    sum: ['natMappingsCreated'],
    is: 'equal',
    to: ['natMappingsEntries', 'natMappingsTimedOut', 'natMappingsForgotten'],
  },
  {
    of: ['firewall'],
    says: 'each state that was made is there, or has ended for a reason that is counted',
    sum: ['firewallStatesCreated'],
    is: 'equal',
    to: ['firewallStatesEntries', 'firewallStatesTimedOut', 'firewallStatesForgotten'],
  },
];

/** Those that do not hold, in words, with the numbers. `values` are by path, of a node of this kind. */
export function brokenIdentities(kind: CountingKind, values: ReadonlyMap<string, number>): string[] {
  const total = (names: readonly CounterName[]): number =>
    names.reduce((sum, name) => sum + (values.get(counterPath(counter[name])) ?? 0), 0);
  return identities
    .filter(({ of }) => of.includes(kind))
    .flatMap(({ says, sum, is, to }) => {
      const [left, right] = [total(sum), total(to)];
      const holds = is === 'equal' ? left === right : left <= right;
      return holds ? [] : [`it does not hold that ${says}: ${left} against ${right}`];
    });
}
