import { impairmentFields, linkKeys } from '../../lib/link/impairment.ts';
import type { Holding, LinkKey } from '../../lib/link/impairment.ts';
import { code, markdownTable } from './markdown.ts';

const values: Readonly<Record<Holding, string>> = {
  duration: '`20ms`',
  share: '`2.5%`',
  number: '',
  bytes: '`64KiB`',
  rate: '`10Mbit`',
  flag: '`yes`',
  distribution: '`normal`',
  order: '`free`',
  state: '`1% 20% 0% 100% 0.5%`',
  gemodel: '`1% 10% 70% 0.1%`',
  slot: '`5ms..10ms`',
};

/** Everything that a link may do to frames. */
export const linkKeysTable = (): string =>
  markdownTable(
    ['Key', 'Value', 'What it does', 'Only with'],
    impairmentFields.map((field) => {
      const { key, holds, from, to, says, needs = [] }: LinkKey = linkKeys[field];
      const value = holds === 'number' ? `${from} to ${to}` : values[holds];
      return [code(key), value, says, needs.map(code).join(' or ')];
    }),
  );
