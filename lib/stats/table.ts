import type { MeasuredUnit } from './metrics.ts';

// The branches of SSR's tree of statistics that the counters hang on.
const action = 'packet-processing action';
const metadataFailure = `${action} failure metadata`;
const metadataSuccess = `${action} success metadata`;
const keepAliveSuccess = `${action} success keep-alive`;
const hmacFailure = `${action} failure hmac`;
const hmacSuccess = `${action} success hmac`;
const received = 'service-area received';
const sent = 'service-area sent';
const installErrors = 'service-area session-install-errors';
const emulator = 'emulator';
const pathMetrics = `${emulator} path-metrics`;
const fabric = `${emulator} fragmentation fabric`;
const ip = `${emulator} fragmentation ip`;

export interface CounterRow {
  /** Of what is measured rather than counted: what its value is in. */
  readonly measured?: MeasuredUnit;
  /** Words behind `show stats`. */
  readonly path: string;
  /** When it is incremented, in one sentence. */
  readonly help: string;
  /** What stands behind the path in SSR, of a counter that there is one of. */
  readonly labels?: Readonly<Record<string, string>>;
}

export const row = (path: string, help: string): CounterRow => ({ path, help });

/** What hands packets to the Service Area: `internal-application "Service Area"` behind the words of `show stats`. */
const toServiceArea = (name: string, help: string): CounterRow => ({
  path: `traffic-eng internal-application ${name}`,
  help,
  labels: { 'internal-application': 'Service Area' },
});

/** What there is now, or is measured. */
export const measuredRow = (path: string, measured: MeasuredUnit, help: string): CounterRow => ({
  path,
  help,
  measured,
});

/**
 * Every counter of a router. Names are those of SSR's `show stats` (SVR sheet, sections 3.3 and 5); those under
 * `emulator` are our own, for what SSR has no public name for. Where the public material gives a name without a
 * meaning, the meaning here is an emulator choice.
 */
