import { authority } from '../../lib/config/schema/authority.ts';
import type { AnyLeaf, AnyLeafList, Block, Element } from '../../lib/config/schema/element.ts';
import { emulator } from '../../lib/config/schema/emulator.ts';
import { code, markdownTable } from './markdown.ts';

/** Every element of the configuration, one section for each block. */
export const configurationReference = (): string => describeBlock('authority', authority).join('\n\n');

/** The leaves in which the emulator's own choices can be made otherwise. */
export function emulatorTable(): string {
  return markdownTable(
    ['Under `authority emulator`', 'Value', 'Default', 'Meaning'],
    Object.entries(emulator.children).map(([name, leaf]) => [
      code(name),
      leaf.type.describes,
      defaultOf(leaf as AnyLeaf),
      leaf.help,
    ]),
  );
}

/** The section of a block, then those of the blocks in it. */
function describeBlock(path: string, block: Block): string[] {
  const children = Object.entries(block.children);
  const keys = block.element === 'list' ? ` ${block.keys.map((key) => key.toUpperCase()).join(' ')}` : '';
  const table = markdownTable(
    ['Element', 'Value', 'Default', 'Meaning'],
    children.map(([name, element]) => describeElement(name, element, block)),
  );
  const inner = children.flatMap(([name, element]) =>
    isBlock(element) ? describeBlock(`${path} ${name}`, element) : [],
  );
  return [`### ${path}${keys}`, `${block.help}.`, table, ...inner];
}

const isBlock = (element: Element): element is Block => element.element === 'container' || element.element === 'list';

function describeElement(name: string, element: Element, parent: Block): string[] {
  switch (element.element) {
    case 'container':
      return [code(name), 'a block', '', helpOf(element)];
    case 'list':
      return [code(name), `blocks, by ${element.keys.join(' and ')}`, '', helpOf(element)];
    case 'leaf':
      return [code(name), typeOf(element), isKey(name, parent) ? 'the key' : defaultOf(element), helpOf(element)];
    case 'leaf-list':
      return [code(name), `any number of times: ${typeOf(element)}`, '', element.help];
  }
}

/** Of a list it is which items there are that takes a restart. */
const helpOf = ({ help, atStart }: Element): string => (atStart ? `${help} (restart)` : help);

const isKey = (name: string, parent: Block): boolean => parent.element === 'list' && parent.keys.includes(name);

const typeOf = ({ type, refersTo }: AnyLeaf | AnyLeafList): string =>
  refersTo === undefined ? type.describes : `name of a ${refersTo}`;

function defaultOf({ type, required, default: value }: AnyLeaf): string {
  if (required) return 'required';
  return value === undefined ? '' : code(type.write(value));
}
