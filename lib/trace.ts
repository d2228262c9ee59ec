/**
 * What a device tells about itself while it works. Each type is defined once, here; the event log, the comments in a
 * capture and the documentation use the same names.
 *
 * `where` says which packet an event belongs to: the one that came `in`, the one that goes `out`, or none (`node`).
 */
export const traceTypes = {
  'session-created': { where: 'in', help: 'a session was set up from its first packet' },
  'session-recreated': { where: 'in', help: 'a session that was lost here was set up again from metadata' },
  'session-moved': { where: 'in', help: 'a session that is known goes on over another path or from another address' },
  'session-removed': {
    where: 'node',
    help: 'a session ended: closed, timed out, forgotten, or replaced by a newer one',
  },
  'session-synced': { where: 'node', help: 'the state of a session of the twin node was taken in' },
  'role-changed': { where: 'node', help: 'the node is the active one of its router from now on, or the standby' },
  'store-changed': { where: 'node', help: 'the store that the nodes of a router share is connected, or lost' },
  'metadata-added': { where: 'out', help: 'the packet leaves with metadata' },
  'metadata-received': { where: 'in', help: 'the packet came with metadata, which was taken off' },
  'metadata-turned-on': { where: 'node', help: 'the flow carries metadata again from its next packet on' },
  'metadata-turned-off': { where: 'node', help: 'the flow carries no metadata from its next packet on' },
  'health-check-added': { where: 'out', help: 'the packet leaves with the session-health-check attribute' },
  'health-check-timeout': { where: 'node', help: 'no acknowledgement came in time' },
  'control-sent': { where: 'out', help: 'a control message was made and sent' },
  'control-received': { where: 'in', help: 'a control message came, was obeyed and purposely dropped' },
  'packet-fragmented': { where: 'out', help: 'the packet is too long for its way, and leaves in fragments' },
  'fragment-received': {
    where: 'in',
    help: 'a fragment came that does not complete its packet: held, a duplicate, refused or malformed',
  },
  'packet-reassembled': {
    where: 'in',
    help: 'the fragment completes its packet, which goes on as if it had come whole',
  },
  'packet-dropped': { where: 'in', help: 'the packet was not passed on; the reason names the counter' },
  'icmp-error-carried': { where: 'in', help: "an ICMP error about a session's packet goes on to who sent that" },
  'icmp-error-sent': { where: 'out', help: 'an ICMP error was made for a packet that could not be passed on' },
  'peer-path-up': { where: 'node', help: 'sessions may go over a path to a peer from now on' },
  'peer-path-down': { where: 'node', help: 'sessions may not go over a path to a peer any more; the reason tells why' },
  'objectives-missed': {
    where: 'node',
    help: "what is measured of a path does not keep the objectives of a service's policy; the reason names the service",
  },
  'objectives-kept': { where: 'node', help: 'it keeps them again' },
  'peer-changed': {
    where: 'node',
    help: 'a peer was restarted, another of its nodes took over, or a NAT on the way changed an address',
  },
  'path-mtu-changed': {
    where: 'node',
    help: 'packets to a peer may be so many bytes long from now on, or were found to; the reason is the number',
  },
  'mapping-created': { where: 'in', help: 'a NAT has given a packet from the inside an outside port' },
  'mapping-rebound': { where: 'node', help: 'a NAT has given a mapping another outside port' },
  'mapping-removed': { where: 'node', help: 'a mapping of a NAT ended: timed out or forgotten' },
  'state-created': { where: 'in', help: 'a packet from the inside has opened a firewall for its answers' },
  'state-removed': { where: 'node', help: 'a state of a firewall ended: timed out or forgotten' },
  'attack-begun': { where: 'node', help: 'an attacker begins an attack; the reason is its name and kind' },
  'attack-answered': { where: 'in', help: 'a packet answers an attack; the reason is its name' },
  'alarm-raised': { where: 'node', help: 'something is wrong that a person should know of' },
  'alarm-cleared': { where: 'node', help: 'it is wrong no more' },
} as const;

export type TraceType = keyof typeof traceTypes;

export interface TraceEvent {
  readonly type: TraceType;
  /** The id of the frame that the event is about; 0 for none. */
  readonly packet: number;
  /** The session's UUID in text. */
  readonly session?: string;
  /** The path to a peer: interface and address. */
  readonly path?: string;
  /** Why, in the words of a counter or a control message. */
  readonly reason?: string;
  /** Names of metadata attributes. */
  readonly attributes?: readonly string[];
}

/** Where a device tells what it does. A device without one does the same work in silence. */
export interface Trace {
  event(event: TraceEvent): void;
}
