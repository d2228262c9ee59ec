import type { Dissection } from '../dissection.ts';
import type { Field, FieldValue, FieldValues } from '../fields/field.ts';
import { fieldTable, findField } from '../fields/table.ts';
import { FilterError, type FilterFault } from './lexer.ts';
import { parseFilter, type FieldNames } from './parse.ts';
import { isNetwork, type FilterTree, type Network, type Operator, type Range } from './tree.ts';

/** A filter that is ready to be asked. */
export interface Filter {
  readonly test: (packet: Dissection) => boolean;
  /** It can be answered only if sessions are followed. */
  readonly needsSession: boolean;
}

type Test = Filter['test'];
type Holds = (value: FieldValue) => boolean;

const allFields: FieldNames = { find: findField, names: () => fieldTable.map(({ name }) => name) };

/** Reads a filter, or says what is wrong with it and where. Never throws. */
export function compileFilter(text: string, fields: FieldNames = allFields): Filter | FilterFault {
  try {
    const tree = parseFilter(text, fields);
    return { test: compile(tree), needsSession: asksSession(tree) };
  } catch (error) {
    if (error instanceof FilterError) return error.fault;
    throw error;
  }
}

/** Whether `compileFilter` has found fault. */
export const isFault = (compiled: Filter | FilterFault): compiled is FilterFault => 'message' in compiled;

function compile(tree: FilterTree): Test {
  switch (tree.kind) {
    case 'and': {
      const tests = tree.of.map(compile);
      return (packet) => tests.every((test) => test(packet));
    }
    case 'or': {
      const tests = tree.of.map(compile);
      return (packet) => tests.some((test) => test(packet));
    }
    case 'not': {
      const of = compile(tree.of);
      return (packet) => !of(packet);
    }
    case 'present':
      return present(tree.field);
    case 'compare':
      return tree.operator === '!='
        ? noValue(tree.field, equals(tree.value))
        : someValue(tree.field, compared(tree.operator, tree.value));
    case 'in':
      return someValue(tree.field, within(tree.ranges));
    case 'contains':
      return someValue(tree.field, containing(tree.part));
    case 'matches':
      return someValue(tree.field, (value) => tree.pattern.test(String(value)));
  }
}

const isList = (values: FieldValues): values is readonly FieldValue[] => Array.isArray(values);

/** A flag by itself asks whether it is set; any other field, whether it is there. */
function present({ read, type }: Field): Test {
  if (type === 'flag') return (packet) => read(packet) === true;
  return (packet) => {
    const values = read(packet);
    return values !== undefined && !(isList(values) && values.length === 0);
  };
}

/** Of several values one is enough. */
function someValue({ read }: Field, holds: Holds): Test {
  return (packet) => {
    const values = read(packet);
    if (values === undefined) return false;
    return isList(values) ? values.some(holds) : holds(values);
  };
}

/** The field is there, and none of its values is the one. */
function noValue({ read }: Field, holds: Holds): Test {
  return (packet) => {
    const values = read(packet);
    if (values === undefined) return false;
    return isList(values) ? !values.some(holds) : !holds(values);
  };
}

function compared(operator: Operator, value: FieldValue | Network): Holds {
  if (operator === '==' || operator === '!=') return equals(value);
  const against = value as FieldValue;
  switch (operator) {
    case '<':
      return (found) => isComparable(found, against) && order(found, against) < 0;
    case '<=':
      return (found) => isComparable(found, against) && order(found, against) <= 0;
    case '>':
      return (found) => isComparable(found, against) && order(found, against) > 0;
    case '>=':
      return (found) => isComparable(found, against) && order(found, against) >= 0;
  }
}

function equals(value: FieldValue | Network): Holds {
  if (isNetwork(value)) return (found) => found instanceof Uint8Array && isIn(found, value);
  if (!(value instanceof Uint8Array)) return (found) => found === value;
  return (found) => found instanceof Uint8Array && found.length === value.length && order(found, value) === 0;
}

function within(ranges: readonly Range[]): Holds {
  const tests = ranges.map(({ from, to }): Holds => {
    if (to === undefined) return equals(from);
    const lowest = from as FieldValue;
    return (found) =>
      isComparable(found, lowest) && isComparable(found, to) && order(found, lowest) >= 0 && order(found, to) <= 0;
  });
  return (found) => tests.some((holds) => holds(found));
}

function containing(part: string | Uint8Array): Holds {
  if (typeof part === 'string') return (found) => typeof found === 'string' && found.includes(part);
  return (found) => found instanceof Uint8Array && indexOf(found, part) >= 0;
}

function indexOf(bytes: Uint8Array, part: Uint8Array): number {
  for (let at = 0; at + part.length <= bytes.length; at++) {
    if (part.every((byte, i) => bytes[at + i] === byte)) return at;
  }
  return -1;
}

/** Addresses of different families have no order among them. */
const isComparable = (one: FieldValue, other: FieldValue): boolean =>
  one instanceof Uint8Array
    ? other instanceof Uint8Array && one.length === other.length
    : typeof one === 'number' && typeof other === 'number';

function order(one: FieldValue, other: FieldValue): number {
  if (!(one instanceof Uint8Array) || !(other instanceof Uint8Array)) return Number(one) - Number(other);
  for (let i = 0; i < one.length; i++) if (one[i] !== other[i]) return one[i] - other[i];
  return 0;
}

function isIn(address: Uint8Array, { address: network, length }: Network): boolean {
  if (address.length !== network.length) return false;
  for (let bit = 0; bit < length; bit += 8) {
    const mask = (0xff00 >> Math.min(8, length - bit)) & 0xff;
    if (((address[bit >> 3] ^ network[bit >> 3]) & mask) !== 0) return false;
  }
  return true;
}

function asksSession(tree: FilterTree): boolean {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return tree.of.some(asksSession);
    case 'not':
      return asksSession(tree.of);
    default:
      return tree.field.needsSession === true;
  }
}
