import { quote, suggest } from '../../diagnostic.ts';
import type { LabNode, LinkEnd } from '../scenario.ts';
import type { Value } from './document.ts';
import * as forms from './forms.ts';

/** Stands for an end that could not be read. */
export const unknownEnd: LinkEnd = { node: '', port: '' };

/** A port of one of the nodes: `spoke:wan`, or `client` for a node with one port. */
export function readEnd(value: Value, nodes: readonly LabNode[]): LinkEnd {
  const text = value.read(forms.line) ?? '';
  const [nodeName, portName, ...rest] = text.split(':');
  if (rest.length > 0) {
    value.wrong(`${quote(text)} is not an end of a link`, "write 'spoke:wan' or, for a node with one port, 'client'");
    return unknownEnd;
  }
  const node = nodes.find(({ name }) => name === nodeName);
  if (!node) {
    const names = nodes.map(({ name }) => name);
    value.file.report(
      value.within(0, nodeName.length),
      `there is no node ${quote(nodeName)}`,
      suggest(nodeName, names),
    );
    return unknownEnd;
  }
  const port = portName ?? (node.ports.length === 1 ? node.ports[0] : undefined);
  if (port === undefined || !node.ports.includes(port)) {
    const at = portName === undefined ? value.at : value.within(nodeName.length + 1, text.length);
    const message =
      portName === undefined ? `which port of ${nodeName}?` : `${nodeName} has no port ${quote(portName)}`;
    value.file.report(at, message, suggest(portName ?? '', node.ports));
    return unknownEnd;
  }
  return { node: nodeName, port };
}
