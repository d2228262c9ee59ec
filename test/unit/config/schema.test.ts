import { deepEqual, equal, ok } from 'node:assert/strict';
import { camelCase, plural } from '../../../lib/config/schema/names.ts';
import { root } from '../../../lib/config/schema/authority.ts';
import type { AnyLeaf, AnyLeafList, Block } from '../../../lib/config/schema/element.ts';

interface Found {
  readonly path: string;
  readonly leaf: AnyLeaf | AnyLeafList;
  readonly lists: readonly string[];
}

/** Every leaf with its path, and the lists of the blocks around it. */
function* leaves(block: Block, path: string, around: readonly string[]): Generator<Found> {
  const children = Object.entries(block.children);
  const lists = [...around, ...children.filter(([, child]) => child.element === 'list').map(([name]) => name)];
  for (const [name, child] of children) {
    if (child.element === 'leaf' || child.element === 'leaf-list')
      yield { path: `${path}/${name}`, leaf: child, lists };
    else yield* leaves(child, `${path}/${name}`, lists);
  }
}

function* blocks(block: Block, path: string): Generator<{ readonly path: string; readonly block: Block }> {
  yield { path, block };
  for (const [name, child] of Object.entries(block.children)) {
    if (child.element === 'container' || child.element === 'list') yield* blocks(child, `${path}/${name}`);
  }
}

describe('the configuration schema', () => {
  const all = [...leaves(root, '', [])];

  it('explains every element', () => {
    const silent = [
      ...all.map(({ path, leaf }) => [path, leaf.help]),
      ...[...blocks(root, '')].map(({ path, block }) => [path, block.help]),
    ];
    deepEqual(
      silent.filter(([, help]) => help.length < 5),
      [],
    );
  });

  it('has defaults that are valid', () => {
    for (const { path, leaf } of all) {
      if (leaf.element === 'leaf' && leaf.default !== undefined) {
        deepEqual(leaf.type.read(leaf.type.write(leaf.default)), leaf.default, path);
      }
    }
  });

  it('requires the keys of every list, and nothing of a container', () => {
    for (const { path, block } of blocks(root, '')) {
      const required = Object.entries(block.children).filter(([, child]) => child.element === 'leaf' && child.required);
      if (block.element === 'container') deepEqual(required, [], path);
      else
        ok(
          block.keys.every((key) => required.some(([name]) => name === key)),
          path,
        );
    }
  });

  it('refers only to lists that enclose the reference', () => {
    for (const { path, leaf, lists } of all) ok(leaf.refersTo === undefined || lists.includes(leaf.refersTo), path);
  });

  it('calls elements in TypeScript as the types do', () => {
    equal(camelCase('session-recovery-detection'), 'sessionRecoveryDetection');
    deepEqual(['tenant', 'access-policy', 'address'].map(plural), ['tenants', 'access-policies', 'addresses']);
  });
});
