import { prefixContains } from '../../address.ts';
import type { Authority } from '../../config/index.ts';
import type { Frame } from '../../frame.ts';
import { markOf } from '../../host/applications/marker.ts';
import { Services } from '../../service-area/services.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import type { Scenario, Traffic } from '../scenario.ts';

type Lab = Pick<Scenario, 'nodes' | 'authority'>;

interface Secret {
  readonly traffic: string;
  readonly mark: Uint8Array;
}

/** What must not be seen on a wire between routers: the marks of traffic whose services encrypt their payload. */
export class Secrets {
  readonly #secrets: readonly Secret[];

  /** Only what is secret under each of the configurations that the lab has, one after the other. */
  constructor({ traffic, nodes }: Scenario, authorities: readonly Authority[]) {
    this.#secrets = traffic
      .filter((entry) => authorities.every((authority) => isEncrypted(entry, { nodes, authority })))
      .map(({ name }) => ({ traffic: name, mark: markOf(name) }));
  }

  /** The traffic whose payload stands in the frame to be read. */
  seenIn({ bytes, start, end }: Frame): string | undefined {
    for (const { traffic, mark } of this.#secrets) if (holds(bytes, start, end, mark)) return traffic;
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

function holds(bytes: Uint8Array, start: number, end: number, wanted: Uint8Array): boolean {
  for (
    let at = bytes.indexOf(wanted[0], start);
    at >= 0 && at + wanted.length <= end;
    at = bytes.indexOf(wanted[0], at + 1)
  )
    if (wanted.every((byte, i) => byte === bytes[at + i])) return true;
  return false;
}
