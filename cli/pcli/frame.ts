const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** What a command has shown, and what it took. */
export interface Retrieval {
  /** What was asked of the nodes, as SSR says it; undefined for a command that asks them for nothing. */
  readonly what: string | undefined;
  readonly isPiped: boolean;
  readonly begunAt: Date;
  readonly tookMs: number;
}

/** A text between the lines that SSR's operators see around what a command retrieves: when, what, and how long it took. */
export function framed(text: string, { what, isPiped, begunAt, tookMs }: Retrieval): string {
  if (what === undefined) return text;
  if (isPiped) return `✔ Piping output...\n${text}`;
  const head = `${formatDate(begunAt)}\n✔ Retrieving ${what}...\n\n`;
  return `${head}${text.trimEnd()}\n\nCompleted in ${(tookMs / 1_000).toFixed(2)} seconds\n`;
}

/** `Wed 2023-10-18 17:03:48 UTC`. */
export const formatDate = (date: Date): string =>
  `${days[date.getUTCDay()]} ${date.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
