const TOKEN = /<\/([\w:-]+)>|<([\w:-]+)((?:\s+[\w:-]+="[^"<]*")*)\s*(\/?)>|([^<]+)/y;
const TEXT = /^(?:[^&]|&(?:amp|lt|gt|quot|apos);)*$/;

/** What is wrong with a document of XML, which has neither prolog nor comments nor CDATA; undefined if it is well-formed. */
export function xmlFault(document: string): string | undefined {
  const open: string[] = [];
  TOKEN.lastIndex = 0;
  for (let at = 0; at < document.length; at = TOKEN.lastIndex) {
    const token = TOKEN.exec(document);
    if (!token) return `nonsense at ${at}: ${document.slice(at, at + 60)}`;
    const [, closed, opened, attributes, isEmpty, text] = token;
    if (text !== undefined && open.length === 0 && text.trim() !== '') return `text outside of the document at ${at}`;
    if (!TEXT.test(text ?? attributes ?? '')) return `a bare '&' at ${at}`;
    if (opened !== undefined && isEmpty === '') open.push(opened);
    if (closed !== undefined && open.pop() !== closed) return `</${closed}> closes another element at ${at}`;
  }
  return open.length === 0 ? undefined : `<${open.join('><')}> is not closed`;
}
