import type { Family, IpAddress, IpPrefix } from '../address.ts';
import { prefixContains, sameAddress } from '../address.ts';
import type { PortIndex } from '../device.ts';
import type { KeyRing } from '../metadata/key-ring.ts';
import type { Seal } from '../metadata/trailer.ts';
import { equalBytes } from '../wire/bytes.ts';
import type { EnforcedMss } from './mss.ts';

/** An address of the router on one of its networks. */
export interface OwnAddress {
  readonly address: IpAddress;
  /** What is on the link; has the same family as the address. */
  readonly prefix: IpPrefix;
  readonly gateway: IpAddress | undefined;
}

/** What ARP, neighbor discovery and ICMP errors need to know of an interface, a router's or a middlebox's. */
export interface LinkInterface {
  readonly index: number;
  readonly name: string;
  readonly port: PortIndex;
  readonly mac: Uint8Array;
  readonly vlan: number;
  /** Longest IP packet that may leave by it, in bytes. */
  readonly mtu: number;
  readonly addresses: readonly OwnAddress[];
}

/** A network-interface of the configuration on the port that carries it. */
export interface NetworkInterface extends LinkInterface {
  readonly deviceName: string;
  /** What the device-interface is called by both nodes of the router; undefined if it is this node's alone. */
  readonly globalId?: number;
  readonly enforcedMss: EnforcedMss;
  readonly tenant: string | undefined;
  /** What packets from other routers are sealed with; undefined if they are not. */
  readonly seal: Seal | undefined;
  /** What metadata from other routers is encrypted with; undefined if it is not. */
  readonly keys: KeyRing | undefined;
  /** Whether the interface has peers: only then are waypoints spoken to. */
  readonly hasPeers: boolean;
}

/** All interfaces of a router or a middlebox, found by port and VLAN as packets arrive. */
export class NetworkInterfaces<Interface extends LinkInterface = NetworkInterface> {
  readonly list: readonly Interface[];
  /** By port, then VLAN; -1 where there is none. */
  readonly #byVlan: readonly Int16Array[];

  constructor(list: readonly Interface[], ports: number) {
    this.list = list;
    this.#byVlan = Array.from({ length: ports }, () => new Int16Array(4096).fill(-1));
    for (const entry of list) this.#byVlan[entry.port][entry.vlan] = entry.index;
  }

  /** Index of the network-interface for frames of this VLAN on this port; -1 if there is none. */
  find(port: PortIndex, vlan: number): number {
    return port < this.#byVlan.length ? this.#byVlan[port][vlan] : -1;
  }

  /** Whether the address at `at` is one of this interface's own. */
  owns(index: number, bytes: Uint8Array, at: number, family: Family): boolean {
    const addresses = this.list[index].addresses;
    for (let i = 0; i < addresses.length; i++) {
      const own = addresses[i].address;
      if (own.family === family && equalBytes(own.bytes, 0, bytes, at, own.bytes.length)) return true;
    }
    return false;
  }

  /** Whether the IP packet at `ipAt` is for one of this interface's own addresses. */
  ownsDestination(index: number, bytes: Uint8Array, ipAt: number): boolean {
    return bytes[ipAt] >>> 4 === 4 ? this.owns(index, bytes, ipAt + 16, 4) : this.owns(index, bytes, ipAt + 24, 6);
  }

  /** Own address of a family on an interface, to send from. */
  ownAddress(index: number, family: Family): Uint8Array | undefined {
    return this.list[index].addresses.find(({ address }) => address.family === family)?.address.bytes;
  }

  /** The interface on whose link an address is; the longest prefix wins. */
  onLink(address: IpAddress): Interface | undefined {
    let best: Interface | undefined;
    let longest = -1;
    for (const entry of this.list) {
      for (const { prefix } of entry.addresses) {
        if (prefix.length <= longest || !prefixContains(prefix, address)) continue;
        best = entry;
        longest = prefix.length;
      }
    }
    return best;
  }

  byName(name: string): Interface | undefined {
    return this.list.find((entry) => entry.name === name);
  }

  /**
   * Interfaces that are there, by their names, are otherwise from now on: what can be so while packets come. Returns those
   * that have other addresses than before, by their indices.
   */
  reconfigure(list: readonly Interface[]): readonly number[] {
    return list.flatMap((entry) => {
      const own = this.byName(entry.name);
      if (!own) return [];
      const isWhereItWas = sameAddresses(own, entry);
      Object.assign(own, entry, { index: own.index });
      return isWhereItWas ? [] : [own.index];
    });
  }

  /** Where to send a packet for `address` by this interface: itself if on link, else the gateway; undefined without one. */
  nextHop(entry: LinkInterface, address: IpAddress): IpAddress | undefined {
    if (entry.addresses.some(({ prefix }) => prefixContains(prefix, address))) return address;
    return entry.addresses.find(({ gateway }) => gateway?.family === address.family)?.gateway;
  }
}

const sameAddresses = (a: LinkInterface, b: LinkInterface): boolean =>
  a.addresses.length === b.addresses.length &&
  a.addresses.every(({ address }) => b.addresses.some((other) => sameAddress(address, other.address)));
