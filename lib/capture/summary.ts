import { formatMac } from '../address.ts';
import type { Attributes } from '../metadata/attributes.ts';
import { readU16 } from '../wire/bytes.ts';
import { arpOperation, arpOperations, arpSenderAddressAt, arpTargetAddressAt } from '../wire/arp.ts';
import { MAC_LENGTH } from '../wire/ethernet.ts';
import { icmpTypes, icmpv6Types } from '../wire/icmp.ts';
import { ipProtocols } from '../wire/ipv4.ts';
import { tcpFlags } from '../wire/tcp.ts';
import { bfdStates } from '../peering/bfd/control-packet.ts';
import type { Dissection } from './dissection.ts';
import { contextIn } from './fields/attributes.ts';
import { formatAddressAt, formatEndAt } from './fields/format.ts';
import { innerHeader, type InnerHeader } from './inner.ts';
import type { Layers } from './layers.ts';

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
export const summarize = (packet: Dissection): Summary => ({
  from: sourceOf(packet),
  to: destinationOf(packet),
  what: whatOf(packet),
  info: infoOf(packet),
});

export function sourceOf({ layers }: Dissection): string {
  if (layers.family !== 0) return endOf(layers, layers.sourceAt, layers.sourcePort);
  if (layers.ethernetAt < 0) return '';
  return macAt(layers, layers.arpAt >= 0 ? layers.arpAt + 8 : layers.ethernetAt + MAC_LENGTH);
}

export function destinationOf({ layers }: Dissection): string {
  if (layers.family !== 0) return endOf(layers, layers.destinationAt, layers.destinationPort);
  if (layers.ethernetAt < 0) return '';
  const destination = macAt(layers, layers.ethernetAt);
  return destination === 'ff:ff:ff:ff:ff:ff' ? 'everybody' : destination;
}

function endOf({ bytes, addressLength, protocol }: Layers, at: number, port: number): string {
  // The identifier of an echo is no port that anybody would look for.
  const hasPort = port >= 0 && (protocol === ipProtocols.udp || protocol === ipProtocols.tcp);
  return hasPort ? formatEndAt(bytes, at, addressLength, port) : formatAddressAt(bytes, at, addressLength);
}

const macAt = ({ bytes }: Layers, at: number): string => formatMac(bytes.subarray(at, at + MAC_LENGTH));

export function whatOf(packet: Dissection): string {
  const { layers } = packet;
  if (layers.arpAt >= 0) return 'ARP';
  switch (packet.kind) {
    case 'bfd':
      return 'SVR BFD';
    case 'metadata':
      return metadataName(packet);
    case 'fragment':
      return 'SVR fragment';
    case 'marker':
      return 'SVR marker';
    case 'malformed':
    case 'bare':
      return 'SVR';
    case undefined:
      if (packet.bfdAt >= 0) return 'BFD';
      if (layers.family === 0) return etherName(layers);
      return layers.isFragment ? `${protocolName(layers.protocol)} fragment` : protocolName(layers.protocol);
  }
}

function metadataName({ block }: Dissection): string {
  const attributes = block?.metadata?.attributes;
  if (attributes?.controlMessage !== undefined) return 'SVR control';
  return attributes?.sessionHealthCheck === undefined ? 'SVR metadata' : 'SVR health check';
}

export function infoOf(packet: Dissection): string {
  const { layers, malformed } = packet;
  if (malformed) return `malformed at byte ${malformed.offset}: ${malformed.reason}`;
  if (layers.arpAt >= 0) return arpInfo(layers);
  switch (packet.kind) {
    case 'bfd':
      return bfdInfo(packet);
    case 'metadata':
      return metadataInfo(packet);
    case 'fragment':
      return fragmentInfo(packet);
    case 'marker':
      return `payload that looks like metadata, ${contentInfo(packet)}`;
    case 'malformed':
      return '';
    case 'bare':
      return contentInfo(packet);
    case undefined:
      return packet.bfdAt >= 0 ? bfdInfo(packet) : plainInfo(layers);
  }
}

function arpInfo({ bytes, arpAt }: Layers): string {
  const sender = formatAddressAt(bytes, arpSenderAddressAt(arpAt), 4);
  const target = formatAddressAt(bytes, arpTargetAddressAt(arpAt), 4);
  return arpOperation(bytes, arpAt) === arpOperations.reply
    ? `${sender} is here`
    : sender === target
      ? `${sender} is here, for all to know`
      : `${sender} asks who has ${target}`;
}

