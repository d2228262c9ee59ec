import { seconds } from '../../lib/time.ts';
import { ETHERNET_HEADER_LENGTH } from '../../lib/wire/ethernet.ts';
import { joined, udpPacket } from './packets.ts';
import { twoRouters, type Fate, type Lab, type LabOptions, type WanPacket } from './two-routers.ts';

export interface FirewalledLab {
  readonly lab: Lab;
  /** Packets from outside that were refused. */
  readonly refused: number;
  /** The firewall loses its states; as a NAT it gives other ports from then on. */
  forget(): void;
  /** The port outside that stands for a port of the spoke. */
  outsideOf(port: number): number;
}

export interface FirewalledOptions extends LabOptions {
  /** Whether the ports of the spoke are changed on the way. */
  readonly nat?: boolean;
  /** Whether nothing passes at first, and so BFD is not up. */
  readonly isQuiet?: boolean;
}

/**
 * An outbound-only spoke behind a firewall that lets in what answers, BFD up between the two. Its states know both ends
 * and do not time out.
 */
export function firewalledRouters({ nat = false, isQuiet = false, ...options }: FirewalledOptions = {}): FirewalledLab {
  const lab = twoRouters({ pinhole: true, failover: true, ...options });
  /** Ports inside, by family and both ports outside. */
  const states = new Map<string, number>();
  let turn = 0;
  let refused = 0;
  const outsideOf = (port: number): number => (nat ? 1_024 + ((port + 7_000 + turn) % 60_000) : port);
  lab.wan.fate = ({ from, frame, packet }: WanPacket): Fate => {
    const { source, destination, sourcePort, destinationPort, payload } = packet;
    const rewritten = (own: number, other: number): Uint8Array =>
      joined(frame.slice(0, ETHERNET_HEADER_LENGTH), udpPacket([source, own], [destination, other], payload));
    if (from === 'spoke') {
      states.set(`${packet.family} ${outsideOf(sourcePort)} ${destinationPort}`, sourcePort);
      return nat ? rewritten(outsideOf(sourcePort), destinationPort) : 'arrives';
    }
    const inside = states.get(`${packet.family} ${destinationPort} ${sourcePort}`);
    if (inside === undefined) {
      refused++;
      return 'lost';
    }
    return nat ? rewritten(sourcePort, inside) : 'arrives';
  };
  const firewall = lab.wan.fate;
  if (isQuiet) lab.wan.fate = () => 'lost';
  lab.runFor(isQuiet ? seconds(1) : seconds(20));
  if (!isQuiet) lab.wan.fate = firewall;
  lab.mark();
  return {
    lab,
    get refused() {
      return refused;
    },
    forget() {
      states.clear();
      turn++;
    },
    outsideOf,
  };
}
