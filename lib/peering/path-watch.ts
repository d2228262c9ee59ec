import type { IpAddress } from '../address.ts';
import type { BfdSettings, PathMtuDiscoverySettings } from '../config/index.ts';
import type { NetworkInterfaces } from '../highway/interfaces.ts';
import type { Neighbors } from '../highway/neighbors.ts';
import { OWN_IP_FIELDS } from '../highway/egress.ts';
import { ipHeaderLength } from '../highway/packet.ts';
import { SVR_BFD_PORT, type PeerPath } from '../highway/peer-path.ts';
import type { Random } from '../random.ts';
import type { PathQuality } from '../service-area/path-states.ts';
import type { PathCounters } from '../stats/path-counters.ts';
import type { PathCounterName } from '../stats/peer-path-table.ts';
import { UDP_HEADER_LENGTH } from '../wire/udp.ts';
import { after, earliest, microseconds, seconds, type Duration, type Instant } from '../time.ts';
import type { BfdDiagnostic, BfdState, ControlPacket } from './bfd/control-packet.ts';
import { BfdSession, type BfdTimers } from './bfd/session.ts';
import type { DatagramFate, Datagrams } from './datagrams.ts';
import {
  PathMtuDiscovery,
  searchLimits,
  type DiscoveryEvent,
  type DiscoverySettings,
  type MtuProbe,
  type TooBig,
} from './path-mtu-discovery.ts';
import { PeerEnd, sameEndPoint } from './peer-end.ts';
import { pathCondition, type LinkDownReason, type PathCondition } from './path-status.ts';
import { HoldDown, type HoldDownPolicy } from './svr-bfd/hold-down.ts';
import { LinkTest, type LinkTestSettings, type PathMetrics } from './svr-bfd/link-test.ts';
import type { BfdMetadata, Echo, EndPoint, ServiceLoad } from './svr-bfd/metadata.ts';
import { sealSvrBfd, writeSvrBfd, type SvrBfdPacket } from './svr-bfd/packet.ts';

/** A path with what the configuration says about watching it. */
export interface WatchedPath {
  readonly path: PeerPath;
  /** The node of this router that the path leaves from. */
  readonly node: string;
  readonly settings: BfdSettings;
  /** What live traffic tells of the path is only shown. */
  readonly isMonitorOnly: boolean;
  readonly mtuDiscovery: PathMtuDiscoverySettings;
}

/** What every watch of a router's paths stands on. */
export interface WatchParts {
  readonly router: string;
  readonly interfaces: NetworkInterfaces;
  readonly neighbors: Neighbors;
  readonly datagrams: Datagrams;
  readonly counters: PathCounters;
  readonly random: Random;
  /** What the averages of measurements look back on. */
  readonly averageOver: () => Duration;
  /** How long a probe of a path's MTU waits for its answer. */
  readonly mtuProbeTimeout: Duration;
  readonly bootCounter: number;
  readonly failoverCounter: () => number;
  readonly serviceLoads: () => readonly ServiceLoad[];
  /** Is told where the packets of a peer come from, if not from where they came before. */
  readonly found: (watch: PathWatch, source: EndPoint, before: EndPoint, now: Instant) => void;
  /** Percent of the live traffic to the peer that gets lost; undefined where it is not measured. */
  readonly liveLoss: (path: PeerPath) => number | undefined;
  readonly toldLoad: (peerRouter: string, load: ServiceLoad, now: Instant) => void;
  /** Is told of what may have changed the condition of a path. */
  readonly changed: (watch: PathWatch, now: Instant) => void;
  /** Is told when the quality of a path has been measured anew. */
  readonly measured: (watch: PathWatch, now: Instant) => void;
  /** Is told what has become of the search for the MTU of a path, but for single probes. */
  readonly mtuSearched: (watch: PathWatch, event: MtuEvent, now: Instant) => void;
  /** Is told when the peer is not who it was, or sees this side come from elsewhere. */
  readonly peerChanged: (watch: PathWatch, change: PeerChange, now: Instant) => void;
}

export type MtuEvent = Exclude<DiscoveryEvent, 'probe-unanswered' | 'black-hole'>;

export type PeerChange = 'peer-restart' | 'peer-failover' | 'local-nat-change' | 'peer-nat-change';

/** One packet in so many that go out while the session is not up follows a question for the next hop's link address (emulator choice). */
const DOUBT_AFTER = 3;