function bfdInfo({ bfdMetadata: metadata, bfdAt, layers }: Dissection): string {
  const flags = layers.bytes[bfdAt + 1];
  const words = `${bfdStates[flags >>> 6]}${(flags & 0x20) !== 0 ? ', poll' : ''}${(flags & 0x10) !== 0 ? ', final' : ''}`;
  if (!metadata) return words;
  const { router, echo } = metadata;
  return echo ? `echo ${echo.kind} ${echo.burst}.${echo.index} of ${router}` : `${router} is ${words}`;
}

function metadataInfo(packet: Dissection): string {
  const attributes = packet.block?.metadata?.attributes ?? {};
  const { controlMessage, sessionHealthCheck } = attributes;
  const names = namesIn(packet, attributes);
  if (controlMessage !== undefined) return joined(dashed(String(controlMessage)), names);
  const check = sessionHealthCheck === undefined ? '' : dashed(String(sessionHealthCheck));
  return joined(check, names, contentInfo(packet));
}

const joined = (...words: readonly string[]): string => words.filter((word) => word !== '').join(', ');

/** 'enableMetadata' as people write it. */
export const dashed = (word: string): string => word.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

const addressOf = (bytes: Uint8Array): string => formatAddressAt(bytes, 0, bytes.length);

/** What the metadata names: 'corp to web, 10.1.0.10:61028 to 10.2.0.10:7000'. */
function namesIn(packet: Dissection, attributes: Attributes): string {
  if (packet.block?.encryption === 'unread') return 'encrypted';
  const told = contextIn(attributes);
  const icmp = attributes.icmpErrorLocationIpv4 ?? attributes.icmpErrorLocationIpv6;
  const names: string[] = [];
  if (icmp) names.push(`ICMP error of ${addressOf(icmp)}`);
  if (attributes.service !== undefined) names.push(`${attributes.tenant ?? '?'} to ${attributes.service}`);
  if (told) {
    const { source, sourcePort, destination, destinationPort, protocol } = told.context;
    const ends = [`${addressOf(source)}:${sourcePort}`, `${addressOf(destination)}:${destinationPort}`];
    names.push(`${told.direction} ${ends.join(' to ')} ${protocolName(protocol)}`);
  }
  if (attributes.disableForwardMetadata !== undefined) names.push('understood');
  return names.join(', ');
}

/** The first fragment carries the metadata that its packet has. */
function fragmentInfo(packet: Dissection): string {
  const fragment = packet.block?.metadata?.attributes.fragment;
  if (!fragment) return '';
  const end = fragment.moreFragments ? '' : ', the last';
  const carried = packet.sessionAttributes ?? {};
  const names = carried.fragment ? '' : namesIn(packet, carried);
  return joined(`from byte ${fragment.offset * 8}${end} of packet ${fragment.extendedId}`, names);
}

/** Protocols whose header SVR carries, and which there is something to say of. */
const carried = [ipProtocols.tcp, ipProtocols.icmp, ipProtocols.icmpv6] as const;

/** What a packet carries for its session, with the L4 header that it may have inside. */
export function contentInfo(packet: Dissection): string {
  const { trailer } = packet;
  const isSound = !trailer || trailer.status === 'unchecked' || trailer.status === 'right';
  const carries = carriedInfo(packet);
  return isSound ? carries : joined(carries, `HMAC ${trailer.status}`);
}

function carriedInfo(packet: Dissection): string {
  const { content } = packet;
  if (!content) return '';
  const length = content.end - content.at;
  if (content.isOpaque) return `${length} B encrypted`;
  for (const protocol of carried) {
    const header = innerHeader(packet, protocol);
    if (header) return headerInfo(protocol, header);
  }
  return `${length} B`;
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

/** Of a packet that is none of SVR's. */
function plainInfo(layers: Layers): string {
  const { family, protocol, ipAt, ipEnd, l4At } = layers;
  if (family === 0) return '';
  if (layers.isFragment) return `${ipEnd - ipAt} B`;
  if (l4At < 0) return '';
  if (protocol === ipProtocols.udp) return `${layers.payloadEnd - layers.payloadAt} B`;
  const header = { bytes: layers.bytes, at: l4At, end: ipEnd };
  if (protocol === ipProtocols.tcp) return tcpInfo(header);
  return protocol === ipProtocols.icmp || protocol === ipProtocols.icmpv6 ? icmpInfo(protocol, header) : '';
}

const etherName = ({ etherType }: Layers): string =>
  etherType < 0 ? '?' : `Ethernet 0x${etherType.toString(16).padStart(4, '0')}`;

const protocolNames = new Map<number, string>([
  [ipProtocols.icmp, 'ICMP'],
  [ipProtocols.tcp, 'TCP'],
  [ipProtocols.udp, 'UDP'],
  [ipProtocols.icmpv6, 'ICMPv6'],
]);

const protocolName = (protocol: number): string => protocolNames.get(protocol) ?? `IP protocol ${protocol}`;
