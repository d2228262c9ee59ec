import { everyPacket, fieldsOf, type Field } from './field.ts';
import { dropReason } from '../comments.ts';

/** When and where a packet was taken, named as Wireshark names it. */
export const frameFields: Field[] = fieldsOf('wireshark', everyPacket, {
  'frame.number': { type: 'number', help: 'place in all that is read, from 1', read: ({ number }) => number },
  'frame.time_epoch': {
    type: 'time',
    help: 'when it was taken, in seconds since 1970',
    read: ({ frame }) => frame.seconds + frame.nanoseconds / 1e9,
  },
  'frame.time_relative': {
    type: 'time',
    help: 'the same since the first packet that was read',
    read: (packet) => packet.secondsSinceFirst,
  },
  'frame.len': { type: 'number', help: 'bytes on the wire', read: ({ frame }) => frame.originalLength },
  'frame.cap_len': { type: 'number', help: 'bytes that were captured', read: ({ frame }) => frame.end - frame.start },
  'frame.interface_name': {
    type: 'text',
    help: 'where it was taken; node:port in the captures of a lab',
    read: ({ frame }) => frame.at.name,
  },
  'frame.packet_id': {
    type: 'number',
    help: 'follows a packet from hop to hop',
    read: ({ frame }) => (frame.id === 0 ? undefined : frame.id),
  },
  'frame.comment': {
    type: 'text',
    help: 'what the capture says of it: what was added, why it was dropped',
    read: ({ frame }) => frame.comments(),
  },
});

/** The same in the words of a lab, and what only its captures tell. */
export const labFields: Field[] = fieldsOf('svrlab', everyPacket, {
  'lab.node': { type: 'text', help: 'node that it was taken at', read: ({ frame }) => frame.at.node || undefined },
  'lab.port': { type: 'text', help: 'port of that node', read: ({ frame }) => frame.at.port || undefined },
  'lab.direction': {
    type: 'enum',
    codes: { in: 1, out: 2 },
    help: 'whether it came to the port or left it',
    read: ({ frame }) => frame.direction,
  },
  'lab.link': {
    type: 'text',
    help: 'link that the port is on, if the scenario is given',
    read: (packet) => packet.link,
  },
  'lab.drop': {
    type: 'text',
    help: 'why it went no further: what a router or a link gave as reason',
    read: ({ frame }) => dropReason(frame.comments()),
  },
});
