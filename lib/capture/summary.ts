import { formatMac } from '../address.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { readU16 } from '../wire/bytes.ts';
import { arpOperation, arpOperations, arpSenderAddressAt, arpTargetAddressAt } from '../wire/arp.ts';
import { icmpTypes, icmpv6Types } from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { tcpFlags } from '../wire/tcp.ts';
import { bfdStates } from '../peering/bfd/control-packet.ts';
import type { Dissection } from './dissection.ts';
import { contextOf } from './fields/attributes.ts';
import { formatAddress } from './fields/format.ts';
import { innerHeader, type InnerHeader } from './inner.ts';

/** One packet in few words. */
export interface Summary {
  /** Where it goes from and to: addresses with ports. */
  readonly from: string;
  readonly to: string;
  /** What it is: 'UDP', 'SVR metadata', 'SVR BFD'. */
  readonly what: string;
  readonly info: string;
}

/** Says of a packet what a person wants to know first. */
export function summarize(packet: Dissection): Summary {
  const { layers, malformed } = packet;
  const { what, info } = describe(packet);
  const words = malformed ? `malformed at byte ${malformed.offset}: ${malformed.reason}` : info;
  return { ...endsOf(packet), what: what || protocolName(layers.protocol), info: words };
}

function endsOf({ layers }: Dissection): { from: string; to: string } {
  const { bytes, sourceAt, destinationAt, addressLength, ethernetAt, arpAt } = layers;
  const addressAt = (at: number): string => formatAddress(bytes.subarray(at, at + addressLength));
  if (layers.family !== 0) {
    // The identifier of an echo is no port that anybody would look for.
    const hasPorts = layers.protocol === ipProtocols.udp || layers.protocol === ipProtocols.tcp;
    const end = (address: string, port: number): string => {
      if (!hasPorts || port < 0) return address;
      return layers.family === 4 ? `${address}:${port}` : `[${address}]:${port}`;
    };
    return {
      from: end(addressAt(sourceAt), layers.sourcePort),
      to: end(addressAt(destinationAt), layers.destinationPort),
    };
  }
  if (ethernetAt < 0) return { from: '', to: '' };
  const macAt = (at: number): string => formatMac(bytes.subarray(at, at + 6));
  const destination = macAt(ethernetAt);
  const to = destination === 'ff:ff:ff:ff:ff:ff' ? 'everybody' : destination;
  return { from: arpAt >= 0 ? macAt(arpAt + 8) : macAt(ethernetAt + 6), to };
}

type Description = Pick<Summary, 'what' | 'info'>;

function describe(packet: Dissection): Description {
  const { layers } = packet;
  if (layers.arpAt >= 0) return { what: 'ARP', info: arpInfo(packet) };
  switch (packet.kind) {
    case 'bfd':
      return { what: 'SVR BFD', info: bfdInfo(packet) };
    case 'metadata':
      return metadata(packet);
    case 'fragment':
      return { what: 'SVR fragment', info: fragmentInfo(packet) };
    case 'marker':
      return { what: 'SVR marker', info: `payload that looks like metadata, ${contentInfo(packet)}` };
    case 'malformed':
      return { what: 'SVR', info: '' };
    case 'bare':
      return { what: 'SVR', info: contentInfo(packet) };
    case undefined:
      return packet.bfdAt >= 0 ? { what: 'BFD', info: bfdInfo(packet) } : plain(packet);
  }
}

function arpInfo({ layers: { bytes, arpAt } }: Dissection): string {
  const [sender, target] = [arpSenderAddressAt(arpAt), arpTargetAddressAt(arpAt)].map((at) =>
    formatAddress(bytes.subarray(at, at + 4)),
  );
  return arpOperation(bytes, arpAt) === arpOperations.reply
    ? `${sender} is here`
    : sender === target
      ? `${sender} is here, for all to know`
      : `${sender} asks who has ${target}`;
}

function bfdInfo(packet: Dissection): string {
  const { bfdMetadata: metadata, bfdAt, layers } = packet;
  const state = bfdStates[layers.bytes[bfdAt + 1] >>> 6];
  const flags = layers.bytes[bfdAt + 1];
  const words = [state, ...((flags & 0x20) !== 0 ? ['poll'] : []), ...((flags & 0x10) !== 0 ? ['final'] : [])];
  if (!metadata) return words.join(', ');
  if (metadata.echo)
    return `echo ${metadata.echo.kind} ${metadata.echo.burst}.${metadata.echo.index} of ${metadata.router}`;
  return [`${metadata.router} is ${words.join(', ')}`].join(' ');
}

function metadata(packet: Dissection): Description {
  const attributes = packet.block?.metadata?.attributes ?? {};
  const { controlMessage, sessionHealthCheck } = attributes;
  if (controlMessage !== undefined)
    return { what: 'SVR control', info: joined(dashed(String(controlMessage)), namesIn(packet, attributes)) };
  if (sessionHealthCheck !== undefined)
    return {
      what: 'SVR health check',
      info: joined(dashed(String(sessionHealthCheck)), namesIn(packet, attributes), contentInfo(packet)),
    };
  return { what: 'SVR metadata', info: joined(namesIn(packet, attributes), contentInfo(packet)) };
}

