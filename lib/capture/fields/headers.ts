import { readU16, readU32 } from '../../wire/bytes.ts';
import { MAC_LENGTH } from '../../wire/ethernet.ts';
import { ipProtocols } from '../../wire/ipv4.ts';
import { tcpFlags } from '../../wire/tcp.ts';
import type { Dissection } from '../dissection.ts';
import { innerHeader } from '../inner.ts';
import type { Layers } from '../layers.ts';
import { fieldsOf, type Field, type FieldSpec, type FieldValue, type Part } from './field.ts';

type At = (layers: Layers) => number;
type Read = (bytes: Uint8Array, at: number) => FieldValue;

/** A field of a header that begins at an offset which `at` gives; absent where that is -1. */
const inHeader =
  (at: At, read: Read) =>
  ({ layers }: Dissection): FieldValue | undefined => {
    const headerAt = at(layers);
    return headerAt < 0 ? undefined : read(layers.bytes, headerAt);
  };

/** The same for TCP and ICMP, which SVR carries with their headers: what is carried is what is shown. */
const inInner =
  (protocol: number, read: Read) =>
  (packet: Dissection): FieldValue | undefined => {
    const header = innerHeader(packet, protocol);
    return header && read(header.bytes, header.at);
  };

const hasHeader =
  (at: At): Part =>
  ({ layers }) =>
    at(layers) >= 0;
const hasInner =
  (protocol: number): Part =>
  (packet) =>
    innerHeader(packet, protocol) !== undefined;

const ethernet: At = ({ ethernetAt }) => ethernetAt;
const vlan: At = ({ vlanAt }) => vlanAt;
const arp: At = ({ arpAt }) => arpAt;
const ipv4: At = ({ family, ipAt }) => (family === 4 ? ipAt : -1);
const ipv6: At = ({ family, ipAt }) => (family === 6 ? ipAt : -1);
const udp: At = ({ protocol, l4At }) => (protocol === ipProtocols.udp ? l4At : -1);
const tcp = ipProtocols.tcp;

const isThere = (): boolean => true;
const u8 =
  (offset: number): Read =>
  (bytes, at) =>
    bytes[at + offset];
const u16 =
  (offset: number): Read =>
  (bytes, at) =>
    readU16(bytes, at + offset);
const u32 =
  (offset: number): Read =>
  (bytes, at) =>
    readU32(bytes, at + offset);
const view =
  (offset: number, length: number): Read =>
  (bytes, at) =>
    bytes.subarray(at + offset, at + offset + length);

/** True where the bits are set; absent otherwise. */
const bits =
  (offset: number, mask: number): Read =>
  (bytes, at) =>
    (bytes[at + offset] & mask) !== 0;

const both = (first: FieldSpec, second: FieldSpec) => (packet: Dissection) => {
  const [one, other] = [first.read(packet), second.read(packet)] as (FieldValue | undefined)[];
  return one === undefined || other === undefined ? undefined : [one, other];
};

const field = (type: Field['type'], help: string, read: FieldSpec['read']): FieldSpec => ({ type, help, read });
const number = (help: string, at: At, read: Read): FieldSpec => field('number', help, inHeader(at, read));
const flag = (help: string, at: At, read: Read): FieldSpec => field('flag', help, inHeader(at, read));
const inner = (type: Field['type'], help: string, read: FieldSpec['read']): FieldSpec => ({
  ...field(type, help, read),
  needsSession: true,
});
const innerNumber = (help: string, protocol: number, read: Read): FieldSpec =>
  inner('number', help, inInner(protocol, read));
const tcpFlag = (help: string, mask: number): FieldSpec => inner('flag', help, inInner(tcp, bits(13, mask)));

const ethSource = field('mac', 'source address of the frame', inHeader(ethernet, view(MAC_LENGTH, MAC_LENGTH)));
const ethDestination = field('mac', 'destination address of the frame', inHeader(ethernet, view(0, MAC_LENGTH)));
const ipSource = field('address', 'source address', inHeader(ipv4, view(12, 4)));
const ipDestination = field('address', 'destination address', inHeader(ipv4, view(16, 4)));
const ipv6Source = field('address', 'source address', inHeader(ipv6, view(8, 16)));
const ipv6Destination = field('address', 'destination address', inHeader(ipv6, view(24, 16)));
const udpSource = number('source port', udp, u16(0));
const udpDestination = number('destination port', udp, u16(2));
const tcpSource = innerNumber('source port', tcp, u16(0));
const tcpDestination = innerNumber('destination port', tcp, u16(2));

