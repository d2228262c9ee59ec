import type { Action, FrameAction, ServiceAction } from '../actions/action.ts';

/** What ARP and neighbor discovery answer with. */
const LINK_ADDRESS_ANSWERS = 'arp.opcode == 2 or icmpv6.type == 136';

/** What an action does to frames of links; nothing if it is done to something else. */
export function meddlingsOf(action: Action): readonly FrameAction[] {
  switch (action.kind) {
    case 'drop':
    case 'delay':
    case 'duplicate':
    case 'corrupt':
    case 'alter-payload':
    case 'strip-metadata':
    case 'let-pass':
      return [action];
    case 'arp-silent':
    case 'arp-answers': {
      const { kind, node, link, direction } = action;
      const where = { on: node, wires: [{ link, direction }], frames: LINK_ADDRESS_ANSWERS };
      return [{ kind: kind === 'arp-silent' ? 'drop' : 'let-pass', ...where }];
    }
    case 'blackhole':
      return [{ kind: 'drop', ...answersOf(action) }];
    case 'slow':
      return [{ kind: 'delay', by: action.by, ...answersOf(action) }];
    case 'serve':
      return [{ kind: 'let-pass', ...answersOf(action) }];
    default:
      return [];
  }
}

/** What the service says. Nothing of it is heard, or late: that of others on the host is. */
function answersOf({ node, port, wires }: ServiceAction): Pick<FrameAction, 'on' | 'wires' | 'frames'> {
  const ofPort = `udp.srcport == ${port} or tcp.srcport == ${port}`;
  return { on: node, wires, frames: port === undefined ? 'ip or ipv6' : ofPort };
}