const joined = (...words: readonly string[]): string => words.filter((word) => word !== '').join(', ');

/** 'enableMetadata' as people write it. */
export const dashed = (word: string): string => word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** What the metadata names: 'corp to web, 10.1.0.10:61028 to 10.2.0.10:7000'. */
function namesIn(packet: Dissection, attributes: Attributes): string {
  if (packet.block?.encryption === 'unread') return 'encrypted';
  const told = contextOf(packet);
  const icmp = attributes.icmpErrorLocationIpv4 ?? attributes.icmpErrorLocationIpv6;
  const names: string[] = [];
  if (icmp) names.push(`ICMP error of ${formatAddress(icmp)}`);
  if (attributes.service !== undefined) names.push(`${attributes.tenant ?? '?'} to ${attributes.service}`);
  if (told) {
    const { source, sourcePort, destination, destinationPort, protocol } = told.context;
    const ends = [`${formatAddress(source)}:${sourcePort}`, `${formatAddress(destination)}:${destinationPort}`];
    names.push(`${told.direction} ${ends.join(' to ')} ${protocolName(protocol)}`);
  }
  if (attributes.disableForwardMetadata !== undefined) names.push('understood');
  return names.join(', ');
}

function fragmentInfo(packet: Dissection): string {
  const fragment = packet.block?.metadata?.attributes.fragment;
  if (!fragment) return '';
  return `from byte ${fragment.offset * 8}${fragment.moreFragments ? '' : ', the last'} of packet ${fragment.extendedId}`;
}

/** What a packet carries for its session, with the L4 header that it may have inside. */
export function contentInfo(packet: Dissection): string {
  const { content, trailer } = packet;
  const seal = trailer && trailer.status !== 'unchecked' && trailer.status !== 'right' ? `HMAC ${trailer.status}` : '';
  if (!content) return joined('', seal);
  const length = content.end - content.at;
  if (content.isOpaque) return joined(`${length} B encrypted`, seal);
  for (const protocol of [ipProtocols.tcp, ipProtocols.icmp, ipProtocols.icmpv6]) {
    const header = innerHeader(packet, protocol);
    if (header) return joined(headerInfo(protocol, header), seal);
  }
  return joined(`${length} B`, seal);
}

function headerInfo(protocol: number, header: InnerHeader): string {
  return protocol === ipProtocols.tcp ? `TCP ${tcpInfo(header)}` : icmpInfo(protocol, header);
}

const flagNames = [
  ['S', tcpFlags.syn],
  ['F', tcpFlags.fin],
  ['R', tcpFlags.rst],
  ['P', tcpFlags.psh],
  ['.', tcpFlags.ack],
] as const;

function tcpInfo({ bytes, at, end }: InnerHeader): string {
  const flags = flagNames.filter(([, mask]) => (bytes[at + 13] & mask) !== 0).map(([name]) => name);
  const length = end - at - (bytes[at + 12] >>> 4) * 4;
  return `[${flags.join('')}]${length > 0 ? ` ${length} B` : ''}`;
}

const echoes = new Map<number, readonly [request: number, reply: number]>([
  [ipProtocols.icmp, [icmpTypes.echoRequest, icmpTypes.echoReply]],
  [ipProtocols.icmpv6, [icmpv6Types.echoRequest, icmpv6Types.echoReply]],
]);

function icmpInfo(protocol: number, { bytes, at }: InnerHeader): string {
  const [request, reply] = echoes.get(protocol) ?? [-1, -1];
  const type = bytes[at];
  if (type === request) return `echo request ${readU16(bytes, at + 6)}`;
  if (type === reply) return `echo reply ${readU16(bytes, at + 6)}`;
  return `type ${type} code ${bytes[at + 1]}`;
}

/** A packet that is none of SVR's. */
function plain(packet: Dissection): Description {
  const { layers } = packet;
  const { protocol } = layers;
  const what = layers.family === 0 ? etherName(packet) : protocolName(protocol);
  if (layers.family !== 0 && layers.isFragment)
    return { what: `${what} fragment`, info: `${layers.ipEnd - layers.ipAt} B` };
  if (layers.l4At < 0 || layers.family === 0) return { what, info: '' };
  const header = { bytes: layers.bytes, at: layers.l4At, end: layers.ipEnd };
  if (protocol === ipProtocols.udp) return { what, info: `${layers.payloadEnd - layers.payloadAt} B` };
  if (protocol === ipProtocols.tcp) return { what, info: tcpInfo(header) };
  const isIcmp = protocol === ipProtocols.icmp || protocol === ipProtocols.icmpv6;
  return { what, info: isIcmp ? icmpInfo(protocol, header) : '' };
}

const etherName = ({ layers }: Dissection): string =>
  layers.etherType < 0 ? '?' : `Ethernet 0x${layers.etherType.toString(16).padStart(4, '0')}`;

const protocolNames = new Map<number, string>([
  [ipProtocols.icmp, 'ICMP'],
  [ipProtocols.tcp, 'TCP'],
  [ipProtocols.udp, 'UDP'],
  [ipProtocols.icmpv6, 'ICMPv6'],
]);

const protocolName = (protocol: number): string => protocolNames.get(protocol) ?? `IP protocol ${protocol}`;
