import { svr } from '../../proto/svr/v1/state.ts';
import type { svr as Proto } from '../../proto/svr/v1/state-types.d.ts';
import type { Family, IpAddress } from '../address.ts';
import { sameAddress } from '../address.ts';
import {
  KEY_WORDS,
  keyDestination,
  keyDestinationPort,
  keyNetworkInterface,
  keyProtocol,
  keySource,
  keySourcePort,
  sameKey,
  setKeyAddresses,
  setKeyHead,
} from '../highway/flow-key.ts';
import type { PeerPath } from '../highway/peer-path.ts';
import type { Context } from '../metadata/layout.ts';
import type { Instant } from '../time.ts';
import type { ServiceAreaParts } from './parts.ts';
import type { SessionSeed } from './session-table.ts';
import type { SessionSide } from './sessions.ts';

/** What one node of a router knows of a session, for the other to go on with it. */
export interface SessionRecord {
  readonly seed: SessionSeed;
  readonly from: RecordedSide;
  readonly to: RecordedSide;
  readonly tcpState: number;
  readonly timeoutMs: number;
  readonly createdAt: Instant;
  readonly renewals: number;
}

export interface RecordedSide extends SessionSide {
  /** The number that the next sealed packet to this side has. */
  readonly nextSequence: number;
  /** The highest number that has come from there; undefined if none has. */
  readonly receivedSequence: number | undefined;
}

export type RecordFault =
  'not-protobuf' | 'incomplete' | 'out-of-range' | 'unknown-name' | 'unknown-interface' | 'unknown-path';

const { SessionState } = svr.v1;

/** The state of a session in protobuf; undefined if it uses an interface that only this node has. */
export function encodeSession(parts: ServiceAreaParts, session: number): Uint8Array | undefined {
  const { sessions, services } = parts;
  const from = sideState(parts, session * 2);
  const to = sideState(parts, session * 2 + 1);
  if (!from || !to) return undefined;
  const transit = sessions.transitContext(session);
  return SessionState.encode({
    uuid: sessions.uuid(session),
    service: services.list[sessions.service[session]].name,
    tenant: sessions.tenant(session),
    sourceRouter: sessions.sourceRouter(session),
    from,
    to,
    ...(transit && { transitContext: transit }),
    tcpState: sessions.tcpState[session],
    timeoutMs: sessions.timeoutMs[session],
    createdAt: sessions.createdAt[session],
    renewals: sessions.renewals[session],
  }).finish();
}

/** The side that the packets of `flow` come from. */
function sideState(parts: ServiceAreaParts, flow: number): Proto.v1.ISideState | undefined {
  const { flows, interfaces, neighbors, paths } = parts;
  const at = flow * KEY_WORDS;
  const { globalId, vlan } = interfaces.list[keyNetworkInterface(flows.keys, at)];
  if (globalId === undefined) return undefined;
  const back = flow ^ 1;
  const path = flows.path[back] === 0 ? undefined : paths[flows.path[back] - 1];
  const receivedSequence = parts.highway().sealing.highestSequence(flow);
  return {
    globalInterfaceId: globalId,
    vlan,
    source: keySource(flows.keys, at),
    destination: keyDestination(flows.keys, at),
    sourcePort: keySourcePort(flows.keys, at),
    destinationPort: keyDestinationPort(flows.keys, at),
    protocol: keyProtocol(flows.keys, at),
    nextHop: neighbors.addressOf(flows.neighbor[back]).bytes,
    nextSequence: flows.sequence[back],
    ...(path && { path: { peer: path.peer, local: path.local.bytes, remote: path.remote.bytes } }),
    ...(receivedSequence !== undefined && { receivedSequence }),
  };
}