const linkDownCounters: Readonly<Record<LinkDownReason, PathCounterName>> = {
  'timer-expiry': 'bfdLinkDownTimer',
  'remote-down': 'bfdLinkDownRemote',
  'remote-admin-down': 'bfdLinkDownRemoteAdmin',
  'local-oper-down': 'bfdLinkDownLocal',
};

/** Watches one path to a peer: its BFD session, its link tests, its hold-down, and where the peer is to be found. */
export class PathWatch {
  readonly path: PeerPath;
  readonly node: string;
  readonly #parts: WatchParts;
  #settings: BfdSettings;
  readonly discriminator: number;
  /** What this side believes it sends from. */
  #own: EndPoint;
  readonly #holdDown: HoldDown;
  readonly #linkTest: LinkTest;
  readonly #mtuDiscovery: PathMtuDiscovery;
  #session: BfdSession;
  /** Until then a path whose session has not been up yet is trusted. */
  #startsUntil: Instant;
  #neighbor: number;
  #isInterfaceUp = true;
  #isStandby = false;
  #isNextHopSilent = false;
  #isSoughtAtHome = false;
  #hasBeenUp = false;
  #lastDown: LinkDownReason = 'timer-expiry';
  /** Whether the end of the hold-down has been told. */
  #isReleased = false;
  /** After `close` nobody is told anything, and nothing is counted: there is no row for the path any more. */
  #isClosed = false;

  /** Packets since the session was up last. */
  #sentInVain = 0;
  #sequence = 0;
  readonly #peer: PeerEnd;
  #peerLiveLoss: number | undefined;
  #quality: PathQuality | undefined;

