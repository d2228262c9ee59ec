import type { Authority } from '../../config/index.ts';
import { seconds, type Duration } from '../../time.ts';
import type { Fields } from './document.ts';
import * as forms from './forms.ts';

/** A lab has time enough to converge if it has this long besides the silence that its routers bear. */
const GENEROUS = seconds(30);

const deadline: forms.Form<Duration | 'none'> = {
  ...forms.span,
  describes: "a duration above zero such as 5s, or 'none'",
  words: ['none'],
  read: (text) => (text === 'none' ? text : forms.span.read(text)),
};

/** How long a lab may take to work again; undefined if it need not. */
export function readConvergence(fields: Fields, authority: Authority): Duration | undefined {
  const { mode, inactivityTimeout } = authority.sessionRecoveryDetection;
  const otherwise = GENEROUS + (mode === 'inactivity-based' ? inactivityTimeout : 0);
  const within = fields.optional('converge-within', deadline, otherwise as Duration);
  return within === 'none' ? undefined : within;
}
