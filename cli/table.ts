import { stripVTControlCharacters } from 'node:util';

/** Tables as SSR prints them: rules of `=`, a space around each cell, text to the left, numbers to the right. */
export interface Column<Row> {
  readonly title: string;
  readonly of: (row: Row) => string | number;
  /** Texts to the right as well, under a title to the right. */
  readonly isRight?: true;
}

/** Lines of a table, without a line end after the last. A column is a column of numbers if all its cells are. */
export function formatTable<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): string {
  const shaped = columns.map((column) => {
    const cells = rows.map(column.of);
    const isNumeric = column.isRight === true || (cells.length > 0 && cells.every((cell) => typeof cell === 'number'));
    const texts = [column.title, ...cells.map(String)];
    const width = Math.max(...texts.map(visibleLength));
    return { rule: '='.repeat(width + 2), texts: texts.map((text) => pad(text, width, isNumeric)) };
  });
  const rule = shaped.map((column) => column.rule).join(' ');
  const line = (index: number): string =>
    shaped
      .map((column) => ` ${column.texts[index]} `)
      .join(' ')
      .trimEnd();
  return [rule, line(0), rule, ...rows.map((_, index) => line(index + 1))].join('\n');
}

/** A heading between two rules, above what belongs to one node or service. */
export function formatHeading(text: string): string {
  const rule = '='.repeat(visibleLength(text) + 2);
  return `${rule}\n ${text}\n${rule}`;
}

/** Columns that a text takes on the screen: colours take none. */
export const visibleLength = (text: string): number => stripVTControlCharacters(text).length;

function pad(text: string, width: number, toTheRight: boolean): string {
  const space = ' '.repeat(width - visibleLength(text));
  return toTheRight ? space + text : text + space;
}
