/** One direction of one session, as `show sessions` lists it (SVR sheet, section 6). */
export interface SessionRow {
  /** The session's UUID. */
  readonly sessionId: string;
  readonly direction: 'fwd' | 'rev';
  readonly service: string;
  readonly tenant: string;
  readonly deviceName: string;
  readonly interfaceName: string;
  readonly vlan: number;
  readonly protocol: 'tcp' | 'udp' | 'icmp' | 'icmpv6';
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /** What it leaves from on the wire between routers, in place of its source; empty and 0 where it leaves to a host. */
  readonly natAddress: string;
  readonly natPort: number;
  readonly payloadEncrypted: boolean;
  /** Whether the twin node knows the session; absent where there is no twin. */
  readonly redundancyState?: 'SYNCED' | 'NOT_SYNCED';
  /** Seconds until the session ends if nothing more comes. */
  readonly timeout: number;
  /** Seconds since it was set up here. */
  readonly uptime: number;
}

/** One entry of the flow table. */
export interface FlowRow {
  readonly sessionId: string;
  readonly direction: 'fwd' | 'rev';
  /** The key, as the packet arrives. */
  readonly deviceName: string;
  readonly vlan: number;
  readonly protocol: string;
  readonly sourceAddress: string;
  readonly sourcePort: number;
  readonly destinationAddress: string;
  readonly destinationPort: number;
  /**
   * What is done to it, in order, of: 'open', 'strip-metadata', 'decrypt', 'unwrap', 'rewrite', 'wrap', 'encrypt',
   * 'add-metadata', 'seal', 'forward'.
   */
  readonly actions: readonly string[];
  readonly egressDeviceName: string;
  readonly packets: number;
  readonly bytes: number;
  /** Health-check watch of a flow that leaves to a peer: 'active', 'checking', 'overdue', 'renewing'; '' where none is kept. */
  readonly watch: string;
  /** Seconds since the last packet. */
  readonly idle: number;
}
