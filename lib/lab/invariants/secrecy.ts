import { prefixContains } from '../../address.ts';
import type { Authority } from '../../config/index.ts';
import type { Frame } from '../../frame.ts';
import { MARKER_START, trafficId, trafficMarkedAt } from '../../host/applications/marker.ts';
import { Services } from '../../service-area/services.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import type { Scenario, Traffic } from '../scenario.ts';

type Lab = Pick<Scenario, 'nodes' | 'authority'>;

/** What must not be seen on a wire between routers: the marks of traffic whose services encrypt their payload. */
export class Secrets {
  /** Names of traffic, by the number that marks its payload. */
  readonly #secrets: ReadonlyMap<number, string>;

  /** Only what is secret under each of the configurations that the lab has, one after the other. */
  constructor({ traffic, nodes }: Scenario, authorities: readonly Authority[]) {
    const secrets = traffic.filter((entry) =>
      authorities.every((authority) => isEncrypted(entry, { nodes, authority })),
    );
    this.#secrets = new Map(secrets.map(({ name }) => [trafficId(name), name]));
  }

  /** The traffic whose payload stands in the frame to be read. */
  seenIn({ bytes, start, end }: Frame): string | undefined {
    if (this.#secrets.size === 0) return undefined;
    for (let at = bytes.indexOf(MARKER_START, start); at >= 0 && at < end; at = bytes.indexOf(MARKER_START, at + 1)) {
      const traffic = this.#secrets.get(trafficMarkedAt(bytes, at, end) ?? -1);
      if (traffic !== undefined) return traffic;
    }
    return undefined;
  }
}

/**
 * Whether every service that may carry it encrypts. That goes for both directions: where a session is lost while the other
 * side speaks, what comes from there begins a session of its own, of a service that leads back.
 */
function isEncrypted({ kind, from, destination, port }: Traffic, { nodes, authority }: Lab): boolean {
  const protocol = kind === 'ping' ? ipProtocols.icmp : ipProtocols.udp;
  const services = new Services(authority);
  const forward = services.list.filter((entry) => services.covers(entry, destination, protocol, port));
  const origins = nodes.flatMap((node) => (node.kind === 'host' && node.name === from ? node.addresses : []));
  const back = services.list.filter(({ service }) =>
    service.addresses.some((prefix) => origins.some(({ address }) => prefixContains(prefix, address))),
  );
  const encrypting = new Set(authority.securities.filter(({ encrypt }) => encrypt).map(({ name }) => name));
  // What a download sends bears no mark.
  const hasMark = kind !== 'http-download' && kind !== 'scan';
  return (
    hasMark &&
    forward.length > 0 &&
    [...forward, ...back].every(({ service }) => encrypting.has(service.security ?? ''))
  );
}