/** Reads the state of a session, against this node's own configuration. Never throws. */
export function decodeSession(parts: ServiceAreaParts, bytes: Uint8Array): SessionRecord | RecordFault {
  let state: Proto.v1.SessionState;
  try {
    state = SessionState.decode(bytes);
  } catch {
    return 'not-protobuf';
  }
  const { uuid, service, tenant, sourceRouter, tcpState, timeoutMs, createdAt, renewals } = state;
  if (!state.from || !state.to || uuid.length !== 16) return 'incomplete';
  const entry = parts.services.byName(service);
  const { tenants, routers } = parts.authority;
  const isKnownRouter = sourceRouter === '' || routers.some(({ name }) => name === sourceRouter);
  if (!entry || !tenants.some(({ name }) => name === tenant) || !isKnownRouter) return 'unknown-name';
  const isInRange = tcpState <= 0xff && renewals <= 0xffff && isTime(timeoutMs) && isTime(createdAt);
  const transitContext = readContext(state.transitContext);
  if (!isInRange || transitContext === 'out-of-range') return 'out-of-range';
  const from = readSide(parts, state.from);
  if (typeof from === 'string') return from;
  const to = readSide(parts, state.to);
  if (typeof to === 'string') return to;
  if (sameKey(from.key, 0, to.key, 0)) return 'out-of-range';
  return {
    seed: {
      uuid: uuid.slice(),
      service: entry.index,
      tenant,
      sourceRouter,
      ...(transitContext && { transit: transitContext }),
    },
    from,
    to,
    tcpState,
    timeoutMs,
    createdAt: createdAt as Instant,
    renewals,
  };
}

/** Microseconds since 1970, or milliseconds of a timeout: no number that arithmetic stumbles over. */
const isTime = (value: number): boolean => value >= 0 && value <= Number.MAX_SAFE_INTEGER;

function readSide(parts: ServiceAreaParts, state: Proto.v1.ISideState): RecordedSide | RecordFault {
  const { globalInterfaceId, vlan, nextHop, path: pathState, nextSequence, receivedSequence } = state;
  const context = readContext(state);
  if (context === undefined || context === 'out-of-range') return 'out-of-range';
  const entry = parts.interfaces.list.find(
    (candidate) =>
      candidate.globalId !== undefined && candidate.globalId === globalInterfaceId && candidate.vlan === vlan,
  );
  if (!entry) return 'unknown-interface';
  const next = addressOf(nextHop);
  if (!next || next.bytes.length !== context.source.length) return 'out-of-range';
  const path = pathState ? findPath(parts.paths, pathState, entry.index) : undefined;
  if (pathState && !path) return 'unknown-path';
  const key = new Uint32Array(KEY_WORDS);
  setKeyHead(key, entry.index, next.family, context.protocol, context.sourcePort, context.destinationPort);
  setKeyAddresses(key, context.source, context.destination);
  return {
    key,
    networkInterface: entry.index,
    nextHop: next,
    path,
    nextSequence: nextSequence ?? 0,
    receivedSequence: receivedSequence ?? undefined,
  };
}

function findPath(
  paths: readonly PeerPath[],
  state: Proto.v1.IPathState,
  networkInterface: number,
): PeerPath | undefined {
  const local = addressOf(state.local);
  const remote = addressOf(state.remote);
  if (!local || !remote) return undefined;
  return paths.find(
    (path) =>
      path.peer === state.peer &&
      path.networkInterface === networkInterface &&
      sameAddress(path.local, local) &&
      sameAddress(path.remote, remote),
  );
}

function addressOf(bytes: Uint8Array | null | undefined): IpAddress | undefined {
  if (bytes?.length !== 4 && bytes?.length !== 16) return undefined;
  const family: Family = bytes.length === 4 ? 4 : 6;
  return { family, bytes: bytes.slice() };
}

function readContext(state: Proto.v1.IContextState | null | undefined): Context | 'out-of-range' | undefined {
  if (!state) return undefined;
  const source = addressOf(state.source);
  const destination = addressOf(state.destination);
  const { sourcePort, destinationPort, protocol } = state;
  const isInRange = (sourcePort ?? 0) <= 0xffff && (destinationPort ?? 0) <= 0xffff && (protocol ?? 0) <= 0xff;
  if (!source || !destination || source.family !== destination.family || !isInRange) return 'out-of-range';
  return {
    source: source.bytes,
    destination: destination.bytes,
    sourcePort: sourcePort ?? 0,
    destinationPort: destinationPort ?? 0,
    protocol: protocol ?? 0,
  };
}
