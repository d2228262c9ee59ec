import { parseConfiguration, type Authority } from '../lib/config/index.ts';

/** Two routers, one service for everything, and room for as many sessions as a benchmark wants. */
export function benchAuthority(options: { readonly hmac: boolean; readonly sessions: number }): Authority {
  const security = options.hmac ? 'inter-router-security sealed' : '';
  const text = `
    authority
      emulator
        session-table-size ${options.sessions}
      exit
      session-recovery-detection
        mode inactivity-based
        inactivity-timeout 5
      exit
      tenant corp
      exit
      security sealed
        encrypt false
        hmac-key 00112233445566778899aabbccddeeff
      exit
      service everything
        address 10.2.0.0/16
        access-policy corp
        exit
      exit
      ${router('spoke', 'hub', ['10.1.0.1', 16], '172.16.0.1', security, 'tenant corp', 'peer hub')}
      ${router('hub', 'spoke', ['10.2.0.1', 16], '172.16.0.2', security, '', 'next-hop hub lan\n exit')}
    exit`;
  const { authority, diagnostics } = parseConfiguration(text, 'benchmark');
  if (!authority) throw new Error(diagnostics.map(({ message }) => message).join('; '));
  return authority;
}

function router(
  name: string,
  peer: string,
  lan: readonly [address: string, prefixLength: number],
  wan: string,
  security: string,
  tenant: string,
  route: string,
): string {
  return `
      router ${name}
        max-way-points 1000000
        peer ${peer}
          router-name ${peer}
        exit
        service-route everything
          service-name everything
          ${route}
        exit
        node ${name}
          device-interface lan
            network-interface lan
              ${tenant}
              address ${lan[0]}
                prefix-length ${lan[1]}
              exit
            exit
          exit
          device-interface wan
            network-interface wan
              mtu 9000
              ${security}
              neighborhood internet
                topology mesh
              exit
              address ${wan}
                prefix-length 24
              exit
            exit
          exit
        exit
      exit`;
}
