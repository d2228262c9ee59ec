import { deepEqual, equal, ok } from 'node:assert/strict';
import { phraseOf, phrases } from '../../../lib/report/phrases.ts';
import { Story, formatStory } from '../../../cli/story.ts';
import { unpainted } from '../../../cli/terminal.ts';
import type { LabEvent } from '../../../lib/lab/fabric.ts';
import { traceTypes } from '../../../lib/trace.ts';

const told = (...events: (Partial<LabEvent> & { type: string })[]): Story => {
  const story = new Story({ timeout: '2 s' });
  for (const event of events) story.event({ time: 0, node: 'spoke', ...event });
  return story;
};

describe('phrases', () => {
  it('say nothing with a gap in it', () => {
    for (const type of [...Object.keys(traceTypes), ...Object.keys(phrases)]) {
      const event = { time: 0, node: 'hub', type, reason: 'why', what: 'cut wan', path: 'wan to 172.16.0.2' };
      const phrase = phraseOf(event, { timeout: '2 s' });
      if (phrase) ok(!/[{}]|undefined|no reason given/.test(phrase.text), phrase.text);
    }
  });

  it('choose their words by the reason', () => {
    const control = (reason: string): string | undefined =>
      phraseOf({ time: 0, node: 'hub', type: 'control-sent', reason }, {})?.text;
    equal(control('enableMetadata'), 'answers: I do not know this session, describe it to me (enable-metadata)');
    equal(control('code 9'), 'sends a control message (code 9)');
  });
});

describe('the story of a run', () => {
  it('tells in plain words who did what, and when', () => {
    const story = told(
      { time: 2_000_000, node: 'hub', type: 'forget-sessions' },
      { time: 6_204_000, type: 'health-check-added', reason: 'request' },
      { time: 16_229_123, node: 'hub', type: 'control-sent', reason: 'enableMetadata' },
    );
    deepEqual(formatStory(story, unpainted).split('\n'), [
      '   2.000 s  hub    loses its memory: every session is gone, and nobody is told',
      '   6.204 s  spoke  has heard nothing for 2 s, and asks: do you still know this session? (session-health-check)',
      '  16.229 s  hub    answers: I do not know this session, describe it to me (enable-metadata)',
    ]);
  });

  it('leaves out what is too small for it', () => {
    deepEqual(told({ type: 'metadata-added' }, { type: 'metadata-received' }, { type: 'of-another-kind' }).lines, []);
  });

  it('tells once what happened many times, until a fault changes what it means', () => {
    const drop = { type: 'packet-dropped', reason: 'no flow' };
    const story = told(
      { ...drop, time: 1_000_000 },
      { ...drop, time: 2_000_000 },
      { ...drop, time: 3_000_000 },
      { time: 4_000_000, node: 'wan', type: 'cut', what: 'cut wan' },
      { ...drop, time: 5_000_000 },
    );
    deepEqual(formatStory(story, unpainted).split('\n'), [
      '  1.000 s  spoke  drops a packet (no flow); 3 times until 3.000 s',
      '  4.000 s  wan    is cut: what is sent over it is lost (cut wan)',
      '  5.000 s  spoke  drops a packet (no flow)',
    ]);
  });

  it('ends after a screenful, and says how much it leaves out', () => {
    const story = told(...Array.from({ length: 60 }, (_, i) => ({ type: 'packet-dropped', reason: `reason ${i}` })));
    const lines = formatStory(story, unpainted).split('\n');
    equal(lines.length, 41);
    equal(lines[40], '  and 20 more, which events.ndjson has');
  });
});
