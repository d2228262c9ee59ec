import type { IpAddress, IpPrefix } from '../../address.ts';
import type { LabLink, LabNode } from '../scenario.ts';
import type { Value } from './document.ts';

/** Something that was read, and where it stands in its file. */
export interface Placed<T> {
  readonly value: T;
  readonly at: Value;
}

export interface PlacedNode<N extends LabNode = LabNode> {
  readonly node: N;
  /** Its name. */
  readonly at: Value;
  /** Ports that must be on a link, with the addresses that the lab gives them. */
  readonly ports: readonly PlacedPort[];
}

export interface PlacedPort {
  readonly port: string;
  readonly addresses: readonly Placed<IpPrefix>[];
  readonly gateways: readonly Placed<IpAddress>[];
}

/** What stands in a lab, and what joins it. */
export interface Topology {
  readonly nodes: readonly LabNode[];
  readonly links: readonly LabLink[];
}