export const counterTable = {
  metadataAdded: row(`${metadataSuccess} added`, 'a packet left with session metadata'),
  metadataAddNotRequired: row(`${metadataSuccess} add-not-required`, 'a packet left for a peer without metadata'),
  metadataRemoved: row(`${metadataSuccess} removed`, 'metadata was taken off a packet that went on'),
  metadataRemoveNotRequired: row(
    `${metadataSuccess} remove-not-required`,
    'a packet came from a peer without metadata',
  ),
  falsePositiveAdded: row(
    `${metadataSuccess} add-false-positive-correction`,
    'an empty header was put before a payload that begins like metadata',
  ),
  falsePositiveRemoved: row(
    `${metadataSuccess} remove-false-positive-correction`,
    'such an empty header was taken off',
  ),
  invalidatedForEnableMetadata: row(
    `${metadataSuccess} invalidate-for-enable-metadata`,
    'a flow was made to carry metadata again, as its peer asked',
  ),
  receivedEnableMetadata: row(
    `${metadataSuccess} received-enable-metadata`,
    'an enable-metadata message was obeyed and dropped',
  ),
  receivedDisableMetadata: row(
    `${metadataSuccess} received-disable-forward-metadata`,
    'a disable-metadata message was obeyed and dropped',
  ),
  modifyDetected: row(`${metadataSuccess} inline-modify detected`, 'a session was found to need another path'),
  modifyRequestSent: row(`${metadataSuccess} inline-modify request-sent`, 'a peer was told that a session has moved'),
  receivedKeepAlive: row(
    `${metadataSuccess} received-keep-alive`,
    'a keep-alive came on a session that is known, and was dropped',
  ),
  keepAliveSentTcp: row(`${keepAliveSuccess} sent-tcp`, 'a keep-alive was sent on an idle TCP session'),
  keepAliveSentUdp: row(`${keepAliveSuccess} sent-udp`, 'a keep-alive was sent on an idle session that is not TCP'),
  keepAliveSessionsOpened: row(
    `${keepAliveSuccess} sessions-opened`,
    'a session began, or came over a path, that keep-alives are sent for',
  ),
  keepAliveSessionsClosed: row(
    `${keepAliveSuccess} sessions-closed`,
    'such a session ended, or left for a path without keep-alives',
  ),
  pinholesOpened: row(
    `${emulator} pinhole opened`,
    'a message left that opens the way in for a session, as a packet of it had come by the pinhole of BFD',
  ),
  pinholeDetours: row(
    `${emulator} pinhole detoured`,
    "a host's packet left by the pinhole of BFD, as that of its session is not known to be open",
  ),
  sentDisableMetadata: row(
    `${metadataSuccess} sent-disable-forward-metadata`,
    'metadata was confirmed by a message of its own, as nothing else went back',
  ),
  addedHealthCheck: row(
    `${metadataSuccess} added-session-health-check`,
    'a packet left with the session-health-check attribute',
  ),
  generatedHealthCheckAcknowledgement: row(
    `${metadataSuccess} generated-session-health-check-acknowledgement`,
    'an acknowledgement was made for a health check of a session that is known',
  ),
  receivedHealthCheckAcknowledgement: row(
    `${metadataSuccess} received-session-health-check-acknowledgement`,
    'an acknowledgement came for a check that is outstanding',
  ),
  receivedStaleHealthCheckAcknowledgement: row(
    `${metadataSuccess} received-stale-session-health-check-acknowledgement`,
    'an acknowledgement came while no check is outstanding',
  ),
  sentHealthCheckAcknowledgement: row(
    `${metadataSuccess} sent-session-health-check-acknowledgement`,
    'an acknowledgement was handed to the wire',
  ),

  metadataAddFailure: row(
    `${metadataFailure} add`,
    'a packet was dropped because the MTU leaves no room for metadata, or the packet is too long to be cut',
  ),
  enableMetadataFlowMiss: row(
    `${metadataFailure} enable-metadata-flow-miss`,
    'an enable-metadata message came for a flow that is not there',
  ),
  metadataInvalidType: row(`${metadataFailure} invalid-type`, 'attributes of unknown type were stepped over'),
  metadataGetLength: row(
    `${metadataFailure} get-length`,
    'a metadata block was dropped because its bytes do not add up',
  ),
  metadataNotPresent: row(
    `${metadataFailure} not-present`,
    'a packet without metadata came for a waypoint flow that does not exist',
  ),
  unknownForcedDropReason: row(
    `${metadataFailure} received-unknown-forced-drop-reason`,
    'a control message came whose code is not known',
  ),
  reverseBufferAllocation: row(
    `${metadataFailure} reverse-buffer-allocation`,
    'no buffer was free to answer with enable-metadata',
  ),
  turnOffBufferAllocation: row(
    `${metadataFailure} turn-off-buffer-allocation`,
    'no buffer was free to send or to remember a disable-metadata message',
  ),
  keepAliveBufferAllocation: row(
    `${action} failure keep-alive buffer-allocation`,
    'no buffer was free to send a keep-alive',
  ),
  healthCheckBufferAllocation: row(
    `${metadataFailure} session-health-check-buffer-allocation`,
    'no buffer was free for an acknowledgement, or no place to remember an outstanding check',
  ),
  healthCheckTimeout: row(
    `${metadataFailure} session-health-check-timeout`,
    'no acknowledgement came for a check in time',
  ),
  healthCheckTimeoutForwardPinhole: row(
    `${metadataFailure} session-health-check-timeout-forward-pinhole-flow`,
    'the same, where the peer at one end is outbound-only and the check left on the forward flow',
  ),
  healthCheckTimeoutReversePinhole: row(
    `${metadataFailure} session-health-check-timeout-reverse-pinhole-flow`,
    'the same, where the peer at one end is outbound-only and the check left on the reverse flow',
  ),

  digestAdded: row(`${hmacSuccess} digest-added`, 'a packet left with an HMAC'),
  digestRemoved: row(`${hmacSuccess} digest-removed`, 'an HMAC was found right and taken off'),
  hmacNotRequired: row(`${hmacSuccess} not-required`, 'a packet came on a path that uses no HMAC'),
  digestNotFound: row(`${hmacFailure} cannot-find-digest`, 'a packet was dropped: too short to hold an HMAC'),
  digestCompare: row(`${hmacFailure} digest-compare`, 'a packet was dropped: its HMAC is wrong'),
  hmacContextNotFound: row(
    `${hmacFailure} context-not-found`,
    'a packet for an unknown flow was dropped: it is sealed for a session that is not known here',
  ),
  outsideTimeWindow: row(
    `${emulator} hmac outside-time-window`,
    'a packet was dropped: sealed too long ago, or in the future',
  ),
  replayed: row(
    `${emulator} hmac replayed`,
    'a packet was dropped: it has been seen before, is older than the replay window, or was sent by this router itself',
  ),

  keyRotations: row(`${emulator} encryption key-rotations`, 'the router turned to another key of a security policy'),
  unknownKey: row(
    `${emulator} encryption unknown-key`,
    'a packet was dropped: encrypted under a security ID not known here',
  ),
  undecipherable: row(
    `${emulator} encryption undecipherable`,
    'a packet was dropped: what its key should decrypt does not decrypt',
  ),
  payloadEncrypted: row(`${emulator} encryption payload-encrypted`, "a host's packet left with its payload encrypted"),
  payloadDecrypted: row(
    `${emulator} encryption payload-decrypted`,
    'a packet left to a host with its payload decrypted',
  ),

  existingFlows: row(`${received} existing-flows`, 'metadata came on a flow that exists'),
  existingSession: row(`${received} existing-session`, 'metadata came again for a session that is known'),
  validReverseMetadata: row(`${received} valid-reverse-metadata-packets`, 'reverse metadata ended the handshake'),
  duplicateReverseMetadata: row(
    `${received} duplicate-reverse-metadata-packets`,
    'reverse metadata came for a handshake that had ended',
  ),
  invalidReverseMetadata: row(
    `${received} invalid-reverse-metadata-packets`,
    'reverse metadata was dropped: attributes are missing, or nothing here fits them',
  ),
  staleReverseMetadata: row(
    `${received} packets-with-stale-reverse-metadata`,
    'reverse metadata came for another session than the flow has',
  ),
  staleFlowHit: row(
    `${received} packets-with-stale-flow-hit`,
    'first-packet metadata came on the flow of an older session, which was replaced',
  ),
  collisionSameDirection: row(
    `${received} session-collision-same-direction`,
    'a new session took the place of an older one with the same endpoints',
  ),
  collisionChangeDirection: row(
    `${received} session-collision-change-direction`,
    'a new session took the place of an older one that had been set up from the other side',
  ),
  midFlowModify: row(`${received} mid-flow-modify-packets`, 'a session was set up in the middle of its traffic'),
  flowMoved: row(`${received} flow-move-packets`, 'metadata moved a session that is known to another path or address'),
  noFibEntry: row(`${received} no-fib-entry`, 'no service is there for a first packet'),
  serviceAreaDropped: row(
    `${received} dropped-packets`,
    'a packet that was to set up a session was dropped, for whatever reason',
  ),
  stuckPinholeReversePackets: row(
    `${received} reverse-packets-for-stuck-pinhole-session`,
    "reverse metadata came by BFD's pinhole for a session that is known: the session's own pinhole lets nothing in any more",
  ),
  accessDenied: row(`${received} hierarchical-service-validation access-denied`, 'the tenant may not use the service'),
  missingSourceTenant: row(
    `${received} hierarchical-service-validation missing-source-tenant`,
    'a first packet came from no tenant',
  ),
  missingForwardSessionKey: row(
    `${received} hierarchical-service-validation missing-forward-session-key`,
    'first-packet metadata came without a context',
  ),
  serviceNotFound: row(
    `${received} hierarchical-service-validation service-not-found`,
    'metadata names a service that is not configured here',
  ),
  serviceValidated: row(
    `${received} hierarchical-service-validation success`,
    'tenant and service of metadata were found and fit',
  ),

  arpResolveSuccess: row(`${sent} arp-resolve-success`, 'the next hop of a new session was known'),
  arpResolvePending: row(`${sent} arp-resolve-pending`, 'the next hop of a new session was asked for'),
  arpResolveFailure: row(`${sent} arp-resolve-failure`, 'a next hop did not answer'),
  sessionsInstalled: row(`${sent} success`, 'a session was set up and its first packet passed on'),

  duplicateReverseFlow: row(
    `${installErrors} duplicate-reverse-flow`,
    'a session could not be set up: its reverse flow is taken',
  ),
  fibLookup: row(`${installErrors} fib-lookup`, 'a session could not be set up: no route leads to its destination'),
  gatewayLookupFailure: row(
    `${installErrors} gateway-lookup-failure`,
    'a session could not be set up: the next hop is on none of our networks',
  ),
  invalidPacket: row(`${installErrors} invalid-packet`, 'a first packet may not set up a session'),
  servicePathsUnavailable: row(
    `${installErrors} service-paths-unavailable`,
    'a session could not be set up: no path to its peer',
  ),
  waypointAllocation: row(
    `${installErrors} waypoint-allocation`,
    'a session could not be set up: waypoint ports have run out',
  ),
  sessionTableFull: row(
    `${emulator} session-install-errors table-full`,
    'a session could not be set up: the session table is full',
  ),

  frameMalformed: row(`${emulator} received malformed`, 'a frame was dropped: its headers do not add up'),
  frameNotForUs: row(`${emulator} received not-for-this-router`, 'a frame was ignored: sent to another address'),
  frameUnsupported: row(`${emulator} received unsupported`, 'a frame was dropped: of a kind that is not carried here'),
  fragments: row(
    `${emulator} received fragments`,
    'an IP fragment was dropped: it came by broadcast, or where none are put together',
  ),
  badChecksum: row(`${emulator} received bad-checksum`, 'metadata was dropped: the UDP checksum is wrong'),
  ttlExceeded: row(`${emulator} received ttl-exceeded`, 'a packet was dropped: it has been on its way too long'),
  unknownWaypointAnswered: row(
    `${emulator} unknown-waypoint answered`,
    'a packet for no flow was answered with enable-metadata',
  ),
  unknownWaypointSilent: row(
    `${emulator} unknown-waypoint silent`,
    'a packet for no flow was dropped without an answer',
  ),
  tcpResetSent: row(`${emulator} sent tcp-reset`, 'a TCP packet of no session was answered with a reset'),
  icmpErrorSent: row(`${emulator} sent icmp-error`, 'an ICMP error was sent'),
  icmpErrorSuppressed: row(
    `${emulator} sent icmp-error-suppressed`,
    'an ICMP error was not sent, to keep their rate bounded',
  ),
  icmpErrorCarried: row(
    `${emulator} icmp-errors carried`,
    "an ICMP error about a session's packet was sent on to the peer from where the packet had come",
  ),
  icmpErrorReceived: row(`${emulator} icmp-errors received`, 'such an error came from a peer'),
  icmpErrorDelivered: row(
    `${emulator} icmp-errors delivered`,
    'such an error was sent to the host that it is for, about the packet as the host had sent it',
  ),
  icmpErrorNoSession: row(
    `${emulator} icmp-errors no-session`,
    'an ICMP error was dropped: it is about no packet of a session',
  ),
  icmpErrorUnreadable: row(
    `${emulator} icmp-errors unreadable`,
    'an ICMP error was dropped: it does not tell enough of the packet for its sender to know it again',
  ),
  icmpEchoAnswered: row(`${emulator} sent icmp-echo-reply`, 'a ping of one of our addresses was answered'),
  tooBig: row(
    `${emulator} sent too-big`,
    'a packet was dropped: it is longer than the MTU of the interface it leaves by',
  ),
  fabricFragmented: row(
    `${fabric} packets-fragmented`,
    'a packet left to a peer in fragments, as it is too long for the path, or came in fragments itself',
  ),
  fabricFragmentsSent: row(`${fabric} fragments-sent`, 'a fragment of such a packet was sent'),
  fabricFragmentsReceived: row(`${fabric} fragments-received`, 'a fragment came from a peer'),
  fabricReassembled: row(`${fabric} packets-reassembled`, 'the last missing fragment of a packet came'),
  fabricFragmentsDuplicate: row(`${fabric} fragments-duplicate`, 'a fragment came again, and was dropped'),
  fabricFragmentsMalformed: row(`${fabric} fragments-malformed`, 'a fragment was dropped: it can belong to no packet'),
  fabricReassemblyRefused: row(
    `${fabric} packets-refused`,
    'a packet was dropped: its fragments overlap, contradict each other, or are too many',
  ),
  fabricReassemblyTimedOut: row(`${fabric} packets-timed-out`, 'a packet was dropped: not all of its fragments came'),
  fabricReassemblyEvicted: row(
    `${fabric} packets-evicted`,
    'a packet was dropped, with fragments missing: others needed its place',
  ),
  mssClamped: row(
    `${emulator} fragmentation tcp mss-clamped`,
    'a SYN announced longer segments than fit the way, and was changed',
  ),
  ipFragmented: row(`${ip} packets-fragmented`, 'a packet left to a host in IP fragments'),
  ipFragmentsSent: row(`${ip} fragments-sent`, 'an IP fragment was sent to a host'),
  ipFragmentsReceived: row(`${ip} fragments-received`, 'an IP fragment came'),
  ipReassembled: row(`${ip} packets-reassembled`, 'the last missing IP fragment of a packet came'),
  ipFragmentsDuplicate: row(`${ip} fragments-duplicate`, 'an IP fragment came again, and was dropped'),
  ipFragmentsMalformed: row(`${ip} fragments-malformed`, 'an IP fragment was dropped: it can belong to no packet'),
  ipReassemblyRefused: row(
    `${ip} packets-refused`,
    'a packet was dropped: its IP fragments overlap, contradict each other, or are too many',
  ),
  ipReassemblyTimedOut: row(`${ip} packets-timed-out`, 'a packet was dropped: not all of its IP fragments came'),
  ipReassemblyEvicted: row(
    `${ip} packets-evicted`,
    'a packet was dropped, with IP fragments missing: others needed its place',
  ),
  neighborQueueFull: row(
    `${emulator} neighbors queue-full`,
    'a packet was dropped: too many wait for an address to be resolved',
  ),
  neighborTableFull: row(`${emulator} neighbors table-full`, 'a next hop could not be remembered: the table is full'),
  metricsAdded: row(
    `${pathMetrics} marked-packets-sent`,
    'a packet left marked: with path metrics, and bare otherwise',
  ),
  metricsReceived: row(`${pathMetrics} marked-packets-received`, 'a packet came marked; the mark was taken off'),
  metricsReportSent: row(
    `${pathMetrics} reports-sent`,
    'a packet was made to tell the peer what had come from it: no marked packet left in time',
  ),
  metricsReportReceived: row(`${pathMetrics} reports-received`, 'such a packet was taken in and dropped'),
  replayCacheEvictions: row(
    `${emulator} hmac replay-cache-evictions`,
    'a digest was forgotten before its time: the cache is full',
  ),
  // There is no queue before the Service Area: what is scheduled is taken at once (emulator choice).
  serviceAreaDequeued: toServiceArea(
    'per-traffic-class dequeue-success-packets',
    'a packet of no flow was taken by the Service Area, of all traffic classes together',
  ),
  serviceAreaScheduledPackets: toServiceArea(
    'per-traffic-class schedule-success-packets',
    'a packet of no flow was handed to the Service Area, of all traffic classes together',
  ),
  serviceAreaScheduled: toServiceArea('schedule-success', 'a packet of no flow was handed to the Service Area'),
  serviceAreaSent: toServiceArea('sent-success', 'such a packet was taken by the Service Area'),
  framesReceived: row(
    `${emulator} highway received-frames`,
    'a frame came in by a port that this node works on, or had its turn after it had to wait for one',
  ),
  framesDropped: row(`${emulator} highway dropped-frames`, 'such a frame went no further; another counter says why'),
  framesConsumed: row(
    `${emulator} highway consumed-frames`,
    'such a frame was for the router itself, or waits: for its turn, or for the other fragments of its packet',
  ),
  packetsForwarded: row(`${emulator} highway forwarded-packets`, 'a packet left on the flow it came for'),
  bytesForwarded: row(`${emulator} highway forwarded-bytes`, 'bytes of such packets, from the IP header on'),
  sessionCaptureSessions: row(
    `${emulator} session-capture sessions`,
    'a session began that an operator wants captured',
  ),
  sessionCaptureSessionsAsked: row(
    `${emulator} session-capture sessions-asked-by-peer`,
    'a session began that the router before wants captured, as its metadata says',
  ),
  sessionCapturePackets: row(`${emulator} session-capture packets`, 'a packet was taken at one of the capture points'),
  sessionCapturePacketsGivenUp: row(
    `${emulator} session-capture packets-given-up`,
    'the oldest packet that had been taken was given up: there is room for 16 MiB',
  ),
  sessionsEntries: measuredRow(`${emulator} sessions entries`, 'entries', 'sessions that there are now'),
  waypointsEntries: measuredRow(
    `${emulator} waypoints entries`,
    'entries',
    'waypoints that sessions have now: one for each direction that leaves to a peer',
  ),
  sessionsCreated: row(`${emulator} sessions created`, 'a session was set up'),
  sessionsRecreated: row(
    `${emulator} sessions recreated`,
    'a session was set up from metadata in the middle of its life',
  ),
  sessionsTimedOut: row(`${emulator} sessions timed-out`, 'a session ended because nothing came for too long'),
  sessionsClosed: row(`${emulator} sessions closed`, 'a TCP session ended by FIN or RST'),
  sessionsReplaced: row(`${emulator} sessions replaced`, 'a session ended because a newer one took its flows'),
  sessionsDeletedByOperator: row(
    `${emulator} sessions deleted`,
    'a session was deleted by an operator, its peers told',
  ),
  sessionsReconfigured: row(`${emulator} sessions reconfigured`, 'a session has no place in a new configuration'),
  sessionsForgotten: row(`${emulator} sessions forgotten`, 'a session was forgotten, as a person or a scenario asked'),
} as const satisfies Record<string, CounterRow>;
