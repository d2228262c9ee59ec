import { parseAddress, type IpAddress } from '../address.ts';
import { formatConfiguration, isOnLink, parseOverlaid, placesOf } from '../config/index.ts';
import type { Authority, DeviceInterface, InterfaceAddress, NetworkInterface, Node } from '../config/index.ts';
import type { AddressAction } from './actions/action.ts';
import { LabError } from './fabric.ts';
import type { LabNode, RouterNode, Scenario } from './scenario.ts';

/**
 * What each router of a lab is configured with: all with the same, but that an interface may have been given another
 * address, of which its peers are not told.
 */
export class LabConfigurations {
  readonly #nodes: readonly LabNode[];
  #common: Authority;
  /** By interface. */
  readonly #changes = new Map<string, Extract<AddressAction, { kind: 'address-change' }>>();

  constructor({ nodes, authority }: Pick<Scenario, 'nodes' | 'authority'>) {
    this.#nodes = nodes;
    this.#common = authority;
  }

  /** Lays lines over what all routers have. */
  configure(lines: readonly string[]): void {
    const { authority } = parseOverlaid(formatConfiguration(this.#common), lines, 'configuration');
    if (!authority) throw new LabError(`these lines are no configuration: ${lines.join('; ')}`, 2);
    this.#common = authority;
  }

  changeAddress(action: AddressAction): void {
    const { node, port } = action;
    if (action.kind === 'address-change') this.#changes.set(`${node}:${port}`, action);
    else this.#changes.delete(`${node}:${port}`);
  }

  /** What a router has now, or a node of it. */
  of(router: RouterNode): Authority {
    let authority = this.#common;
    for (const change of this.#changes.values()) {
      const changed = this.#nodes.find(({ name }) => name === change.node);
      const address = parseAddress(change.address);
      if (changed?.kind === 'router' && changed.router === router.router && address)
        authority = withAddress(authority, changed, change.port, address);
    }
    return authority;
  }
}

/**
 * The configuration with another address at a port of a router, in the place of the one in whose subnet it is. A port that
 * both nodes of a router share has it at both.
 */
export function withAddress(authority: Authority, at: RouterNode, port: string, address: IpAddress): Authority {
  const isAt = isPort(authority, at, port);
  const changed = (networkInterface: NetworkInterface): NetworkInterface => ({
    ...networkInterface,
    addresses: networkInterface.addresses.map((own) => (isOnLink(own, address) ? { ...own, ipAddress: address } : own)),
  });
  const inNode = (node: Node): Node => ({
    ...node,
    deviceInterfaces: node.deviceInterfaces.map((one) =>
      isAt(node, one) ? { ...one, networkInterfaces: one.networkInterfaces.map(changed) } : one,
    ),
  });
  const routers = authority.routers.map((router) =>
    router.name === at.router ? { ...router, nodes: router.nodes.map(inNode) } : router,
  );
  return { ...authority, routers };
}

/** The addresses of a router's port. */
export function portAddresses(authority: Authority, at: RouterNode, port: string): InterfaceAddress[] {
  const isAt = isPort(authority, at, port);
  const router = authority.routers.find(({ name }) => name === at.router);
  return [...(router ? placesOf(router) : [])]
    .filter(({ node, deviceInterface }) => isAt(node, deviceInterface))
    .flatMap(({ networkInterface }) => networkInterface.addresses);
}

/** Tells the port of a router, or of one node of it, from others; the other node has the same one if they share it. */
function isPort(authority: Authority, { router, node: name }: RouterNode, port: string) {
  const isNamed = (node: Node, one: DeviceInterface): boolean =>
    (name === undefined || node.name === name) && one.name === port;
  const nodes = authority.routers.find((other) => other.name === router)?.nodes ?? [];
  const ids = nodes.flatMap((node) =>
    node.deviceInterfaces.flatMap((one) => (isNamed(node, one) ? (one.globalId ?? []) : [])),
  );
  return (node: Node, one: DeviceInterface): boolean =>
    isNamed(node, one) || (one.globalId !== undefined && ids.includes(one.globalId));
}
