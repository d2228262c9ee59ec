import { list } from './element.ts';
import type { List } from './element.ts';
import { identifier, integer, text } from './leaf.ts';
import type { Leaf } from './leaf.ts';

export const name = (of: string): Leaf<string, true> => identifier({ required: true, help: `Name of ${of}` });

export const description = text({ help: 'A note for people' });

type PortRangeChildren = { readonly 'start-port': Leaf<number, true>; readonly 'end-port': Leaf<number, false> };

/** Ports from `min` up. */
export const portRange = (min: number): List<PortRangeChildren> =>
  list('Ports', ['start-port'], {
    'start-port': integer(min, 65_535, { required: true, help: 'First port of the range' }),
    'end-port': integer(min, 65_535, { help: 'Last port of the range; the first one if absent' }),
  });
