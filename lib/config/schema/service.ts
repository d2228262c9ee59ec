import type { CipherKind, HmacCipher } from '../../crypto.ts';
import { milliseconds, seconds } from '../../time.ts';
import { description, name, portRange } from './common.ts';
import { container, list } from './element.ts';
import {
  boolean,
  decimal,
  duration,
  enumeration,
  hex,
  integer,
  ipPrefix,
  leafList,
  priority,
  reference,
} from './leaf.ts';

const transport = list('Protocols and ports; without any, every protocol', ['protocol'], {
  protocol: enumeration(['tcp', 'udp', 'icmp'], { required: true, help: 'Transport protocol' }),
  'port-range': portRange(0),
});

export const tenant = list('Those who may be given access to services', ['name'], {
  name: name('the tenant'),
  description,
});

const hmacCiphers = ['sha256-128', 'sha1', 'sha256', 'sha384', 'sha512'] as const satisfies readonly HmacCipher[];

const encryptionCiphers = [
  'aes-cbc-128',
  'aes-cbc-256',
  'aes-gcm-128',
  'aes-gcm-256',
] as const satisfies readonly CipherKind[];

/** SVR sheet, section 4.4. */
export const security = list('Policies for encryption and authentication between routers', ['name'], {
  name: name('the security policy'),
  description,
  encrypt: boolean({ default: true, help: 'Whether what is sent under this policy is encrypted' }),
  'encryption-cipher': enumeration(encryptionCiphers, {
    default: 'aes-cbc-128',
    help: 'Cipher and key length',
  }),
  'encryption-key': hex([32, 64], { help: 'Key; 32 digits for a 128-bit cipher, 64 for a 256-bit one' }),
  'encryption-iv': hex([32], {
    help: 'Initialization vector of SSR; not used here, as each packet has one of its own',
  }),
  'hmac-cipher': enumeration(hmacCiphers, { default: 'sha256-128', help: 'Digest of the HMAC at the end of a packet' }),
  'hmac-mode': enumeration(['time-based', 'regular', 'disabled'], {
    default: 'time-based',
    help: 'Whether packets carry an HMAC, and whether the time goes into it to stop replay',
  }),
  'hmac-key': hex([8, 16, 32, 40, 64], { help: 'Key of the HMAC' }),
  emulator: container('Choices of the emulator', {
    'security-id': integer(1, 4_294_967_295, {
      default: 1,
      help: 'Version of the encryption-key above, which metadata names',
    }),
    key: list('Further keys that are understood, and that a rotation may turn to', ['security-id'], {
      'security-id': integer(1, 4_294_967_295, { required: true, help: 'Version of this key' }),
      'encryption-key': hex([32, 64], { required: true, help: 'The key, of the length that the cipher needs' }),
    }),
  }),
});

/** SVR sheet, section 4.3. Protocols that no session-type covers have timers of their own: see session-timers.ts. */
export const sessionType = list('Timers for sessions of a kind', ['name'], {
  name: name('the session type'),
  description,
  timeout: duration('ms', 1, 4_294_967_295, {
    default: milliseconds(180_000),
    help: 'Silence in both directions after which an established session is removed',
  }),
  'initial-timeout': duration('ms', 1, 4_294_967_295, {
    default: milliseconds(10_000),
    help: 'Silence after which a TCP session that was never established is removed',
  }),
  'nat-keep-alive': boolean({
    default: false,
    help: 'Whether keep-alives are sent while the session is idle, so that no NAT or firewall between routers forgets it',
  }),
  transport,
});

