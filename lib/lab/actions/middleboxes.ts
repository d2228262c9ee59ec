import { formatAddress, prefixContains, sameAddress } from '../../address.ts';
import { ipv4Address } from '../read/forms.ts';
import { addressesSeenFrom } from '../read/link-addresses.ts';
import type { MiddleboxAction } from './action.ts';
import { text, type LabOfSteps, type RowsOf } from './row.ts';
import { firewall, nat } from './targets.ts';
import type { Value } from '../read/document.ts';

export const middleboxActions: RowsOf<MiddleboxAction> = {
  rebind: {
    target: nat,
    fields: {
      address: { form: ipv4Address, help: 'another outside address', json: text('another outside address besides') },
    },
    help: 'every mapping of a NAT gets another outside port; with `address: 172.16.0.9` the NAT another outside address as well',
    example: 'rebind: nat',
    tone: 'fault',
    says: 'moves everybody behind it to other ports, and tells nobody ({what})',
    doneBy: 'node',
    finish(action, { fields, lab }) {
      const value = fields.get('address');
      const address = value && readOutsideAddress(value, action.node, lab);
      return { ...action, ...(address !== undefined && { address }) };
    },
    more: ({ address }) => (address === undefined ? '' : ` to ${address}`),
  },
  'forget-mappings': {
    target: nat,
    fields: {},
    help: 'the NAT loses its mappings',
    example: 'forget-mappings: nat',
    tone: 'fault',
    says: 'forgets who has which port, and tells nobody',
    doneBy: 'node',
  },
  'forget-states': {
    target: firewall,
    fields: {},
    help: 'the firewall loses its states',
    example: 'forget-states: firewall',
    tone: 'fault',
    says: 'forgets whom it lets answer, and tells nobody',
    doneBy: 'node',
  },
};

/** An address of the NAT's outside network that nobody there has. */
function readOutsideAddress(value: Value, name: string, lab: LabOfSteps): string | undefined {
  const address = value.read(ipv4Address);
  const node = lab.nodes.find((node) => node.name === name);
  if (!address || node?.kind !== 'nat') return undefined;
  const text = formatAddress(address);
  const others = addressesSeenFrom({ node: name, port: 'outside' }, lab, lab.authority) ?? [];
  if (!prefixContains(node.settings.outside.address, address))
    value.wrong(`${text} is not on the outside network of ${name}`);
  else if (others.some((other) => sameAddress(other, address))) value.wrong(`somebody else has the address ${text}`);
  return text;
}
