import { list } from './element.ts';
import { identifier, integer, text } from './leaf.ts';
import type { Leaf } from './leaf.ts';

export const name = (of: string): Leaf<string, true> => identifier({ required: true, help: `Name of ${of}` });

export const description = text({ help: 'A note for people' });

export const portRange = list('Ports', ['start-port'], {
  'start-port': integer(0, 65_535, { required: true, help: 'First port of the range' }),
  'end-port': integer(0, 65_535, { help: 'Last port of the range; the first one if absent' }),
});
