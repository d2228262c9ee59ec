import type { IpAddress } from '../../address.ts';
import type { Duration } from '../../time.ts';

interface TrafficBase {
  readonly name: string;
  /** Node names. Both are hosts, but a `scan` may go to a router. */
  readonly from: string;
  readonly to: string;
  /** The address of `to` that is spoken to, and its port (0 for ICMP). */
  readonly destination: IpAddress;
  readonly port: number;
  /** When it begins, from the start of the run. */
  readonly start: Duration;
}

/** When things are sent: at the start and then every so often, but never during a silence. */
export interface Pace {
  readonly start: Duration;
  readonly every: Duration;
  readonly count: number;
  /** In order of time. */
  readonly silences: readonly Silence[];
}

/** From `start` until `end`, measured from the start of the run, nothing is sent. */
export interface Silence {
  readonly start: Duration;
  readonly end: Duration;
}

interface Paced extends TrafficBase, Pace {
  /** UDP payload or ICMP data, in bytes; at least 16. */
  readonly length: number;
}

export type UdpRequestTraffic = Paced & { readonly kind: 'udp-request' };
export type UdpPushTraffic = Paced & { readonly kind: 'udp-push' };
export type UdpOneWayTraffic = Paced & { readonly kind: 'udp-one-way' };
export type PingTraffic = Paced & { readonly kind: 'ping' };
export type HttpDownloadTraffic = TrafficBase & { readonly kind: 'http-download'; readonly bytes: number };
export type ScanTraffic = TrafficBase & {
  readonly kind: 'scan';
  readonly ports: readonly [first: number, last: number];
  readonly every: Duration;
};

/**
 * What hosts do. The same entry is carried out by a simulated host and by a real one.
 *
 * - `udp-request`: `from` asks, `to` answers each question; pauses may be listed as `silences`.
 * - `udp-push`: `from` asks once, then `to` pushes `count` messages, which `from` never answers.
 * - `udp-one-way`: `from` sends, nobody answers (syslog).
 * - `ping`: ICMP echo.
 * - `http-download`: `from` fetches `bytes` bytes by HTTP and compares them with what they should be.
 * - `scan`: `from` sends one UDP datagram to each port of `ports` on `destination`, which may be a router's waypoint.
 */
export type Traffic =
  UdpRequestTraffic | UdpPushTraffic | UdpOneWayTraffic | PingTraffic | HttpDownloadTraffic | ScanTraffic;

/** For a download: bytes that came, whether it finished, and whether they are the expected ones. */
export interface Transfer {
  readonly bytes: number;
  readonly finished: boolean;
  readonly checksumEqual: boolean;
  /** From the first SYN to the last byte. */
  readonly took?: Duration;
  /** It will not finish: its connection was refused, reset or given up. */
  readonly brokenOff?: boolean;
}

/** What was sent behind the end of a traffic entry, to see whether its session works. */
export interface ProbeReport {
  readonly sent: number;
  readonly answered: number;
}

/** What one traffic entry saw, in the same terms on every fabric. Times are from the start of the run. */
export interface TrafficReport {
  readonly name: string;
  readonly sent: number;
  /** Answers to questions, pushes that came, echo replies, ports that answered a scan. */
  readonly received: number;
  /** What came twice, or was not asked for, or held wrong bytes. */
  readonly unexpected: number;
  /** Every exchange: when it was sent, and when answered (pushed: received); undefined if never. */
  readonly exchanges: readonly { readonly sentAt: Duration; readonly receivedAt?: Duration }[];
  readonly transfer?: Transfer;
  readonly probes?: ProbeReport;
}
