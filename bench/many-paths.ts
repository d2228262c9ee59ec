/** Two routers on one wire with a path in each of `count` VLANs: as many peer paths at either as there are VLANs. */
export function manyPaths(count: number, bfd: readonly string[]): string {
  const vlans = Array.from({ length: count }, (_, index) => index + 1);
  return `
name: many-paths
about: ${count} paths between two routers
duration: 60min
lab:
  nodes:
    hub: { kind: router }
    far: { kind: router }
  links:
    wan: { ends: ['hub:wan', 'far:wan'], delay: 5ms }
  configuration: |
    authority
      emulator
        session-table-size 16
      exit
      security sealed
        encrypt false
        hmac-key 00112233445566778899aabbccddeeff
      exit
${router('hub', 'far', 1, vlans, bfd)}
${router('far', 'hub', 2, vlans, bfd)}
    exit
`;
}

const router = (name: string, peer: string, host: number, vlans: readonly number[], bfd: readonly string[]): string => `
      router ${name}
        bfd
          ${bfd.join('\n          ')}
        exit
        peer ${peer}
          router-name ${peer}
        exit
        node ${name}
          device-interface wan
${vlans.map((vlan) => networkInterface(vlan, host)).join('\n')}
          exit
        exit
      exit`;

const networkInterface = (vlan: number, host: number): string => `
            network-interface vlan${vlan}
              vlan ${vlan}
              inter-router-security sealed
              neighborhood n${vlan}
                topology mesh
              exit
              address 10.${vlan >> 8}.${vlan & 0xff}.${host}
                prefix-length 24
              exit
            exit`;
