import { prefixContains } from '../../address.ts';
import { peerPaths, type Authority } from '../../config/index.ts';
import type { Frame } from '../../frame.ts';
import { MARKER_START, trafficId, trafficMarkedAt } from '../../host/applications/marker.ts';
import { attributes } from '../../metadata/attributes.ts';
import { encodeMetadata, type MetadataEncoding } from '../../metadata/codec.ts';
import { Services } from '../../service-area/services.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import type { Scenario, Traffic } from '../scenario.ts';

type Lab = Pick<Scenario, 'nodes' | 'authority'>;

/**
 * What must not be seen on a wire between routers: the marks of traffic whose services encrypt their payload, and the
 * names in metadata where routers encrypt that.
 */
export class Secrets {
  /** Names of traffic, by the number that marks its payload. */
  readonly #payloads: ReadonlyMap<number, string>;
  readonly #names: readonly SecretName[];

  /** Only what is secret under each of the configurations that the lab has, one after the other. */
  constructor({ traffic, nodes }: Scenario, authorities: readonly Authority[]) {
    const payloads = traffic.filter((entry) =>
      authorities.every((authority) => isEncrypted(entry, { nodes, authority })),
    );
    this.#payloads = new Map(payloads.map(({ name }) => [trafficId(name), name]));
    this.#names = authorities.every(encryptsMetadata) ? authorities.slice(0, 1).flatMap(namesIn) : [];
  }

  /** What stands in the frame to be read, though it is encrypted; undefined if nothing does. */
  seenIn({ bytes, start, end }: Frame): string | undefined {
    if (this.#payloads.size === 0 && this.#names.length === 0) return undefined;
    // What is looked for is looked for to the end of the frame, not of the buffer that it stands in.
    const content = bytes.subarray(start, end);
    return this.#payloadSeenIn(content) ?? this.#nameSeenIn(content);
  }

  #payloadSeenIn(content: Uint8Array): string | undefined {
    if (this.#payloads.size === 0) return undefined;
    for (let at = content.indexOf(MARKER_START); at >= 0; at = content.indexOf(MARKER_START, at + 1)) {
      const traffic = this.#payloads.get(trafficMarkedAt(content, at, content.length) ?? -1);
      if (traffic !== undefined) return `payload of ${traffic}, which its service encrypts,`;
    }
    return undefined;
  }

  #nameSeenIn(content: Uint8Array): string | undefined {
    for (const { says, text, heads } of this.#names)
      for (let at = content.indexOf(text[0]); at >= 0; at = content.indexOf(text[0], at + 1))
        if (standsAt(content, at, text) && heads.some((head) => standsAt(content, at - head.length, head)))
          return `${says} in metadata, which routers encrypt,`;
    return undefined;
  }
}

/** A name as metadata has it: what stands before it in each encoding tells it from bytes that are the same by chance. */
interface SecretName {
  readonly says: string;
  readonly text: Uint8Array;
  readonly heads: readonly Uint8Array[];
}

const encodings: readonly MetadataEncoding[] = ['tlv', 'protobuf'];

/** Before a name stands at least this much: its length in two bytes, or in one behind the tag of a field. */
const HEAD_LENGTH = 2;

function namesIn({ tenants, services }: Authority): SecretName[] {
  const secret = (kind: 'tenant' | 'service', name: string): SecretName => {
    const blocks = encodings.map((encoding) => {
      const bytes = new Uint8Array(1_024);
      return bytes.subarray(0, encodeMetadata({ [kind]: name }, encoding, bytes, 0));
    });
    const length = attributes[kind].layout.length(name);
    return {
      says: `the name of ${kind} ${name}`,
      text: blocks[0].slice(-length),
      heads: blocks.map((block) => block.slice(-length - HEAD_LENGTH, -length)),
    };
  };
  return [...tenants.map(({ name }) => secret('tenant', name)), ...services.map(({ name }) => secret('service', name))];
}

function standsAt(bytes: Uint8Array, at: number, part: Uint8Array): boolean {
  if (at < 0 || at + part.length > bytes.length) return false;
  for (let i = 0; i < part.length; i++) if (bytes[at + i] !== part[i]) return false;
  return true;
}

/** Whether on every path from router to router metadata is encrypted. */
const encryptsMetadata = (authority: Authority): boolean =>
  authority.routers.every((router) =>
    peerPaths(authority, router).every(({ outboundSecurity }) => outboundSecurity?.encrypt === true),
  );

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
