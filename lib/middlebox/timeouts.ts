import { isTcpClosed, isTcpEstablished } from '../service-area/tcp-state.ts';
import { seconds, type Duration } from '../time.ts';
import { ipProtocols } from '../wire/ipv4.ts';

/** How long what is kept in mind may be idle. */
export interface IdleTimeouts {
  readonly udp: Duration;
  /** Of an established connection. */
  readonly tcp: Duration;
  /** Of a connection that is being opened, or has been closed. */
  readonly tcpTransitory: Duration;
  readonly icmp: Duration;
}

/** The shortest that the RFCs want by default: RFC 4787 REQ-5, RFC 5382 REQ-5, RFC 5508 REQ-2. */
export const defaultTimeouts: IdleTimeouts = {
  udp: seconds(300),
  tcp: seconds(7_440),
  tcpTransitory: seconds(240),
  icmp: seconds(60),
};

/** How long an entry may be idle; `tcpState` is as `followTcp` has it. */
export function idleTimeout(timeouts: IdleTimeouts, protocol: number, tcpState: number): Duration {
  if (protocol === ipProtocols.udp) return timeouts.udp;
  if (protocol !== ipProtocols.tcp) return timeouts.icmp;
  return isTcpEstablished(tcpState) && !isTcpClosed(tcpState) ? timeouts.tcp : timeouts.tcpTransitory;
}
