/** How a field of a record stands on a tape. Numbers are little-endian. */
export type FieldForm = 'u8' | 'u32' | 'f64' | 'bytes' | 'text';

/**
 * What a tape consists of, each once: the codec, and what a replay does, derive from it. `input` enters the device and
 * makes it work; `answer` is what it was given when it asked, for chance or for its store; `output` is what it gave away
 * meanwhile, and what a replay is held against. Times are Instants.
 */
export const records = {
  receive: { code: 1, role: 'input', fields: { time: 'f64', port: 'u8', packet: 'u32', bytes: 'bytes' } },
  poll: { code: 2, role: 'input', fields: { time: 'f64' } },
  carrier: { code: 3, role: 'input', fields: { time: 'f64', port: 'u8', hasCarrier: 'u8' } },
  command: { code: 4, role: 'input', fields: { time: 'f64', command: 'text' } },
  unit: { code: 16, role: 'answer', fields: { value: 'f64' } },
  below: { code: 17, role: 'answer', fields: { value: 'f64' } },
  fill: { code: 18, role: 'answer', fields: { bytes: 'bytes' } },
  /** `reachedAt` is -1 for none. */
  store: { code: 19, role: 'answer', fields: { isConnected: 'u8', reachedAt: 'f64' } },
  change: { code: 20, role: 'answer', fields: { change: 'text', key: 'text', value: 'bytes' } },
  transmit: { code: 32, role: 'output', fields: { port: 'u8', bytes: 'bytes' } },
  put: { code: 33, role: 'output', fields: { key: 'text', value: 'bytes' } },
  delete: { code: 34, role: 'output', fields: { key: 'text' } },
  restart: { code: 35, role: 'output', fields: {} },
  complete: { code: 36, role: 'output', fields: {} },
  /** The last record of a tape that was not broken off. `isFull` says that more was to come, and there was no room. */
  end: { code: 255, role: 'end', fields: { isFull: 'u8' } },
} as const satisfies Record<string, { code: number; role: string; fields: Readonly<Record<string, FieldForm>> }>;

interface ValueOf {
  u8: number;
  u32: number;
  f64: number;
  bytes: Uint8Array;
  text: string;
}

export type RecordKind = keyof typeof records;
type FieldsOf<Kind extends RecordKind> = {
  readonly [Name in keyof (typeof records)[Kind]['fields']]: ValueOf[(typeof records)[Kind]['fields'][Name] &
    FieldForm];
};

/** A record as it is written and read. `bytes` of one that was read are a view of the tape. */
export type TapeRecord = { [Kind in RecordKind]: { readonly kind: Kind } & FieldsOf<Kind> }[RecordKind];
export type RecordOf<Kind extends RecordKind> = Extract<TapeRecord, { kind: Kind }>;
type KindsWithRole<Role> = {
  [Kind in RecordKind]: (typeof records)[Kind]['role'] extends Role ? Kind : never;
}[RecordKind];
export type InputRecord = RecordOf<KindsWithRole<'input'>>;
export type AnswerRecord = RecordOf<KindsWithRole<'answer'>>;
export type OutputRecord = RecordOf<KindsWithRole<'output'>>;

/** Stands at the beginning of every tape; then the length of the header as a u32, and the header. */
export const MAGIC = Uint8Array.of(0x53, 0x56, 0x52, 0x74, 0x61, 0x70, 0x65, 0x31);

export const roleOf = ({ kind }: TapeRecord): (typeof records)[RecordKind]['role'] => records[kind].role;
