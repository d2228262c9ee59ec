import { describeImpairment } from '../describe.ts';
import { impairmentKeys, readImpairment } from '../read/impairment.ts';
import type { LinkAction } from './action.ts';
import { noted, type RowsOf } from './row.ts';
import { link } from './targets.ts';

export const linkActions: RowsOf<LinkAction> = {
  cut: {
    target: link,
    fields: {},
    help: 'what is sent on the link, or in one direction of it, is lost from now on',
    example: 'cut: hub -> spoke',
    tone: 'fault',
    says: 'is cut: what is sent over it is lost ({what})',
    liftedBy: 'heal',
    state: 'cut',
    doneBy: 'link',
  },
  heal: {
    target: link,
    fields: {},
    help: 'undoes a cut',
    example: 'heal: wan',
    tone: 'fault',
    says: 'is whole again ({what})',
    doneBy: 'link',
  },
  impair: {
    target: link,
    fields: noted(impairmentKeys, 'as for a link of a lab'),
    help: 'the link does this to frames from now on, by any of [these keys](#what-a-link-does-to-frames); what is not named is none',
    example: 'impair: wan, delay: 50ms, loss: 2%',
    tone: 'fault',
    says: 'becomes another wire ({what})',
    liftedBy: 'restore',
    state: 'impaired',
    isReplaceable: true,
    doneBy: 'link',
    finish: (action, { fields }) => ({ ...action, impairment: readImpairment(fields) }),
    more: ({ impairment }) => `: ${describeImpairment(impairment)}`,
  },
  restore: {
    target: link,
    fields: {},
    help: 'undoes `impair`: the link is as the lab has it',
    example: 'restore: wan',
    tone: 'fault',
    says: 'is the wire again that it was ({what})',
    doneBy: 'link',
  },
  clog: {
    target: link,
    fields: {},
    help: 'frames wait from now on, the first 1,000 of each direction, and come one after the other when it is undone',
    example: 'clog: wan, for: 2s',
    tone: 'fault',
    says: 'is clogged: what is sent over it waits ({what})',
    liftedBy: 'unclog',
    state: 'clogged',
    doneBy: 'link',
  },
  unclog: {
    target: link,
    fields: {},
    help: 'undoes that',
    example: 'unclog: wan',
    tone: 'fault',
    says: 'lets through what has waited ({what})',
    doneBy: 'link',
  },
};
