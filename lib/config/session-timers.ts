import { milliseconds } from '../time.ts';
import type { Duration } from '../time.ts';
import type { Authority, Service, SessionType, Transport, TransportProtocol } from './types.ts';

/**
 * How long a session may be silent; `initialTimeout` counts until a TCP connection is established. Whether what stands
 * between routers is to be kept from forgetting it meanwhile.
 */
export interface SessionTimers {
  readonly timeout: Duration;
  readonly initialTimeout: Duration;
  readonly natKeepAlive: boolean;
}

/** For sessions that no session-type covers: SVR sheet, section 4.3. Only TCP has an establishment to wait for. */
export const defaultSessionTimers: Readonly<Record<TransportProtocol, SessionTimers>> = {
  tcp: { timeout: milliseconds(1_900_000), initialTimeout: milliseconds(10_000), natKeepAlive: false },
  udp: { timeout: milliseconds(180_000), initialTimeout: milliseconds(180_000), natKeepAlive: false },
  icmp: { timeout: milliseconds(10_000), initialTimeout: milliseconds(10_000), natKeepAlive: false },
};

/**
 * The timers of a session of `service`: those of the service's own session-type, else of the first session-type that
 * names the protocol and port, else the protocol's own.
 *
 * @param port the session's destination port; 0 for ICMP
 */
export function sessionTimers(
  authority: Authority,
  service: Service,
  protocol: TransportProtocol,
  port: number,
): SessionTimers {
  const own = authority.sessionTypes.find((type) => type.name === service.sessionType);
  return own ?? authority.sessionTypes.find((type) => names(type, protocol, port)) ?? defaultSessionTimers[protocol];
}

function names(type: SessionType, protocol: TransportProtocol, port: number): boolean {
  return type.transports.some((transport) => transport.protocol === protocol && coversPort(transport, port));
}

/** Whether a transport takes a destination port; without port ranges it takes every one. */
export function coversPort(transport: Transport, port: number): boolean {
  const { portRanges } = transport;
  if (portRanges.length === 0) return true;
  return portRanges.some(({ startPort, endPort }) => port >= startPort && port <= (endPort ?? startPort));
}
