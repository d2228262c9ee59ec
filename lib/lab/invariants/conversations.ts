import { formatAddressBytes } from '../../address.ts';
import { linkTypes } from '../../capture/captured-frame.ts';
import { Layers } from '../../capture/layers.ts';
import type { Frame } from '../../frame.ts';
import type { SessionRow } from '../../service-area/rows.ts';
import { ipProtocols } from '../../wire/ipv4.ts';

const protocolNumbers: Readonly<Record<SessionRow['protocol'], number>> = ipProtocols;

/** What hosts have begun: who has spoken with whom, by protocol, addresses and ports, whichever way. */
export class Conversations {
  readonly #layers = new Layers();
  readonly #hosts: ReadonlySet<string>;
  readonly #known = new Set<string>();

  /** `hosts` are the addresses of all hosts. */
  constructor(hosts: Iterable<string>) {
    this.#hosts = new Set(hosts);
  }

  hostSent({ bytes, start, end }: Frame): void {
    const layers = this.#layers;
    layers.read({ bytes, start, end, originalLength: end - start, at: { linkType: linkTypes.ethernet } });
    const { protocol, sourceAt, destinationAt, addressLength, sourcePort, destinationPort } = layers;
    if (sourcePort < 0) return;
    const [from, to] = [sourceAt, destinationAt].map((at) => formatAddressBytes(bytes.slice(at, at + addressLength)));
    this.#known.add(keyOf(protocol, from, sourcePort, to, destinationPort));
  }

  /** What is wrong with a session that is between hosts; undefined if one of them has sent something that it could carry. */
  foreign({
    protocol,
    sourceAddress,
    sourcePort,
    destinationAddress,
    destinationPort,
  }: SessionRow): string | undefined {
    if (!this.#hosts.has(sourceAddress) || !this.#hosts.has(destinationAddress)) return undefined;
    const number = protocolNumbers[protocol];
    const key = keyOf(number, sourceAddress, sourcePort, destinationAddress, destinationPort);
    if (this.#known.has(key)) return undefined;
    const ends = `from ${sourceAddress} port ${sourcePort} to ${destinationAddress} port ${destinationPort}`;
    return `it has a session by ${protocol} ${ends}, and no host has ever spoken so`;
  }
}

/** The same for both directions. */
const keyOf = (protocol: number, from: string, fromPort: number, to: string, toPort: number): string =>
  `${protocol} ${[`${from} ${fromPort}`, `${to} ${toPort}`].toSorted().join(' ')}`;