export const service = list('What traffic may want to reach', ['name'], {
  name: name('the service'),
  description,
  enabled: boolean({ default: true, help: 'Whether traffic is taken for this service at all' }),
  scope: enumeration(['private', 'public'], {
    default: 'private',
    help: 'Whether the service may be shown to other authorities',
  }),
  address: leafList(ipPrefix({ help: 'Destinations that belong to the service' })),
  transport,
  'access-policy': list('Who may use the service', ['source'], {
    source: reference('tenant', { required: true, help: 'The tenant' }),
    permission: enumeration(['allow', 'deny'], { default: 'allow', help: 'Whether that tenant may use the service' }),
  }),
  'service-policy': reference('service-policy', { help: 'How paths are chosen for the service' }),
  security: reference('security', { help: 'Protection of the payload, end to end' }),
  'session-type': reference('session-type', { help: 'Timers of the sessions; without it, by protocol and port' }),
});

/** SVR sheet, section 8.1. */
export const serviceRoutePolicy = list('How many sessions a service-route takes', ['name'], {
  name: name('the service-route policy'),
  description,
  'max-sessions': integer(0, 999_999_999_999, {
    help: 'Sessions of the service that the route takes; no limit if absent',
  }),
  'session-high-water-mark': integer(0, 100, {
    default: 95,
    units: 'percent',
    help: 'Part of max-sessions from which on other routes are asked first',
  }),
  'session-low-water-mark': integer(0, 100, {
    default: 90,
    units: 'percent',
    help: 'Part of max-sessions down to which that stays so',
  }),
});

/** SVR sheet, section 4.6. */
export const servicePolicy = list('How paths are chosen for services', ['name'], {
  name: name('the service policy'),
  description,
  'session-resiliency': enumeration(
    [
      'none',
      'failover',
      'revertible-failover',
      'packet-duplication',
      'packet-retransmission',
      'packet-retransmission-with-dpi',
    ],
    { default: 'none', help: 'What happens to a session whose path fails' },
  ),
  'packet-resiliency': enumeration(['none', 'packet-retransmission', 'forward-error-correction'], {
    default: 'none',
    help: 'What is done about lost packets',
  }),
  'lb-strategy': enumeration(['hunt', 'proportional'], { default: 'hunt', help: 'How sessions are spread over paths' }),
  'best-path-criteria': enumeration(['vector', 'average-latency', 'mos'], {
    default: 'vector',
    help: 'What makes one path better than another',
  }),
  'max-loss': decimal(0, 100, { default: 0.5, units: 'percent', help: 'Loss above which a path misses its objective' }),
  'max-latency': duration('ms', 0, 4_294_967_295, {
    default: milliseconds(250),
    help: 'Latency above which a path misses its objective',
  }),
  'max-jitter': duration('ms', 0, 4_294_967_295, {
    default: milliseconds(100),
    help: 'Jitter above which a path misses its objective',
  }),
  'min-mos': decimal(1, 5, {
    help: 'Mean opinion score below which a path misses its objective; not looked at if absent',
  }),
  'path-quality-filter': boolean({ default: false, help: 'Whether paths that miss an objective are left out' }),
  'peer-path-resiliency': boolean({ default: false, help: 'Whether sessions may move between peers' }),
  'prefer-established-session': boolean({ default: true, help: 'Whether established sessions go before new ones' }),
  'best-effort': boolean({ default: true, help: 'Whether a path that misses its objectives is better than none' }),
  'transport-state-enforcement': enumeration(['reset', 'allow', 'block'], {
    default: 'reset',
    help: 'What is done to TCP packets that belong to no known connection',
  }),
  'reverse-gateway-change-detection': boolean({
    default: false,
    help: 'Whether reverse traffic follows a new gateway',
  }),
  vector: list('Preference among named vectors', ['name'], {
    name: name('the vector'),
    priority: priority({ required: true, help: 'Place in the order; the lowest number goes first' }),
  }),
});

export const sessionRecoveryDetection = container('How a router notices that its peer has lost a session', {
  mode: enumeration(['packet-based', 'inactivity-based'], {
    default: 'packet-based',
    help: 'Whether any packet for a lost flow is answered, or only one that carries a session-health-check',
  }),
  'inactivity-timeout': duration('s', 1, 30, {
    default: seconds(5),
    help: 'Silence of a flow after which a session-health-check is sent with the next packet of the opposite one',
  }),
});
