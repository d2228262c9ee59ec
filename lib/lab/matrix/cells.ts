/** What the matrix of stuck sessions is made of: each is an axis, and its values are named as they are filtered by. */
export const axes = {
  mode: ['packet-based', 'inactivity-based'],
  fault: ['peer-forgot', 'nat-rebound', 'firewall-forgot', 'path-moved', 'ha-failover'],
  direction: ['both-ways', 'one-way-forward', 'one-way-reverse', 'outbound-only'],
  transport: ['udp', 'tcp'],
  encoding: ['protobuf', 'tlv'],
} as const;

export type Axis = keyof typeof axes;
export type Mode = (typeof axes.mode)[number];
export type MatrixFault = (typeof axes.fault)[number];
export type MatrixDirection = (typeof axes.direction)[number];

/** One value of each axis. */
export type Cell = { readonly [A in Axis]: (typeof axes)[A][number] };

/** Values of all axes: no two have one in common. */
export const axisWords: readonly string[] = Object.values(axes).flat();

/** `nat-rebound-both-ways-udp-tlv-packet-based`: those that differ only in the mode stand side by side. */
export const nameOf = ({ mode, fault, direction, transport, encoding }: Cell): string =>
  [fault, direction, transport, encoding, mode].join('-');

/** Every cell, the mode varying fastest. */
export function allCells(): Cell[] {
  const cells: Cell[] = [];
  for (const fault of axes.fault)
    for (const direction of axes.direction)
      for (const transport of axes.transport)
        for (const encoding of axes.encoding)
          for (const mode of axes.mode) cells.push({ mode, fault, direction, transport, encoding });
  return cells;
}

/** The cells that these words leave: of words of one axis a cell has one, and of each axis that words are of. */
export function cellsWith(words: readonly string[]): Cell[] {
  const wanted = Object.values(axes)
    .map((values) => words.filter((word) => (values as readonly string[]).includes(word)))
    .filter((chosen) => chosen.length > 0);
  return allCells().filter((cell) =>
    wanted.every((chosen) => chosen.some((word) => Object.values(cell).includes(word as never))),
  );
}

/** Why a cell is none; undefined if it is one. */
export function absenceOf({ transport, direction }: Cell): string | undefined {
  if (transport === 'tcp' && direction === 'one-way-forward')
    return 'no traffic there is sends over TCP forward alone: a download carries its bytes in reverse';
  return undefined;
}
