import { cipherKinds } from '../../crypto.ts';
import type { Authority, PortRange, Security, Transport } from '../types.ts';
import type { Fault } from './fault.ts';

export function checkServices(authority: Authority, fault: Fault): void {
  for (const service of authority.services) {
    if (service.addresses.length === 0) fault(service, undefined, `service '${service.name}' needs an address`);
    for (const transport of service.transports) checkTransport(transport, fault);
  }
  for (const { transports } of authority.sessionTypes) {
    for (const transport of transports) checkTransport(transport, fault);
  }
}

function checkTransport({ protocol, portRanges }: Transport, fault: Fault): void {
  checkPortRanges(portRanges, fault);
  if (protocol === 'icmp' && portRanges.length > 0) fault(portRanges[0], undefined, 'icmp has no ports');
}

export function checkPortRanges(portRanges: readonly PortRange[], fault: Fault): void {
  for (const range of portRanges) {
    if (range.endPort !== undefined && range.endPort < range.startPort) {
      fault(range, 'end-port', `end-port ${range.endPort} is before start-port ${range.startPort}`);
    }
  }
}

/** A policy without the key that it needs would protect nothing (SVR sheet, section 4.4). */
export function checkSecurity(security: Security, fault: Fault): void {
  const { name, encrypt, encryptionCipher, encryptionKey, hmacMode, hmacKey, emulator } = security;
  const { keyLength } = cipherKinds[encryptionCipher];
  const digits = keyLength * 2;
  if (encrypt && encryptionKey?.length !== keyLength) {
    const message = `security '${name}' needs an encryption-key of ${digits} digits for ${encryptionCipher}`;
    fault(security, 'encryption-key', message, "or 'encrypt false'");
  }
  for (const key of emulator.keys) {
    if (key.encryptionKey.length !== keyLength)
      fault(key, 'encryption-key', `key ${key.securityId} needs ${digits} digits for ${encryptionCipher}`);
    if (key.securityId === emulator.securityId)
      fault(key, 'security-id', `security-id ${key.securityId} is the one of the encryption-key above`);
  }
  if (hmacMode !== 'disabled' && !hmacKey) {
    fault(security, 'hmac-mode', `security '${name}' needs an hmac-key`, "or 'hmac-mode disabled'");
  }
}