/** The headers of every packet, named as Wireshark names them. TCP and ICMP are found inside SVR too. */
export const headerFields: readonly Field[] = [
  ...fieldsOf('wireshark', hasHeader(ethernet), {
    eth: flag('an Ethernet frame', ethernet, isThere),
    'eth.src': ethSource,
    'eth.dst': ethDestination,
    'eth.addr': field('mac', 'either address of the frame', both(ethSource, ethDestination)),
  }),
  ...fieldsOf('wireshark', hasHeader(vlan), {
    vlan: flag('a frame with a VLAN tag', vlan, isThere),
    'vlan.id': number('number of the VLAN', vlan, (bytes, at) => readU16(bytes, at) & 0x0fff),
  }),
  ...fieldsOf('wireshark', hasHeader(arp), {
    arp: flag('an ARP packet', arp, isThere),
    'arp.opcode': number('1 for a request, 2 for a reply', arp, u16(6)),
    'arp.src.hw_mac': field('mac', 'link address of the sender', inHeader(arp, view(8, 6))),
    'arp.src.proto_ipv4': field('address', 'address of the sender', inHeader(arp, view(14, 4))),
    'arp.dst.proto_ipv4': field('address', 'address that is asked about', inHeader(arp, view(24, 4))),
  }),
  ...fieldsOf('wireshark', hasHeader(ipv4), {
    ip: flag('an IPv4 packet', ipv4, isThere),
    'ip.src': ipSource,
    'ip.dst': ipDestination,
    'ip.addr': field('address', 'either address', both(ipSource, ipDestination)),
    'ip.proto': number('number of the protocol that is carried', ipv4, u8(9)),
    'ip.ttl': number('hops that are left', ipv4, u8(8)),
    'ip.len': number('bytes of the packet, its header included', ipv4, u16(2)),
    'ip.id': number('identification', ipv4, u16(4)),
    'ip.dsfield.dscp': number('differentiated services code point', ipv4, (bytes, at) => bytes[at + 1] >>> 2),
    'ip.flags.df': flag('must not be cut', ipv4, bits(6, 0x40)),
    'ip.flags.mf': flag('a fragment that is not the last', ipv4, bits(6, 0x20)),
    'ip.frag_offset': number(
      'place of a fragment, in bytes',
      ipv4,
      (bytes, at) => (readU16(bytes, at + 6) & 0x1fff) * 8,
    ),
  }),
  ...fieldsOf('wireshark', hasHeader(ipv6), {
    ipv6: flag('an IPv6 packet', ipv6, isThere),
    'ipv6.src': ipv6Source,
    'ipv6.dst': ipv6Destination,
    'ipv6.addr': field('address', 'either address', both(ipv6Source, ipv6Destination)),
    'ipv6.nxt': number('number of the header that follows', ipv6, u8(6)),
    'ipv6.hlim': number('hops that are left', ipv6, u8(7)),
    'ipv6.plen': number('bytes behind the header', ipv6, u16(4)),
  }),
  ...fieldsOf('wireshark', hasHeader(udp), {
    udp: flag('a UDP packet', udp, isThere),
    'udp.srcport': udpSource,
    'udp.dstport': udpDestination,
    'udp.port': field('number', 'either port', both(udpSource, udpDestination)),
    'udp.length': number('bytes of the packet, its header included', udp, u16(4)),
  }),
  ...fieldsOf('wireshark', hasInner(tcp), {
    tcp: inner('flag', 'a TCP segment, also inside SVR', inInner(tcp, isThere)),
    'tcp.srcport': tcpSource,
    'tcp.dstport': tcpDestination,
    'tcp.port': inner('number', 'either port', both(tcpSource, tcpDestination)),
    'tcp.seq_raw': innerNumber('sequence number', tcp, u32(4)),
    'tcp.ack_raw': innerNumber('acknowledgement number', tcp, u32(8)),
    'tcp.window_size_value': innerNumber('window, as it stands in the header', tcp, u16(14)),
    'tcp.len': inner('number', 'bytes of payload', (packet) => {
      const header = innerHeader(packet, tcp);
      return header && header.end - header.at - (header.bytes[header.at + 12] >>> 4) * 4;
    }),
    'tcp.flags.syn': tcpFlag('opens a connection', tcpFlags.syn),
    'tcp.flags.ack': tcpFlag('acknowledges', tcpFlags.ack),
    'tcp.flags.fin': tcpFlag('ends its direction', tcpFlags.fin),
    'tcp.flags.reset': tcpFlag('ends the connection at once', tcpFlags.rst),
    'tcp.flags.push': tcpFlag('asks to be handed on', tcpFlags.psh),
  }),
  ...fieldsOf('wireshark', hasInner(ipProtocols.icmp), {
    icmp: inner('flag', 'an ICMP message, also inside SVR', inInner(ipProtocols.icmp, isThere)),
    'icmp.type': innerNumber('type', ipProtocols.icmp, u8(0)),
    'icmp.code': innerNumber('code', ipProtocols.icmp, u8(1)),
    'icmp.ident': innerNumber('identifier of an echo', ipProtocols.icmp, u16(4)),
    'icmp.seq': innerNumber('number of an echo', ipProtocols.icmp, u16(6)),
  }),
  ...fieldsOf('wireshark', hasInner(ipProtocols.icmpv6), {
    icmpv6: inner('flag', 'an ICMPv6 message, also inside SVR', inInner(ipProtocols.icmpv6, isThere)),
    'icmpv6.type': innerNumber('type', ipProtocols.icmpv6, u8(0)),
    'icmpv6.code': innerNumber('code', ipProtocols.icmpv6, u8(1)),
    'icmpv6.echo.identifier': innerNumber('identifier of an echo', ipProtocols.icmpv6, u16(4)),
    'icmpv6.echo.sequence_number': innerNumber('number of an echo', ipProtocols.icmpv6, u16(6)),
  }),
];
