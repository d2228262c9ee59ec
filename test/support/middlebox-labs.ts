import { parseScenario } from '../../lib/lab/parse.ts';
import type { Scenario } from '../../lib/lab/scenario.ts';
import { scenarioOf } from './lab-files.ts';

const configuration = '  configuration: |\n    authority\n    exit\n';

/** A client behind a NAT, and a server outside. `options` are those of the NAT, `rest` what the scenario says besides. */
export function natLab(rest: string, options = '', wan = ''): Scenario {
  const text = `
name: behind-a-nat
about: a client behind a NAT, and a server outside
duration: 10s
lab:
  nodes:
    client: { kind: host, addresses: [192.168.0.10/24], gateways: [192.168.0.1] }
    nat: { kind: nat, inside: 192.168.0.1/24, outside: 203.0.113.1/24${options} }
    server: { kind: host, addresses: [203.0.113.80/24] }
  links:
    lan: { ends: [client, 'nat:inside'], delay: 1ms }
    wan: { ends: ['nat:outside', server], delay: 10ms${wan} }
${configuration}${rest}`;
  return scenarioOf(parseScenario(text, 'behind-a-nat.yaml', () => undefined));
}

/** A client behind a firewall, on one network with the server outside. */
export function firewallLab(rest: string, options = '', far = ''): Scenario {
  const text = `
name: behind-a-firewall
about: a client behind a firewall, and a server outside
duration: 10s
lab:
  nodes:
    client: { kind: host, addresses: [10.0.0.1/24, 'fd00::1/64'] }
    wall: { kind: firewall${options} }
    server: { kind: host, addresses: [10.0.0.2/24, 'fd00::2/64'] }
  links:
    near: { ends: [client, 'wall:inside'], delay: 1ms }
    far: { ends: ['wall:outside', server], delay: 10ms${far} }
${configuration}${rest}`;
  return scenarioOf(parseScenario(text, 'behind-a-firewall.yaml', () => undefined));
}
