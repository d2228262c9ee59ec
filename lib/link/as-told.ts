import { markCongestion } from '../wire/ecn.ts';
import { commentOf } from './fate.ts';

const corrupted = /^corrupted on the link: bit (\d) of byte (\d+)$/;
const duplicated = commentOf({ type: 'frame-duplicated' });
const isLost = (comment: string): boolean => comment.startsWith(commentOf({ type: 'frame-lost' }));
const isMark = (comment: string): boolean => comment.startsWith(commentOf({ type: 'frame-marked' }));

/**
 * The frames that arrive of one that was captured where it was sent, by what its comments tell of the link; and the one
 * that was sent, of one whose comments tell so where it arrived. None if it was lost.
 */
export function asTold(sent: Uint8Array, comments: readonly string[]): readonly Uint8Array[] {
  if (comments.length === 0) return [sent];
  if (comments.some(isLost)) return [];
  const changes = comments.flatMap((comment): ((bytes: Uint8Array) => void)[] => {
    if (isMark(comment)) return [(bytes) => markCongestion(bytes, 0, bytes.length)];
    const [, bit, place] = corrupted.exec(comment) ?? [];
    return bit === undefined ? [] : [(bytes) => void (bytes[Number(place)] ^= 0x80 >>> Number(bit))];
  });
  const changed = (which: typeof changes): Uint8Array => {
    const bytes = sent.slice();
    for (const change of which) change(bytes);
    return bytes;
  };
  if (!comments.includes(duplicated)) return [changed(changes)];
  // Which of the two was changed is not told.
  return changes.length === 0 ? [sent, sent] : [sent, ...changes.map((change) => changed([change]))];
}
