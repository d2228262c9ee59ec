import { measuredRow, row, type CounterRow } from './table.ts';

const mappings = 'nat mappings';
const translated = 'nat translated';
const natDropped = 'nat dropped';
const states = 'firewall states';
const passed = 'firewall passed';
const firewallDropped = 'firewall dropped';

/** Every counter that only a NAT or a firewall has. The names are our own. */
export const middleboxTable = {
  natMappingsCreated: row(`${mappings} created`, 'a mapping was made for a packet from the inside'),
  natMappingsTimedOut: row(`${mappings} timed-out`, 'a mapping ended because nothing refreshed it for too long'),
  natMappingsForgotten: row(`${mappings} forgotten`, 'a mapping was forgotten, as a person or a scenario asked'),
  natMappingsRebound: row(
    `${mappings} rebound`,
    'a mapping was given another outside port, or another outside address',
  ),
  natMappingsEntries: measuredRow(`${mappings} entries`, 'entries', 'mappings that there are now'),
  natMappingsMaximum: measuredRow(`${mappings} maximum`, 'entries', 'most mappings that there were at one time'),
  natRemotesForgotten: row(
    `${mappings} remotes-forgotten`,
    'an endpoint that a mapping had sent to was forgotten: a mapping remembers only so many',
  ),
  natOutbound: row(`${translated} outbound`, 'a packet from the inside left with an outside address and port'),
  natInbound: row(`${translated} inbound`, 'a packet from the outside was sent on to the inside address and port'),
  natIcmpErrors: row(`${translated} icmp-errors`, 'an ICMP error was translated, with the packet that it quotes'),
  natTableFull: row(`${natDropped} table-full`, 'a packet was dropped: there is no room for another mapping'),
  natOutOfPorts: row(`${natDropped} out-of-ports`, 'a packet was dropped: every outside port is taken'),
  natNoMapping: row(`${natDropped} no-mapping`, 'a packet was dropped: no mapping has the outside port that it is for'),
  natFiltered: row(`${natDropped} filtered`, 'a packet was dropped: the mapping has not sent to where it comes from'),
  natUnroutable: row(
    `${natDropped} unroutable`,
    'a packet was dropped: no network and no gateway leads to where it goes',
  ),

  firewallStatesCreated: row(`${states} created`, 'a packet from the inside opened the way for its answers'),
  firewallStatesTimedOut: row(`${states} timed-out`, 'a state ended because nothing refreshed it for too long'),
  firewallStatesForgotten: row(`${states} forgotten`, 'a state was forgotten, as a person or a scenario asked'),
  firewallStatesEntries: measuredRow(`${states} entries`, 'entries', 'states that there are now'),
  firewallStatesMaximum: measuredRow(`${states} maximum`, 'entries', 'most states that there were at one time'),
  firewallOutbound: row(`${passed} outbound`, 'a packet of a state was passed from the inside to the outside'),
  firewallInbound: row(`${passed} inbound`, 'a packet of a state was passed from the outside to the inside'),
  firewallIcmpErrors: row(`${passed} icmp-errors`, 'an ICMP error was passed: it is about a packet of a state'),
  firewallLink: row(`${passed} link`, 'a frame was passed that is of the link, such as ARP, and not looked into'),
  firewallTableFull: row(`${firewallDropped} table-full`, 'a packet was dropped: there is no room for another state'),
  firewallUnsolicited: row(
    `${firewallDropped} unsolicited`,
    'a packet was dropped: it has no state, and may not open one',
  ),
  firewallTcpOutOfState: row(
    `${firewallDropped} tcp-out-of-state`,
    'a TCP segment was dropped: it has no state, and does not begin a connection',
  ),
  firewallUnknownPayload: row(
    `${firewallDropped} unknown-payload`,
    'a UDP packet was dropped: its payload begins with nothing that is allowed',
  ),
} as const satisfies Record<string, CounterRow>;
