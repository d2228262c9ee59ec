import { formatMac, parseAddress, sameAddress } from '../lib/address.ts';
import { LabError } from '../lib/lab/fabric.ts';
import type { Scenario } from '../lib/lab/scenario.ts';
import { runProgram } from './fabric/ip.ts';
import { hostAddresses, offloadsOff } from './interface-commands.ts';
import { macOf } from './node-macs.ts';

/** What `ip -json address show` tells of an interface, as far as it matters here. */
interface ShownInterface {
  readonly ifname: string;
  readonly addr_info?: readonly { readonly local?: string }[];
}

/**
 * Makes interfaces that a container engine set up into those that a node's ports need, and tells which interface serves
 * which port. `wanted` has for each port the address that the engine gave: names are no help, which interface is eth0
 * changes from start to start.
 *
 * A router's interfaces lose their addresses, since its kernel is to answer for none; a host's get those of the lab.
 */
export async function takePorts(
  scenario: Scenario,
  node: string,
  wanted: ReadonlyMap<string, string>,
): Promise<ReadonlyMap<string, string>> {
  if (wanted.size === 0) return wanted;
  const shown = JSON.parse(await run(['ip -json address show'])) as ShownInterface[];
  const taken = new Map(Array.from(wanted, ([port, address]) => [port, interfaceWith(address, shown)]));
  for (const [port, device] of taken) await run(preparations(scenario, node, port, device));
  return taken;
}

function interfaceWith(text: string, shown: readonly ShownInterface[]): string {
  const address = parseAddress(text);
  const hasIt = ({ addr_info = [] }: ShownInterface): boolean =>
    addr_info.some(({ local = '' }) => {
      const own = parseAddress(local);
      return address !== undefined && own !== undefined && sameAddress(own, address);
    });
  const found = shown.find(hasIt);
  if (!found) throw new LabError(`no interface here has the address '${text}'`, 3);
  return found.ifname;
}

/** A shell script, line by line. */
function preparations(scenario: Scenario, node: string, port: string, device: string): string[] {
  const described = scenario.nodes.find(({ name }) => name === node);
  return [
    `ip link set dev ${device} down`,
    `ip address flush dev ${device}`,
    // No address of the kernel's own making; one without IPv6 makes none.
    `ip link set dev ${device} addrgenmode none 2>/dev/null || true`,
    `ip link set dev ${device} address ${formatMac(macOf(scenario, node, port))}`,
    offloadsOff(device),
    `ip link set dev ${device} up`,
    ...(described?.kind === 'host' ? hostAddresses(described, device).map((line) => `ip ${line}`) : []),
  ];
}

async function run(script: readonly string[]): Promise<string> {
  const { status, out, err } = await runProgram('sh', ['-e'], `${script.join('\n')}\n`);
  if (status !== 0) throw new LabError(`setting up the interfaces failed: ${err.trim()}`, 3);
  return out;
}
