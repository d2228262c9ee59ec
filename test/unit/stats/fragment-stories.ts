import type { Fragment } from '../../../lib/metadata/layout.ts';
import type { CounterName } from '../../../lib/stats/counters.ts';
import { seconds } from '../../../lib/time.ts';
import { ipv4Fragments, withIpv4Header } from '../../support/ip-fragments.ts';
import { ethernetFrame, icmpPacket, ipFrame, joined, tcpPacket, udpPacket } from '../../support/packets.ts';
import { macs, twoRouters, type Lab, type LabOptions, type RouterNode } from '../../support/two-routers.ts';

/** Routers with a usual MTU between them, and a session. */
function narrow(options: LabOptions = {}): Lab {
  const lab = twoRouters({ ...options, edit: (text) => text.replaceAll('mtu 9000', 'mtu 1500') });
  lab.establish();
  return lab;
}

/** A question that is 24 bytes too long for what seals it. */
function longQuestion(): Lab {
  const lab = narrow({ hmac: {} });
  lab.client.ask(new Uint8Array(1_472));
  lab.runFor(seconds(1));
  return lab;
}

const attribute: Fragment = {
  extendedId: 1,
  originalId: 0,
  dontFragment: false,
  moreFragments: true,
  offset: 0,
  largestSeen: 0,
};

/** The hub gets fragments that no router made, of 8 bytes each. */
function forged(fragments: readonly Partial<Fragment>[], options: LabOptions = {}, length = 8): RouterNode {
  const lab = narrow(options);
  lab.client.ask('like');
  lab.settle();
  const [like] = lab.wan.sentBy('spoke');
  for (const fragment of fragments)
    lab.wan.forgeMetadata(like, { fragment: { ...attribute, ...fragment } }, 'x'.repeat(length));
  lab.runFor(seconds(3));
  return lab.hub;
}

const datagram = (id = 0): Uint8Array[] => {
  const packet = udpPacket(['10.1.0.10', 40_000], ['10.2.0.10', 7_000], new Uint8Array(24), { fragmentWord: 0 });
  packet[5] = id;
  return ipv4Fragments(packet, 16);
};

/** The spoke gets IP fragments from the client. */
function fragments(packets: readonly Uint8Array[], options: LabOptions = {}): Lab {
  const lab = narrow(options);
  for (const packet of packets) lab.client.sendFrame(ipFrame(macs.spokeLan, macs.client, packet));
  lab.runFor(seconds(3));
  return lab;
}

/** The server's host tells the client of its question. */
function refused(quoted = datagramOf()): Lab {
  const lab = narrow();
  lab.server.sendIp(icmpPacket('10.2.0.10', '10.1.0.10', [3, 3], 0, quoted));
  lab.settle();
  return lab;
}

const datagramOf = (port = 40_000): Uint8Array =>
  udpPacket(['10.1.0.10', port], ['10.2.0.10', 7_000], new Uint8Array(8));

/** A router between spoke and hub tells of a SYN, but quotes too little of it. */
function unreadable(): Lab {
  const lab = narrow();
  lab.client.segment(5_000, ['10.2.0.10', 80], 0x02);
  lab.settle();
  const [{ frame }] = lab.wan.sentBy('spoke');
  const error = icmpPacket('172.16.0.99', '172.16.0.1', [11, 0], 0, frame.slice(14, 14 + 28));
  lab.wan.deliver('spoke', ipFrame(macs.spokeWan, macs.hubWan, error));
  lab.settle();
  return lab;
}

export const fragmentStories: Partial<Record<CounterName, () => readonly [RouterNode, number?]>> = {
  fabricFragmented: () => [longQuestion().spoke],
  fabricFragmentsSent: () => [longQuestion().spoke, 2],
  fabricFragmentsReceived: () => [longQuestion().hub, 2],
  fabricReassembled: () => [longQuestion().hub],
  fabricFragmentsDuplicate: () => [forged([{}, {}])],
  fabricFragmentsMalformed: () => [forged([{}], {}, 7)],
  fabricReassemblyRefused: () => [forged([{}, { originalId: 1 }])],
  fabricReassemblyTimedOut: () => [forged([{}])],
  fabricReassemblyEvicted: () => [forged([{}, { extendedId: 2 }], { emulator: { 'reassembly-packets': '1' } })],
  mssClamped: () => {
    const lab = narrow();
    const syn = tcpPacket(['10.1.0.10', 40_000], ['10.2.0.10', 80], 0x02);
    // Four bytes of options: the maximum segment size, 65,535 bytes.
    const packet = joined(syn, Uint8Array.of(2, 4, 0xff, 0xff));
    packet[32] = 0x60;
    lab.client.sendIp(withIpv4Header(packet.slice(0, 20), packet.slice(20), 0));
    lab.settle();
    return [lab.spoke];
  },
  ipFragmented: () => [fragments(datagram()).hub],
  ipFragmentsSent: () => [fragments(datagram()).hub, 2],
  ipFragmentsReceived: () => [fragments(datagram()).spoke, 2],
  ipReassembled: () => [fragments(datagram()).spoke],
  ipFragmentsDuplicate: () => [fragments([datagram()[0], datagram()[0]]).spoke],
  ipFragmentsMalformed: () => {
    const lab = narrow();
    lab.client.ask('?', { fragmentWord: 0x2000 });
    lab.settle();
    return [lab.spoke];
  },
  ipReassemblyRefused: () => [fragments([datagram()[0], changed(datagram()[0])]).spoke],
  ipReassemblyTimedOut: () => [fragments([datagram()[0]]).spoke],
  ipReassemblyEvicted: () => [
    fragments([datagram(1)[0], datagram(2)[0]], { emulator: { 'reassembly-packets': '1' } }).spoke,
  ],
  icmpErrorCarried: () => [refused().hub],
  icmpErrorReceived: () => [refused().spoke],
  icmpErrorDelivered: () => [refused().spoke],
  icmpErrorNoSession: () => [refused(datagramOf(40_001)).hub],
  icmpErrorUnreadable: () => [unreadable().spoke],
  fragments: () => {
    const lab = narrow();
    lab.client.sendFrame(ethernetFrame(new Uint8Array(6).fill(0xff), macs.client, 0x0800, datagram()[0]));
    lab.settle();
    return [lab.spoke];
  },
};

function changed(packet: Uint8Array): Uint8Array {
  const other = packet.slice();
  other[other.length - 1] ^= 1;
  return other;
}
