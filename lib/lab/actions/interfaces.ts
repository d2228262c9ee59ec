import { formatAddress, formatPrefix, parseAddress, sameAddress } from '../../address.ts';
import { formatConfiguration, isOnLink, parseConfiguration } from '../../config/index.ts';
import { quote } from '../../diagnostic.ts';
import { portAddresses, withAddress } from '../configurations.ts';
import { address } from '../read/forms.ts';
import { addressesSeenFrom } from '../read/link-addresses.ts';
import type { AddressAction, InterfaceAction } from './action.ts';
import { field, needed, text, type LabOfSteps, type RowsOf } from './row.ts';
import { machinePort, routerPort } from './targets.ts';

export const interfaceActions: RowsOf<InterfaceAction> = {
  'interface-down': {
    target: machinePort,
    fields: {},
    help:
      'the interface is down: nothing comes or goes, and the router knows at once. On a wire the other end loses its ' +
      'carrier as well; on a segment, and on compose, where every link is a switch, it does not',
    example: "interface-down: 'spoke:cable'",
    tone: 'fault',
    says: 'loses the carrier of an interface ({what})',
    liftedBy: 'interface-up',
    state: 'down',
    doneBy: 'node',
  },
  'interface-up': {
    target: machinePort,
    fields: {},
    help: 'undoes that',
    example: "interface-up: 'spoke:cable'",
    tone: 'fault',
    says: 'has the carrier of an interface back ({what})',
    doneBy: 'node',
  },
};

const other = field({ ...address, neutral: '', read: readAddress }, 'the other address', text('the other address'));

export const addressActions: RowsOf<AddressAction> = {
  'address-change': {
    target: routerPort,
    fields: { address: needed(other) },
    help:
      'the interface has another address of its subnet, and tells who is on its link; what other routers are configured ' +
      'with names the old one. It stays so if the router is started anew',
    example: "address-change: 'spoke:wan', address: 172.16.0.77",
    tone: 'fault',
    says: 'has another address ({what})',
    liftedBy: 'address-back',
    state: 'at another address',
    isReplaceable: true,
    doneBy: 'fabric',
    finish(action, { fields, lab }) {
      const why = whyNotThere(action, lab);
      if (why) fields.get('address')?.wrong(why.message, why.hint);
      return why ? undefined : action;
    },
    more: ({ address }) => ` to ${address}`,
  },
  'address-back': {
    target: routerPort,
    fields: {},
    help: 'undoes that',
    example: "address-back: 'spoke:wan'",
    tone: 'fault',
    says: 'has its own address again ({what})',
    doneBy: 'fabric',
  },
};

/** As it is printed. */
function readAddress(text: string): string | undefined {
  const read = parseAddress(text);
  return read && formatAddress(read);
}

/** Why an interface cannot have this address; undefined if it can. */
function whyNotThere(
  { node: name, port, address: text }: Extract<AddressAction, { kind: 'address-change' }>,
  lab: LabOfSteps,
): { readonly message: string; readonly hint?: string } | undefined {
  const node = lab.nodes.find((node) => node.name === name);
  const wanted = parseAddress(text);
  if (node?.kind !== 'router' || !wanted) return undefined;
  const where = quote(`${name}:${port}`);
  const own = portAddresses(lab.authority, node, port);
  if (own.some(({ ipAddress }) => sameAddress(ipAddress, wanted))) return { message: `${where} has this address` };
  if (!own.some((one) => isOnLink(one, wanted))) {
    const has = own.map(({ ipAddress, prefixLength }) => formatPrefix({ address: ipAddress, length: prefixLength }));
    return { message: `this is in no subnet of ${where}`, hint: `it has ${[...new Set(has)].join(', ') || 'none'}` };
  }
  const others = addressesSeenFrom({ node: name, port }, lab, lab.authority) ?? [];
  if (others.some((other) => sameAddress(other, wanted)))
    return { message: `somebody else on this link has this address` };
  const changed = formatConfiguration(withAddress(lab.authority, node, port, wanted));
  const [wrong] = parseConfiguration(changed, 'configuration').diagnostics ?? [];
  return wrong && { message: `with this address the configuration is wrong: ${wrong.message}` };
}
