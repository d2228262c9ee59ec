/** What a piece of text is, for those who see it in colour. */
export type Tone = 'plain' | 'heading' | 'fault' | 'bad' | 'good' | 'faint';

export type Paint = (tone: Tone, text: string) => string;

/** Parameters of the terminal's own "select graphic rendition". */
const renditions: Readonly<Record<Tone, number>> = { plain: 0, heading: 1, fault: 33, bad: 31, good: 32, faint: 90 };

export const unpainted: Paint = (_tone, text) => text;

const painted: Paint = (tone, text) => (tone === 'plain' ? text : `\x1b[${renditions[tone]}m${text}\x1b[0m`);

/** Colours only for a terminal that can show them, and for nobody who has set NO_COLOR. */
export function paintFor(stream: { readonly isTTY?: boolean }, environment = process.env): Paint {
  const refused = (environment.NO_COLOR ?? '') !== '' || environment.TERM === 'dumb';
  return stream.isTTY === true && !refused ? painted : unpainted;
}

/** Only a terminal, and one whose locale says that it takes UTF-8. */
export function isUnicode(stream: { readonly isTTY?: boolean }, environment = process.env): boolean {
  const { LC_ALL, LC_CTYPE, LANG } = environment;
  const locale = [LC_ALL, LC_CTYPE, LANG].find((value) => value !== undefined && value !== '') ?? '';
  return stream.isTTY === true && /utf-?8/i.test(locale);
}

/** Where a command writes to: results to `out`, everything on the way there to `err`. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  readonly paint: Paint;
  readonly paintError: Paint;
  /** Columns of the terminal behind `out`; 0 if there is none. */
  readonly width: number;
  /** Whether `out` can show more than ASCII. */
  readonly isUnicode: boolean;
  /** Columns of the terminal behind `err`; 0 if there is none. */
  readonly progressWidth: number;
  /** Nobody reads `out` any more: whoever has much more to say may stop. */
  readonly isOutClosed: boolean;
}

/** The process's own streams. Once nobody reads a stream any more, as behind `| head`, what is left for it is dropped. */
export function processTerminal(): Terminal {
  const closed = new Set<NodeJS.WriteStream>();
  const writer = (stream: NodeJS.WriteStream): ((text: string) => void) => {
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
      closed.add(stream);
    });
    return (text) => {
      if (!closed.has(stream)) stream.write(text);
    };
  };
  return {
    out: writer(process.stdout),
    err: writer(process.stderr),
    get isOutClosed() {
      return closed.has(process.stdout);
    },
    get width() {
      return process.stdout.isTTY ? process.stdout.columns : 0;
    },
    isUnicode: isUnicode(process.stdout),
    paint: paintFor(process.stdout),
    paintError: paintFor(process.stderr),
    get progressWidth() {
      return process.stderr.isTTY && process.env.TERM !== 'dumb' ? process.stderr.columns : 0;
    },
  };
}
