import { formatMac } from '../../lib/address.ts';
import type { LabLink, LinkEnd, Scenario } from '../../lib/lab/scenario.ts';
import { hostAddresses, offloadsOff } from '../interface-commands.ts';
import { macOf } from '../node-macs.ts';
import { mtuOf } from './mtu.ts';
import { needsStore } from './redis-server.ts';
import type { LabState } from './run-folder.ts';

const sysctl = (path: string, value: number): string => `echo ${value} >/proc/sys/net/${path}`;

/** The commands that make a lab of network namespaces, as data. */
export class NetnsPlan {
  readonly #lab: string;
  readonly #scenario: Scenario;

  constructor(lab: string, scenario: Scenario) {
    this.#lab = lab;
    this.#scenario = scenario;
  }

  state(): LabState {
    const nodes = this.#scenario.nodes.map(({ name, kind }) => ({ name, kind, place: this.namespaceOf(name) }));
    const switches = this.#scenario.links.filter(isSegment).map((link) => this.#switchOf(link));
    return {
      name: this.#lab,
      fabric: 'netns',
      nodes,
      namespaces: [
        ...nodes.map(({ place }) => place),
        ...switches,
        ...(this.storeNamespace === undefined ? [] : [this.storeNamespace]),
      ],
    };
  }

  /** Where the Redis of the lab runs; undefined if no router of the lab has two nodes. */
  get storeNamespace(): string | undefined {
    // Three dashes: no link has such a name.
    return needsStore(this.#scenario) ? `svrlab-${this.#lab}---store` : undefined;
  }

  namespaceOf(node: string): string {
    return `svrlab-${this.#lab}-${node}`;
  }

  /** In each namespace, before it has any interface: what the kernel is not to do by itself. */
  silence(): ReadonlyMap<string, readonly string[]> {
    const quiet = ['all', 'default'].map((scope) => sysctl(`ipv6/conf/${scope}/disable_ipv6`, 1));
    // No address of its own making, no question for routers, no wait for duplicates: a host says what it is told to.
    const plain = ['all', 'default'].flatMap((scope) => [
      sysctl(`ipv6/conf/${scope}/accept_dad`, 0),
      sysctl(`ipv6/conf/${scope}/accept_ra`, 0),
      sysctl(`ipv6/conf/${scope}/router_solicitations`, 0),
      sysctl(`ipv6/conf/${scope}/addr_gen_mode`, 1),
    ]);
    const hosts = new Set(
      this.#scenario.nodes.filter(({ kind }) => kind === 'host').map(({ name }) => this.namespaceOf(name)),
    );
    return new Map(this.state().namespaces.map((name) => [name, hosts.has(name) ? plain : quiet]));
  }

  /** Links, for `ip -batch`. */
  links(): string[] {
    return this.#scenario.links.flatMap((link) => {
      const mtu = mtuOf(this.#scenario, link);
      if (!isSegment(link)) {
        const [a, b] = link.ends.map((end) => this.#veth(end, mtu));
        return [`link add name ${a} type veth peer name ${b}`];
      }
      const place = this.#switchOf(link);
      return link.ends.map(
        (end, i) => `link add name ${this.#veth(end, mtu)} type veth peer name p${i} mtu ${mtu} netns ${place}`,
      );
    });
  }

  /** Of each namespace, the lines for `ip -n NAMESPACE -batch` once its interfaces are there. */
  addresses(): ReadonlyMap<string, readonly string[]> {
    const nodes = this.#scenario.nodes.map((node): [string, string[]] => [
      this.namespaceOf(node.name),
      node.kind === 'host' ? [up('lo'), up(node.ports[0]), ...hostAddresses(node, node.ports[0])] : node.ports.map(up),
    ]);
    const switches = this.#scenario.links
      .filter(isSegment)
      .map((link): [string, string[]] => [
        this.#switchOf(link),
        [
          `link add name sw mtu ${mtuOf(this.#scenario, link)} type bridge stp_state 0 forward_delay 0 mcast_snooping 0`,
          up('sw'),
          ...link.ends.flatMap((_, i) => [`link set dev p${i} master sw`, up(`p${i}`)]),
        ],
      ]);
    return new Map([...nodes, ...switches]);
  }

  /** Of each namespace, a script that turns offloads off. */
  offloads(): ReadonlyMap<string, readonly string[]> {
    return new Map(this.#scenario.nodes.map(({ name, ports }) => [this.namespaceOf(name), ports.map(offloadsOff)]));
  }

  #veth({ node, port }: LinkEnd, mtu: number): string {
    return `${port} mtu ${mtu} address ${formatMac(macOf(this.#scenario, node, port))} netns ${this.namespaceOf(node)}`;
  }

  /** Two dashes: no node has such a name. */
  #switchOf({ name }: LabLink): string {
    return `svrlab-${this.#lab}--${name}`;
  }
}

const isSegment = ({ ends }: LabLink): boolean => ends.length > 2;
const up = (port: string): string => `link set dev ${port} up`;
