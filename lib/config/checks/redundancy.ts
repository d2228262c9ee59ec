import { formatAddress, formatMac } from '../../address.ts';
import { suggest } from '../../diagnostic.ts';
import { twinOf } from '../redundancy.ts';
import type { DeviceInterface, RedundancyGroup, Router } from '../types.ts';
import { findClashes } from './fault.ts';
import type { Fault } from './fault.ts';

type Member = RedundancyGroup['members'][number];

/** A port that moves from one node to the other must be the same on both: its MAC address, its name, its networks. */
export function checkRedundancy(router: Router, fault: Fault): void {
  for (const { name, deviceInterfaces } of router.nodes)
    findClashes(
      deviceInterfaces.filter(({ globalId }) => globalId !== undefined),
      ({ globalId }) => String(globalId),
      (item, earlier) => fault(item, 'global-id', `'${earlier.name}' of node '${name}' already has this global-id`),
    );
  if (router.redundancyGroups.length === 0) return;
  if (router.nodes.length !== 2) {
    const message = `a redundancy group needs two nodes; router '${router.name}' has ${router.nodes.length}`;
    return fault(router.redundancyGroups[0], undefined, message);
  }
  findClashes(
    router.redundancyGroups.flatMap(({ members }) => members),
    ({ node, deviceInterface }) => `${node} ${deviceInterface}`,
    (member) => fault(member, undefined, `'${member.deviceInterface}' of '${member.node}' is in a group already`),
  );
  for (const group of router.redundancyGroups) checkGroup(router, group, fault);
}

function checkGroup(router: Router, group: RedundancyGroup, fault: Fault): void {
  if (group.members.length === 0) fault(group, undefined, `redundancy-group '${group.name}' needs a member`);
  const [first] = group.members;
  for (const member of group.members) {
    if (member.node === first.node) checkMember(router, member, fault);
    else fault(member, 'node', `the members of a group share their fate: they are all on one node, '${first.node}'`);
  }
}

function checkMember(router: Router, member: Member, fault: Fault): void {
  const own = portOf(router, member.node, member.deviceInterface);
  if (!own) {
    const names = router.nodes.find(({ name }) => name === member.node)?.deviceInterfaces.map(({ name }) => name) ?? [];
    const message = `node '${member.node}' has no device-interface '${member.deviceInterface}'`;
    return fault(member, 'device-interface', message, suggest(member.deviceInterface, names));
  }
  const label = `device-interface '${own.name}' of node '${member.node}'`;
  if (own.globalId === undefined)
    return fault(own, undefined, `${label} is in a redundancy group: it needs a global-id`);
  if (!own.sharedPhysAddress)
    return fault(own, undefined, `${label} is in a redundancy group: it needs a shared-phys-address`);
  const twin = twinOf(router, member.node);
  const other = twin?.deviceInterfaces.find(({ globalId }) => globalId === own.globalId);
  const isMember = router.redundancyGroups.some(({ members }) =>
    members.some(({ node, deviceInterface }) => node === twin?.name && deviceInterface === other?.name),
  );
  if (!other || !isMember) {
    const message = `no member of a redundancy group on node '${twin?.name}' has the global-id ${own.globalId}`;
    return fault(own, 'global-id', message);
  }
  const difference = differenceOf(own, other);
  if (difference)
    fault(own, undefined, `${label} and '${other.name}' of '${twin?.name}' share a global-id, but not ${difference}`);
}

const portOf = (router: Router, nodeName: string, name: string): DeviceInterface | undefined =>
  router.nodes.find((node) => node.name === nodeName)?.deviceInterfaces.find((port) => port.name === name);

function differenceOf(own: DeviceInterface, other: DeviceInterface): string | undefined {
  const macs = [own, other].map(({ sharedPhysAddress: mac }) => mac && formatMac(mac));
  if (macs[0] !== macs[1]) return 'the shared-phys-address';
  return networksOf(own) === networksOf(other) ? undefined : 'their networks: VLANs, addresses and gateways';
}

const networksOf = ({ networkInterfaces }: DeviceInterface): string =>
  networkInterfaces
    .map(({ vlan, addresses }) => {
      const texts = addresses.map(
        ({ ipAddress, prefixLength, gateway }) =>
          `${formatAddress(ipAddress)}/${prefixLength} ${gateway ? formatAddress(gateway) : ''}`,
      );
      return `${vlan}: ${texts.sort().join(', ')}`;
    })
    .sort()
    .join('; ');
