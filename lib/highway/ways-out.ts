import type { Frame } from '../frame.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { prependIp, prependUdp, type IpFields } from './egress.ts';
import { KEY_WORDS, keyDestinationPort, keySource, keySourcePort, setKeyAddresses, setKeyHead } from './flow-key.ts';
import { flowFlags, type FlowTable } from './flow-table.ts';
import { SVR_BFD_PORT, type PeerPath } from './peer-path.ts';

/**
 * Where the packets of a flow are sent to: to the mirror image of a key, that of the packets that come back. It is the key
 * of the opposite flow, or, where the session's own waypoints are closed, that of the path's BFD.
 */
export class WaysOut {
  readonly #flows: FlowTable;
  /** What comes by BFD, by the path's index. */
  #pinholes: Uint32Array;

  /** Until BFD has shown where a peer is, it is taken to be where the configuration says. */
  constructor(flows: FlowTable, paths: readonly PeerPath[]) {
    this.#flows = flows;
    this.#pinholes = new Uint32Array(paths.length * KEY_WORDS);
    for (const path of paths) this.setPinhole(path, path.remote.bytes, SVR_BFD_PORT);
  }

  /** There are other paths, or they lead from other addresses: each with the index that it had before, if it was there. */
  renumber(paths: readonly { readonly path: PeerPath; readonly before: number | undefined }[]): void {
    const old = this.#pinholes;
    this.#pinholes = new Uint32Array(paths.length * KEY_WORDS);
    for (const { path, before } of paths) {
      if (before === undefined) this.setPinhole(path, path.remote.bytes, SVR_BFD_PORT);
      else this.setPinhole(path, keySource(old, before * KEY_WORDS), keySourcePort(old, before * KEY_WORDS));
    }
  }

  /** BFD packets of a path come from this address and port. */
  setPinhole({ index, networkInterface, family, local }: PeerPath, address: Uint8Array, port: number): void {
    const key = this.#pinholes.subarray(index * KEY_WORDS, (index + 1) * KEY_WORDS);
    setKeyHead(key, networkInterface, family, ipProtocols.udp, port, SVR_BFD_PORT);
    setKeyAddresses(key, address, local.bytes);
  }

  /**
   * Writes the UDP header, its checksum still 0, and the IP header that a packet of the flow leaves with; `frame.start` is
   * then at the latter. Returns where the UDP header begins.
   */
  prependHeaders(flow: number, frame: Frame, payloadAt: number, fields: IpFields, ttl: number): number {
    const { flags, path, keys } = this.#flows;
    const isDetoured = (flags[flow] & flowFlags.detoured) !== 0;
    const mirrored = isDetoured ? this.#pinholes : keys;
    const at = (isDetoured ? path[flow] - 1 : flow ^ 1) * KEY_WORDS;
    const udpAt = prependUdp(frame, payloadAt, keyDestinationPort(mirrored, at), keySourcePort(mirrored, at));
    prependIp(frame, udpAt, mirrored, at, fields, ttl);
    return udpAt;
  }
}
