import { describeEntry } from '../../lib/lab/actions/table.ts';
import { describeField, impairedFields } from '../../lib/lab/describe.ts';
import { LabError, type FabricName } from '../../lib/lab/fabric.ts';
import type { LabLink, Scenario } from '../../lib/lab/scenario.ts';

/**
 * Links are modelled in front of the ports of routers and middleboxes: what two hosts say to each other goes as it is.
 * A lab that wants something of it is refused, before any of it is made.
 */
export function refuseUnmodelled(scenario: Scenario, fabric: FabricName): void {
  const { links, nodes, timeline, traffic } = scenario;
  const isHost = (name: string): boolean => nodes.some((node) => node.name === name && node.kind === 'host');
  const hasHost = ({ ends }: LabLink, name: string): boolean => isHost(name) && ends.some(({ node }) => node === name);
  const isUnseen = (link: LabLink): boolean =>
    link.ends.every(({ node }) => isHost(node)) ||
    traffic.some(({ from, to }) => hasHost(link, from) && hasHost(link, to));
  for (const link of links.filter(isUnseen)) {
    const why = `fabric ${fabric} has nobody between two hosts who could do it; sim has`;
    for (const impairment of link.impairments) {
      const [field] = impairedFields(impairment).filter((field) => field !== 'mtu');
      if (field) throw new LabError(`link '${link.name}' has ${describeField(field, impairment)}: ${why}`, 2);
    }
    const step = timeline.find(({ action }) => 'link' in action && action.link === link.name);
    if (step) throw new LabError(`timeline, ${describeEntry(step, links)}: ${why}`, 2);
  }
}
