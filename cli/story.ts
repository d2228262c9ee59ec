import type { EventSink, LabEvent } from '../lib/lab/fabric.ts';
import { phraseOf } from '../lib/report/phrases.ts';
import type { Paint, Tone } from './terminal.ts';
import { formatSeconds } from './units.ts';

/** As many lines as fit a screen; whoever wants all has events.ndjson. */
const LINES_MAX = 40;

/** One thing that happened, or the same thing several times in a row of events without a fault in between. */
export interface StoryLine {
  readonly time: number;
  readonly node: string;
  readonly tone: Tone;
  readonly text: string;
  count: number;
  lastTime: number;
}

/**
 * What happened in a run, told in a few lines, of which each stands for all events that read the same.
 *
 * A fault begins a new chapter, in which everything is told anew: the same message means something else after it.
 */
export class Story implements EventSink {
  readonly #lab: Readonly<Record<string, string>>;
  readonly #lines: StoryLine[] = [];
  #chapter = new Map<string, StoryLine>();
  #untold = 0;

  /** `lab` has words for phrases that no event has, such as the lab's `timeout`. */
  constructor(lab: Readonly<Record<string, string>>) {
    this.#lab = lab;
  }

  get lines(): readonly StoryLine[] {
    return this.#lines;
  }

  /** Events that the lines do not stand for, because there would have been too many of them. */
  get untold(): number {
    return this.#untold;
  }

  event(event: LabEvent): void {
    const phrase = phraseOf(event, this.#lab);
    if (!phrase) return;
    if (phrase.tone === 'fault') this.#chapter = new Map();

    const key = `${event.node} ${phrase.text}`;
    const told = this.#chapter.get(key);
    if (told) {
      told.count++;
      told.lastTime = event.time;
    } else if (this.#lines.length < LINES_MAX) {
      const line = { ...phrase, time: event.time, node: event.node, count: 1, lastTime: event.time };
      this.#lines.push(line);
      this.#chapter.set(key, line);
    } else {
      this.#untold++;
    }
  }
}

/** Time, node and what it does, below each other. */
export function formatStory(story: Story, paint: Paint): string {
  const { lines, untold } = story;
  const times = lines.map((line) => formatSeconds(line.time));
  const timeWidth = Math.max(0, ...times.map((time) => time.length));
  const nodeWidth = Math.max(0, ...lines.map((line) => line.node.length));
  const told = lines.map((line, i) => {
    const again = line.count > 1 ? `; ${line.count} times until ${formatSeconds(line.lastTime)}` : '';
    const text = `${line.node.padEnd(nodeWidth)}  ${line.text}`;
    return `  ${paint('faint', times[i].padStart(timeWidth))}  ${paint(line.tone, text)}${paint('faint', again)}`;
  });
  if (untold > 0) told.push(`  and ${untold} more, which events.ndjson has`);
  return told.join('\n');
}