  constructor(
    { path, node, settings, mtuDiscovery }: WatchedPath,
    localDiscriminator: number,
    parts: WatchParts,
    now: Instant,
  ) {
    this.path = path;
    this.node = node;
    this.#settings = settings;
    this.#parts = parts;
    path.peerAt = path.remote;
    this.#own = { address: path.local.bytes, port: SVR_BFD_PORT };
    this.#peer = new PeerEnd(this.#own);
    this.#neighbor = parts.neighbors.hold(path.networkInterface, path.nextHop, now);
    this.#holdDown = new HoldDown(holdDownPolicy(settings));
    this.#linkTest = new LinkTest({
      ...linkTestSettings(settings, parts.averageOver()),
      random: parts.random,
      send: (echo, at) => this.#sendEcho(echo, at),
      finished: (metrics, at) => this.#measured(metrics, at),
    });
    this.#mtuDiscovery = new PathMtuDiscovery({
      ...this.#discoverySettings(mtuDiscovery),
      probeTimeout: parts.mtuProbeTimeout,
      random: parts.random,
      send: (probe, at) => this.#sendMtuProbe(probe, at),
      happened: (event, at) => this.#mtuSearched(event, at),
    });
    this.discriminator = localDiscriminator;
    this.#session = this.#newSession(now);
    this.#startsUntil = this.#endOfStart(now);
    this.#showHoldDown();
  }

  #newSession(now: Instant): BfdSession {
    return new BfdSession(
      {
        localDiscriminator: this.discriminator,
        ...bfdTimers(this.#settings),
        // Nothing that this side sends first comes through to a peer that only reaches out (emulator choice).
        isPassive: this.path.outboundOnly === 'remote',
        random: this.#parts.random,
        transmit: (packet, at) => this.#sendControl(packet, at),
        changed: (state, before, diagnostic, at) => this.#sessionChanged(state, before, diagnostic, at),
      },
      now,
    );
  }

  /** The path is watched otherwise from now on; the session goes on, and the peer is told of other timers. */
  reconfigure({ settings, mtuDiscovery }: WatchedPath, now: Instant): void {
    this.#settings = settings;
    this.#session.setTimers(bfdTimers(settings));
    this.#holdDown.setPolicy(holdDownPolicy(settings));
    this.#showHoldDown();
    this.#linkTest.set(linkTestSettings(settings, this.#parts.averageOver()), now);
    this.#mtuDiscovery.set(this.#discoverySettings(mtuDiscovery), this.#session.state === 'up', now);
    this.#takeMtu();
    this.#followOwn(now);
  }

  /** Where this side sends from. The peer hears of another address at once: that is where it finds us from now on. */
  #followOwn(now: Instant): void {
    const own: EndPoint = { address: this.path.local.bytes, port: SVR_BFD_PORT };
    if (sameEndPoint(own, this.#own)) return;
    this.#own = own;
    this.#peer.moveOwn(own);
    this.#findNextHop(now);
    this.#session.speak(now);
  }

  /** The path is no more, or is not to be watched any more. The peer is told. */
  close(now: Instant): void {
    this.#isClosed = true;
    this.#stopTests();
    this.#session.setAdminDown(true, now);
    if (this.#neighbor >= 0) this.#parts.neighbors.release(this.#neighbor);
    this.#neighbor = -1;
  }

  /** A detection time from now, by what this side knows before it has heard of the other. */
  #endOfStart(now: Instant): Instant {
    const { multiplier, desiredTxInterval, requiredMinRxInterval } = this.#settings;
    return after(now, microseconds(multiplier * Math.max(desiredTxInterval, requiredMinRxInterval)));
  }

  /** Another node speaks at one end: the session begins anew, and until it is up the path is trusted as at the start. */
  #beginAnew(now: Instant): void {
    this.#stopTests();
    this.#session = this.#newSession(now);
    this.#startsUntil = this.#endOfStart(now);
    this.#hasBeenUp = false;
    this.#isReleased = false;
    this.#parts.changed(this, now);
  }

  #stopTests(): void {
    this.#linkTest.stop();
    this.#mtuDiscovery.stop();
    this.#quality = undefined;
  }

  get session(): BfdSession {
    return this.#session;
  }

  /** The node of the peer that spoke last; empty before it has. */
  get peerNode(): string {
    return this.#peer.node;
  }

  get isAuthenticated(): boolean {
    return this.#settings.authenticationType === 'sha256';
  }

  get mtuDiscovery(): PathMtuDiscovery {
    return this.#mtuDiscovery;
  }

  /** Averages over the last link tests; undefined while there was none. */
  get quality(): PathQuality | undefined {
    return this.#quality;
  }

  /** Percent of the live traffic from the peer that gets lost, as it said last; undefined if it does not know. */
  get peerLiveLoss(): number | undefined {
    return this.#peerLiveLoss;
  }

  /** Where packets to the peer go: what its own come from, behind a NAT or not. */
  get remote(): EndPoint {
    return this.#isSoughtAtHome ? this.#home : this.#lastHeardAt;
  }

  /** Where the configuration has the peer. */
  get #home(): EndPoint {
    return { address: this.path.remote.bytes, port: SVR_BFD_PORT };
  }

  get #lastHeardAt(): EndPoint {
    return this.#peer.source ?? this.#home;
  }

  /** Who has gone silent elsewhere may be back where the configuration has it, and wait to be spoken to: so by turns. */
  #seek(now: Instant): void {
    if (this.#session.state !== 'down' || sameEndPoint(this.#lastHeardAt, this.#home)) return;
    this.#isSoughtAtHome = !this.#isSoughtAtHome;
    this.#findNextHop(now);
  }

  condition(now: Instant): PathCondition {
    return pathCondition({
      isInterfaceUp: this.#isInterfaceUp,
      isStandby: this.#isStandby,
      isWatched: true,
      isNextHopSilent: this.#isNextHopSilent,
      isSessionUp: this.#session.state === 'up',
      isHeldDown: now < this.#holdDown.until,
      isStarting: !this.#hasBeenUp && now < this.#startsUntil,
      isPeerOutboundOnly: this.path.outboundOnly === 'remote',
      lastDown: this.#lastDown,
    });
  }

  nextDeadline(): Instant {
    const tests = earliest(this.#linkTest.nextDeadline(), this.#mtuDiscovery.nextDeadline());
    const next = earliest(this.#session.nextDeadline(), tests);
    return this.#isReleased ? next : earliest(next, this.#releaseAt());
  }

  poll(now: Instant): void {
    this.#session.poll(now);
    this.#linkTest.poll(now);
    this.#mtuDiscovery.poll(now);
    if (this.#isReleased || now < this.#releaseAt()) return;
    this.#isReleased = true;
    this.#parts.changed(this, now);
  }

  /** When the path comes out of hold-down, or is no longer trusted without a session. */
  #releaseAt(): Instant {
    return this.#hasBeenUp ? this.#holdDown.until : this.#startsUntil;
  }

  setInterfaceUp(isUp: boolean, now: Instant): void {
    if (isUp === this.#isInterfaceUp) return;
    this.#isInterfaceUp = isUp;
    if (!isUp) this.#session.signalDown('path-down', now);
    this.#parts.changed(this, now);
  }

  setStandby(isStandby: boolean, now: Instant): void {
    if (isStandby === this.#isStandby) return;
    this.#isStandby = isStandby;
    // Nothing may be said on an interface that the other node has; the session waits until it is given back.
    if (isStandby) this.#session.setAdminDown(true, now);
    else this.#beginAnew(now);
    this.#parts.changed(this, now);
  }

  /** Whether a packet is new, as far as its number tells. From then on it is not. */
  admits({ metadata, sequence }: SvrBfdPacket): boolean {
    return sequence === undefined || this.#peer.admits(metadata, sequence);
  }

  /** A packet of this path, authentic and new, that came from `source`. */
  receive({ control, metadata }: SvrBfdPacket, source: EndPoint, now: Instant): void {
    this.#followSpeaker(metadata, now);
    this.#followSource(source, now);
    if (metadata.observed) this.#followObserved(metadata.observed, now);
    for (const load of metadata.serviceLoads) this.#parts.toldLoad(this.path.peerRouter, load, now);
    const isLossNew = metadata.liveLoss !== this.#peerLiveLoss;
    this.#peerLiveLoss = metadata.liveLoss;
    if (isLossNew) this.#parts.measured(this, now);
    if (metadata.echo) return this.#receiveEcho(metadata.echo, now);
    if (metadata.mtuProbe) return this.#receiveMtuProbe(metadata.mtuProbe, now);
    this.#count('bfdReceived');
    this.#session.receive(control, now);
  }

  #receiveEcho(echo: Echo, now: Instant): void {
    if (echo.kind === 'request') this.#sendEcho({ ...echo, kind: 'reply' }, now);
    else if (this.#linkTest.reply(echo, now)) this.#count('bfdEchoReplies');
  }

  #receiveMtuProbe(probe: MtuProbe, now: Instant): void {
    if (probe.kind === 'reply') {
      this.#count(this.#mtuDiscovery.answer(probe, now) ? 'pathMtuProbesAnswered' : 'pathMtuStaleAnswers');
    } else if (this.#send(this.#session.packet(), { mtuProbe: { ...probe, kind: 'reply' } }, now) === 'sent') {
      this.#count('pathMtuAnswersSent');
    }
  }

  #takeMtu(): void {
    this.path.mtu = this.#mtuDiscovery.mtu;
    this.#parts.counters.set(this.path.index, 'pathMtu', this.#mtuDiscovery.found);
  }

  #discoverySettings({ enabled, interval }: PathMtuDiscoverySettings): DiscoverySettings {
    const { family, networkInterface } = this.path;
    const { mtu } = this.#parts.interfaces.list[networkInterface];
    return { isEnabled: enabled, interval, limits: searchLimits(family, mtu) };
  }

  /** An ICMP error about a packet of this path came. False if it is about no probe that is out. */
  tooBig(error: TooBig, now: Instant): boolean {
    const isTrue = this.#mtuDiscovery.tooBig(error, now);
    if (isTrue) this.#count('pathMtuTooBig');
    return isTrue;
  }

  #sendMtuProbe(mtuProbe: MtuProbe, now: Instant): number | undefined {
    if (this.#send(this.#session.packet(), { mtuProbe }, now) !== 'sent') return undefined;
    this.#count('pathMtuProbesSent');
    return this.#parts.datagrams.lastChecksum;
  }

  #mtuSearched(event: DiscoveryEvent, now: Instant): void {
    if (event === 'probe-unanswered') return this.#count('pathMtuProbesUnanswered');
    if (event === 'black-hole') return this.#count('pathMtuBlackHoles');
    if (event === 'mtu-changed') this.#count('pathMtuChanges');
    this.#takeMtu();
    if (event === 'unresolvable') this.#count('pathMtuUnresolvable');
    this.#parts.mtuSearched(this, event, now);
  }

  #followSpeaker(metadata: BfdMetadata, now: Instant): void {
    const change = this.#peer.followSpeaker(metadata);
    if (change === 'peer-failover') {
      this.#count('bfdNeighborFailover');
      this.#beginAnew(now);
    }
    if (change) this.#parts.peerChanged(this, change, now);
  }

  #followSource(source: EndPoint, now: Instant): void {
    const before = this.#lastHeardAt;
    const isChange = this.#peer.followSource(source);
    if (sameEndPoint(before, source) && !this.#isSoughtAtHome) return;
    this.#isSoughtAtHome = false;
    this.#findNextHop(now);
    if (sameEndPoint(before, source)) return;
    // Who only reaches out is found there by BFD alone.
    if (this.path.outboundOnly !== 'remote')
      this.path.peerAt = { family: this.path.family, bytes: source.address.slice() };
    if (isChange) {
      this.#count('bfdNeighborNatChange');
      this.#parts.peerChanged(this, 'peer-nat-change', now);
    }
    this.#parts.found(this, source, before, now);
  }

  /** The way to where the peer was seen: its own link, or the gateway that leads to it. */
  #findNextHop(now: Instant): void {
    const { networkInterface, remote, nextHop } = this.path;
    const { interfaces, neighbors } = this.#parts;
    const seen: IpAddress = { family: remote.family, bytes: this.remote.address };
    const hop = interfaces.nextHop(interfaces.list[networkInterface], seen) ?? nextHop;
    const neighbor = neighbors.hold(networkInterface, hop, now);
    if (neighbor < 0) return;
    if (this.#neighbor >= 0) neighbors.release(this.#neighbor);
    this.#neighbor = neighbor;
  }

  #followObserved(observed: EndPoint, now: Instant): void {
    const change = this.#peer.followObserved(observed);
    if (!change) return;
    this.#count(change === 'reset' ? 'bfdLocalNatReset' : 'bfdLocalNatChange');
    this.#parts.peerChanged(this, 'local-nat-change', now);
  }

  #sessionChanged(state: BfdState, before: BfdState, diagnostic: BfdDiagnostic, now: Instant): void {
    if (this.#isClosed) return;
    if (state === 'up') {
      this.#hasBeenUp = true;
      this.#isReleased = false;
      this.#count('bfdLinkUp');
      this.#holdDown.sessionUp(now);
      this.#linkTest.start(now);
      this.#mtuDiscovery.start(now);
    } else if (before === 'up') {
      this.#lastDown = linkDownReason(diagnostic, this.#session.remoteState);
      this.#count(linkDownCounters[this.#lastDown]);
      const { flaps } = this.#holdDown;
      this.#holdDown.sessionDown(now);
      if (this.#holdDown.flaps > flaps) this.#count('bfdHoldDownFlaps');
      this.#showHoldDown();
      this.#stopTests();
    }
    this.#parts.changed(this, now);
  }

  #showHoldDown(): void {
    this.#parts.counters.set(this.path.index, 'bfdHoldDownTime', this.#holdDown.current / seconds(1));
  }

  #measured(metrics: PathMetrics, now: Instant): void {
    const average = this.#linkTest.average(now) ?? metrics;
    const { latencyMs, jitterMs, loss, mos } = average;
    this.#quality = { latencyMs, jitterMs, lossPercent: loss * 100, mos };
    const { counters } = this.#parts;
    const { index } = this.path;
    counters.set(index, 'bfdLatency', round(metrics.latencyMs));
    counters.set(index, 'bfdAverageLatency', round(latencyMs));
    counters.set(index, 'bfdJitter', round(metrics.jitterMs));
    counters.set(index, 'bfdLoss', round(metrics.loss * 100));
    counters.set(index, 'bfdMos', Math.round(metrics.mos * 100));
    this.#parts.measured(this, now);
  }

  #sendControl(control: ControlPacket, now: Instant): void {
    this.#seek(now);
    this.#doubtNextHop();
    this.#followNextHop(now);
    const fate = this.#send(control, {}, now);
    if (fate === 'sent') this.#count('bfdSent');
    else if (fate === 'no-buffer') this.#count('bfdSentBufferFailure');
    else if (fate === 'no-link-address') this.#count('bfdSentArpFailure');
  }

  #sendEcho(echo: Echo, now: Instant): void {
    const fate = this.#send(this.#session.packet(), { echo }, now);
    if (fate === 'sent') this.#count('bfdEchoSent');
    else if (fate === 'no-buffer') this.#count('bfdEchoSentBufferFailure');
    else if (fate === 'no-link-address') this.#count('bfdEchoSentArpFailure');
  }

  /** 'silent': this router must not speak on the path now. */
  #send(control: ControlPacket, test: Pick<BfdMetadata, 'echo' | 'mtuProbe'>, now: Instant): DatagramFate | 'silent' {
    if (!this.#isInterfaceUp || this.#isStandby) return 'silent';
    if (this.#neighbor < 0) return 'no-link-address';
    const { path } = this;
    const { address, port } = this.remote;
    const route = {
      networkInterface: path.networkInterface,
      local: path.local,
      localPort: SVR_BFD_PORT,
      remote: { family: path.family, bytes: address },
      remotePort: port,
      ttl: OWN_IP_FIELDS.ttl,
      dscp: this.#settings.dscp,
    };
    return this.#parts.datagrams.send(route, this.#neighbor, now, (bytes, at) => {
      const seal = this.isAuthenticated ? path.seal : undefined;
      const around = ipHeaderLength(path.family) + UDP_HEADER_LENGTH + (seal?.trailerLength ?? 0);
      const paddedTo = test.mtuProbe?.kind === 'request' ? test.mtuProbe.size - around : 0;
      const end = writeSvrBfd(control, this.#metadata(test), bytes, at, paddedTo);
      if (!seal) return end;
      this.#sequence = (this.#sequence + 1) >>> 0;
      return sealSvrBfd(bytes, at, end, seal, this.#sequence, now);
    });
  }

  #metadata(test: Pick<BfdMetadata, 'echo' | 'mtuProbe'>): BfdMetadata {
    const { router, bootCounter, failoverCounter, serviceLoads } = this.#parts;
    const { path } = this;
    const liveLoss = this.#parts.liveLoss(path);
    return {
      router,
      node: this.node,
      pathId: this.#interfaceName,
      source: this.#own,
      ...(this.#peer.source && { observed: this.#peer.source }),
      ...(path.keys && { keyIndex: path.keys.current }),
      bootCounter,
      failoverCounter: failoverCounter(),
      // A probe has to be as short as it may have to be.
      serviceLoads: test.mtuProbe ? [] : serviceLoads(),
      ...(liveLoss !== undefined && { liveLoss }),
      ...test,
    };
  }

  /** Neither ARP nor a gratuitous announcement proves itself: a path that does not come up may have a wrong link address. */
  #doubtNextHop(): void {
    this.#sentInVain = this.#session.state === 'up' ? 0 : this.#sentInVain + 1;
    if (this.#sentInVain % DOUBT_AFTER === DOUBT_AFTER - 1 && this.#neighbor >= 0)
      this.#parts.neighbors.confirm(this.#neighbor);
  }

  /** A next hop that does not answer takes the path out; one that answers again brings it back. */
  #followNextHop(now: Instant): void {
    const { neighbors } = this.#parts;
    const before = this.#isNextHopSilent;
    const state = this.#neighbor < 0 ? 'silent' : neighbors.resolve(this.#neighbor, now);
    this.#isNextHopSilent = state === 'silent' || (before && state !== 'known');
    if (this.#isNextHopSilent === before) return;
    if (this.#isNextHopSilent) this.#session.signalDown('path-down', now);
    this.#parts.changed(this, now);
  }

  get #interfaceName(): string {
    return this.#parts.interfaces.list[this.path.networkInterface].name;
  }

  #count(name: PathCounterName): void {
    if (!this.#isClosed) this.#parts.counters.count(this.path.index, name);
  }
}

const bfdTimers = ({ desiredTxInterval, requiredMinRxInterval, multiplier }: BfdSettings): BfdTimers => ({
  desiredMinTx: desiredTxInterval,
  requiredMinRx: requiredMinRxInterval,
  detectMultiplier: multiplier,
});

const holdDownPolicy = ({ holdDownTime, dynamicDamping, maximumHoldDownTime }: BfdSettings): HoldDownPolicy => ({
  holdDownTime,
  dynamicDamping: dynamicDamping === 'enabled',
  maximumHoldDownTime,
});

const linkTestSettings = (
  { linkTestInterval, linkTestLength }: BfdSettings,
  averageOver: Duration,
): LinkTestSettings => ({ interval: linkTestInterval, length: linkTestLength, averageOver });

function linkDownReason(diagnostic: BfdDiagnostic, remoteState: BfdState): LinkDownReason {
  if (diagnostic === 'control-detection-time-expired') return 'timer-expiry';
  if (diagnostic !== 'neighbor-signaled-session-down') return 'local-oper-down';
  return remoteState === 'admin-down' ? 'remote-admin-down' : 'remote-down';
}

/** Thousandths are as exact as microseconds are. */
const round = (value: number): number => Math.round(value * 1_000) / 1_000;
