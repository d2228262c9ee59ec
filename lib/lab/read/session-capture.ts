import { parsePrefix } from '../../address.ts';
import type { SessionCaptureRequest } from '../../service-area/session-captures.ts';
import type { Fields } from './document.ts';
import { oneOf, port, wholeNumber, yesOrNo, type Form } from './forms.ts';

/** What the step `session-capture` says beside the service: where, and which sessions, and how much of them. */
export const sessionCaptureFields = [
  'node',
  'source-ip',
  'source-port',
  'destination-ip',
  'destination-port',
  'protocol',
  'session-count',
  'packet-count',
  'local-only',
] as const;

const count = wholeNumber(1, 0xffff_ffff);
const protocol = oneOf('tcp, udp or icmp', ['tcp', 'udp', 'icmp']);

export const prefix: Form<string> = {
  neutral: '',
  describes: 'an address, or a prefix such as 10.1.0.0/16',
  read: (text) => (parsePrefix(text) ? text : undefined),
};

export const readSessionCapture = (fields: Fields): Omit<SessionCaptureRequest, 'service'> => ({
  sourceIp: fields.get('source-ip')?.read(prefix),
  sourcePort: fields.get('source-port')?.read(port),
  destinationIp: fields.get('destination-ip')?.read(prefix),
  destinationPort: fields.get('destination-port')?.read(port),
  protocol: fields.get('protocol')?.read(protocol),
  sessionCount: fields.get('session-count')?.read(count),
  packetCount: fields.get('packet-count')?.read(count),
  localOnly: fields.get('local-only')?.read(yesOrNo),
});
