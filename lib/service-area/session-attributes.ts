import {
  KEY_WORDS,
  keyDestination,
  keyDestinationPort,
  keyProtocol,
  keySource,
  keySourcePort,
} from '../highway/flow-key.ts';
import { flowFlags } from '../highway/flow-table.ts';
import type { Attributes } from '../metadata/attributes.ts';
import type { Context } from '../metadata/layout.ts';
import type { ServiceAreaParts } from './parts.ts';

/** The endpoints of a session as its client sees them: source is the client, destination the service. */
export function sessionContext({ flows, sessions }: ServiceAreaParts, session: number): Context {
  const transit = sessions.transitContext(session);
  if (transit) return transit;
  const forward = session * 2;
  // The end that faces a host shows them: the forward flow's key, or what the reverse flow's packets answer.
  const isIngress = flows.path[forward + 1] === 0;
  const at = (isIngress ? forward : forward + 1) * KEY_WORDS;
  const source = keySource(flows.keys, at);
  const destination = keyDestination(flows.keys, at);
  const sourcePort = keySourcePort(flows.keys, at);
  const destinationPort = keyDestinationPort(flows.keys, at);
  const protocol = keyProtocol(flows.keys, at);
  return isIngress
    ? { source, destination, sourcePort, destinationPort, protocol }
    : { source: destination, destination: source, sourcePort: destinationPort, destinationPort: sourcePort, protocol };
}

export const mirrored = (context: Context): Context => ({
  source: context.destination,
  destination: context.source,
  sourcePort: context.destinationPort,
  destinationPort: context.sourcePort,
  protocol: context.protocol,
});

/**
 * The metadata of a session that leaves by `flow` (SVR sheet, section 2.3). Both directions name all that the far end
 * needs to set the session up anew, since either side may be the one that has lost it (emulator choice for the reverse).
 * A sequence number of modification, TLV 28, marks metadata that was turned on again (emulator choice).
 */
export function sessionAttributes(parts: ServiceAreaParts, flow: number, isTcpSyn: boolean): Attributes {
  const { flows, sessions, services, captures } = parts;
  const session = flow >> 1;
  const isReverse = (flow & 1) === 1;
  const context = sessionContext(parts, session);
  const sessionCapture = captures().askedOfNext(session);
  const common: Attributes = {
    sessionUuid: sessions.uuid(session),
    tenant: sessions.tenant(session),
    service: services.list[sessions.service[session]].name,
    sourceRouter: sessions.sourceRouter(session),
    ...((flows.flags[flow] & flowFlags.encrypted) !== 0 && { sessionPayloadEncrypted: true as const }),
    ...(sessionCapture !== undefined && { sessionCapture }),
    ...(isTcpSyn && { tcpSyn: true as const }),
    ...(sessions.renewals[session] > 0 && {
      modifyRequest: { flagF: false, flagD: false, sequence: sessions.renewals[session] & 0xfff },
    }),
  };
  if (isReverse) {
    const reverse = mirrored(context);
    const entry = services.list[sessions.service[session]];
    // Only the router where the session ends knows how busy the service is (SVR sheet, section 2.3).
    const isEgress = flows.path[flow ^ 1] === 0;
    const load = isEgress && entry.isCounted ? { sessionsInService: sessions.countOfService[entry.index] } : {};
    return context.source.length === 4
      ? { ...common, ...load, reverseContextIpv4: reverse, disableForwardMetadata: true }
      : { ...common, ...load, reverseContextIpv6: reverse, disableForwardMetadata: true };
  }
  return context.source.length === 4
    ? { ...common, forwardContextIpv4: context }
    : { ...common, forwardContextIpv6: context };
}
