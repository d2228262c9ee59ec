import { readU32 } from '../../wire/bytes.ts';
import { bfdDiagnostics, bfdStates } from '../../peering/bfd/control-packet.ts';
import type { BfdMetadata } from '../../peering/svr-bfd/metadata.ts';
import type { Dissection } from '../dissection.ts';
import { fieldsOf, type Field, type FieldSpec, type FieldType, type FieldValue, type FieldValues } from './field.ts';

const CONTROL_PACKET_LENGTH = 24;

const inPacket =
  (read: (bytes: Uint8Array, at: number) => FieldValue | undefined) =>
  (packet: Dissection): FieldValue | undefined => {
    const at = packet.bfdAt;
    const isWhole = at >= 0 && packet.layers.payloadEnd - at >= CONTROL_PACKET_LENGTH;
    return isWhole ? read(packet.layers.bytes, at) : undefined;
  };

const u8 = (help: string, offset: number, mask = 0xff): FieldSpec => ({
  type: 'number',
  help,
  read: inPacket((bytes, at) => bytes[at + offset] & mask),
});
const u32 = (help: string, offset: number): FieldSpec => ({
  type: 'number',
  help,
  read: inPacket((bytes, at) => readU32(bytes, at + offset)),
});
const flag = (help: string, mask: number): FieldSpec => ({
  type: 'flag',
  help,
  read: inPacket((bytes, at) => (bytes[at + 1] & mask) !== 0),
});

const codesOf = (words: readonly string[]): Readonly<Record<string, number>> =>
  Object.fromEntries(words.map((word, code) => [word, code]));

/** BFD control packets, plain ones and those of SVR, named as Wireshark names them (RFC 5880, section 4.1). */
export const bfdFields: Field[] = fieldsOf('wireshark', ({ bfdAt }) => bfdAt >= 0, {
  bfd: { type: 'flag', help: 'a BFD control packet, plain or of SVR', read: ({ bfdAt }) => bfdAt >= 0 || undefined },
  'bfd.version': { type: 'number', help: 'version', read: inPacket((bytes, at) => bytes[at] >>> 5) },
  'bfd.diag': {
    type: 'enum',
    codes: codesOf(bfdDiagnostics),
    help: 'why the session last changed its state',
    read: inPacket((bytes, at) => bfdDiagnostics[bytes[at] & 0x1f] ?? bytes[at] & 0x1f),
  },
  'bfd.sta': {
    type: 'enum',
    codes: codesOf(bfdStates),
    help: 'state of the session, as the sender has it',
    read: inPacket((bytes, at) => bfdStates[bytes[at + 1] >>> 6]),
  },
  'bfd.flags.p': flag('poll: asks for an answer', 0x20),
  'bfd.flags.f': flag('final: answers a poll', 0x10),
  'bfd.flags.c': flag('does not share the fate of the control plane', 0x08),
  'bfd.flags.a': flag('an authentication section follows', 0x04),
  'bfd.flags.d': flag('demand mode', 0x02),
  'bfd.flags.m': flag('multipoint', 0x01),
  'bfd.detect_time_multiplier': u8('intervals without a packet before the session is down', 2),
  'bfd.message_length': u8('bytes of the control packet', 3),
  'bfd.my_discriminator': u32("the sender's number of the session", 4),
  'bfd.your_discriminator': u32("the receiver's number of the session, as the sender knows it", 8),
  'bfd.desired_min_tx_interval': u32('least interval at which the sender would like to send, in microseconds', 12),
  'bfd.required_min_rx_interval': u32('least interval at which the sender can receive, in microseconds', 16),
  'bfd.required_min_echo_interval': u32('the same for echo packets, in microseconds', 20),
});

const told = (
  type: FieldType,
  help: string,
  read: (metadata: BfdMetadata) => FieldValues,
  codes?: Readonly<Record<string, number>>,
): FieldSpec => ({
  type,
  help,
  ...(codes && { codes }),
  read: (packet) => {
    const { bfdMetadata } = packet;
    return bfdMetadata && read(bfdMetadata);
  },
});

/** What SVR adds to BFD. */
export const svrBfdFields: Field[] = fieldsOf('svr', ({ bfdMetadata }) => bfdMetadata !== undefined, {
  'svr.bfd.router': told('text', 'router that sends', ({ router }) => router),
  'svr.bfd.node': told('text', 'node that sends', ({ node }) => node),
  'svr.bfd.path_id': told('text', "the sender's name for the path", ({ pathId }) => pathId),
  'svr.bfd.source': told('address', 'address that the sender believes it sends from', ({ source }) => source.address),
  'svr.bfd.source_port': told('number', 'port that it believes it sends from', ({ source }) => source.port),
  'svr.bfd.observed': told(
    'address',
    "address that the sender sees the receiver's packets come from",
    ({ observed }) => observed?.address,
  ),
  'svr.bfd.observed_port': told('number', 'port that it sees them come from', ({ observed }) => observed?.port),
  'svr.bfd.key_index': told('number', 'key that the sender encrypts metadata with', ({ keyIndex }) => keyIndex),
  'svr.bfd.boot_counter': told('number', "starts of the sender's node", ({ bootCounter }) => bootCounter),
  'svr.bfd.failover_counter': told(
    'number',
    'times that another node of the router took over',
    ({ failoverCounter }) => failoverCounter,
  ),
  'svr.bfd.load': told('text', 'service=sessions, for each service whose load is told', ({ serviceLoads }) =>
    serviceLoads.length === 0 ? undefined : serviceLoads.map(({ service, sessions }) => `${service}=${sessions}`),
  ),
  'svr.bfd.echo': told('enum', 'a packet of a link test', ({ echo }) => echo?.kind, { request: 1, reply: 2 }),
  'svr.bfd.echo.burst': told('number', 'number of the burst', ({ echo }) => echo?.burst),
  'svr.bfd.echo.index': told('number', 'place in the burst, from 0', ({ echo }) => echo?.index),
  'svr.bfd.live_loss': told(
    'number',
    'percent of the live traffic from the sender to the receiver that gets lost',
    ({ liveLoss }) => liveLoss,
  ),
  'svr.bfd.mtu_probe': told('enum', 'asks how long packets may be', ({ mtuProbe }) => mtuProbe?.kind, {
    request: 1,
    reply: 2,
  }),
  'svr.bfd.mtu_probe.number': told('number', 'number of the probe', ({ mtuProbe }) => mtuProbe?.number),
  'svr.bfd.mtu_probe.size': told('number', 'length that it tries, in bytes', ({ mtuProbe }) => mtuProbe?.size),
});
