/** How the comments of svrlab's captures begin that tell of a packet's end. */
const ends = ['packet-dropped: ', 'lost on the link: ', 'lost: '];

/** Why a packet went no further, out of what is said of it; undefined if nothing says that. */
export function dropReason(comments: readonly string[]): string | undefined {
  for (const comment of comments) {
    const end = ends.find((start) => comment.startsWith(start));
    if (end !== undefined) return comment.slice(end.length);
  }
  return undefined;
}
