import type { IpPrefix } from '../../address.ts';
import { COOKIE } from '../../metadata/header.ts';
import { filteringBehaviours, mappingBehaviours } from '../../middlebox/mappings.ts';
import { ENTRIES_MAX } from '../../middlebox/idle-table.ts';
import { middleboxPorts } from '../../middlebox/middlebox.ts';
import type { NatSide } from '../../middlebox/nat.ts';
import { defaultTimeouts, type IdleTimeouts } from '../../middlebox/timeouts.ts';
import type { FirewallNode, NatNode } from '../scenario.ts';
import type { Fields, Value } from './document.ts';
import * as forms from './forms.ts';
import type { Placed, PlacedNode } from './placed.ts';

/** Emulator choices. */
const ENTRIES_DEFAULT = 4_096;
/** As much as the wires between routers carry. */
const MTU_DEFAULT = 9_000;
/** Ports below are for servers (RFC 4787, REQ-3). */
const PORTS_DEFAULT = [1_024, 65_535] as const;

/** What a payload begins with: 'svr' for the cookie of SVR metadata, or bytes. */
const beginning: forms.Form<Uint8Array> = {
  describes: "the first bytes of a payload: 'svr', or hex digits such as 0x4c48",
  neutral: COOKIE,
  read(text) {
    if (text === 'svr') return COOKIE;
    if (!/^0x([0-9a-f]{2}){1,32}$/i.test(text)) return undefined;
    return Uint8Array.from(text.slice(2).match(/../g) ?? [], (digits) => parseInt(digits, 16));
  },
};

const entries = forms.wholeNumber(1, ENTRIES_MAX);

export const timeoutForms = { udp: forms.span, tcp: forms.span, 'tcp-transitory': forms.span, icmp: forms.span };

/** What is said of a NAT, beside its timeouts. */
export const natForms = {
  inside: forms.ipv4InterfaceAddress,
  'inside-gateway': forms.ipv4Address,
  outside: forms.ipv4InterfaceAddress,
  'outside-gateway': forms.ipv4Address,
  mapping: forms.oneOf('a mapping behaviour', mappingBehaviours),
  filtering: forms.oneOf('a filtering behaviour', filteringBehaviours),
  'port-preservation': forms.yesOrNo,
  ports: forms.portRange,
  'mappings-max': entries,
  mtu: forms.wholeNumber(576, 9_216),
};

/** The same of a firewall; `allowed-payloads` may be several. */
export const firewallForms = { 'tcp-strict': forms.yesOrNo, 'allowed-payloads': beginning, 'states-max': entries };

export function readNat(name: string, at: Value, value: Value): PlacedNode<NatNode> {
  const fields = value.fields('a nat', ['kind', ...Object.keys(natForms), 'timeouts']);
  const mapping = fields.optional('mapping', natForms.mapping, mappingBehaviours[0]);
  // A NAT that maps by the remote end filters by it; one that does not, does not either, if nothing else is said.
  const accordingly = mapping === 'symmetric' ? 'address-and-port-dependent' : 'endpoint-independent';
  const [inside, outside] = middleboxPorts.map((port) => readSide(fields, port));
  const settings = {
    inside: inside.side,
    outside: outside.side,
    mapping,
    filtering: fields.optional('filtering', natForms.filtering, accordingly),
    portPreservation: fields.optional('port-preservation', natForms['port-preservation'], true),
    ports: fields.optional('ports', natForms.ports, PORTS_DEFAULT),
    timeouts: readTimeouts(fields),
    mappingsMax: fields.optional('mappings-max', natForms['mappings-max'], ENTRIES_DEFAULT),
    mtu: fields.optional('mtu', natForms.mtu, MTU_DEFAULT),
  } as const;
  const node: NatNode = { kind: 'nat', name, ports: middleboxPorts, settings };
  return { node, at, ports: [inside.placed, outside.placed] };
}

export function readFirewall(name: string, at: Value, value: Value): PlacedNode<FirewallNode> {
  const fields = value.fields('a firewall', ['kind', ...Object.keys(firewallForms), 'timeouts']);
  const settings = {
    tcpStrict: fields.optional('tcp-strict', firewallForms['tcp-strict'], true),
    allowedPayloads: fields
      .get('allowed-payloads')
      ?.items()
      .map((item) => item.read(beginning) ?? beginning.neutral),
    timeouts: readTimeouts(fields),
    statesMax: fields.optional('states-max', firewallForms['states-max'], ENTRIES_DEFAULT),
  };
  const node: FirewallNode = { kind: 'firewall', name, ports: middleboxPorts, settings };
  return { node, at, ports: middleboxPorts.map((port) => ({ port, addresses: [], gateways: [] })) };
}

function readSide(
  fields: Fields,
  port: (typeof middleboxPorts)[number],
): { readonly side: NatSide; readonly placed: PlacedNode['ports'][number] } {
  const address = place(fields.need(port), natForms[port]);
  const gateway = place(fields.get(`${port}-gateway`), natForms[`${port}-gateway`]);
  const none: IpPrefix = forms.ipv4InterfaceAddress.neutral;
  return {
    side: { address: address[0]?.value ?? none, gateway: gateway[0]?.value },
    placed: { port, addresses: address, gateways: gateway },
  };
}

/** None if it is absent or, which has then been reported, not readable. */
function place<T>(at: Value | undefined, form: forms.Form<T>): Placed<T>[] {
  const value = at?.read(form);
  return at && value !== undefined ? [{ value, at }] : [];
}

function readTimeouts(fields: Fields): IdleTimeouts {
  const given = fields.get('timeouts')?.fields('timeouts', Object.keys(timeoutForms));
  if (!given) return defaultTimeouts;
  return {
    udp: given.optional('udp', timeoutForms.udp, defaultTimeouts.udp),
    tcp: given.optional('tcp', timeoutForms.tcp, defaultTimeouts.tcp),
    tcpTransitory: given.optional('tcp-transitory', timeoutForms['tcp-transitory'], defaultTimeouts.tcpTransitory),
    icmp: given.optional('icmp', timeoutForms.icmp, defaultTimeouts.icmp),
  };
}
