/** What a ladder is drawn with. */
export interface Glyphs {
  readonly line: string;
  readonly gap: string;
  readonly rail: string;
  readonly cross: string;
  readonly startRight: string;
  readonly startLeft: string;
  readonly headRight: string;
  readonly headLeft: string;
  readonly lost: string;
  readonly unseen: string;
  readonly note: string;
  readonly mark: string;
  readonly ellipsis: string;
}

export const unicodeGlyphs: Glyphs = {
  line: '│',
  gap: '┊',
  rail: '─',
  cross: '┼',
  startRight: '├',
  startLeft: '┤',
  headRight: '▶',
  headLeft: '◀',
  lost: '✗',
  unseen: '?',
  note: '●',
  mark: '━',
  ellipsis: '…',
};

export const asciiGlyphs: Glyphs = {
  line: '|',
  gap: ':',
  rail: '-',
  cross: '+',
  startRight: '|',
  startLeft: '|',
  headRight: '>',
  headLeft: '<',
  lost: 'x',
  unseen: '?',
  note: '*',
  mark: '=',
  ellipsis: '..',
};
