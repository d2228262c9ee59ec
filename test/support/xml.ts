import { spawnSync } from 'node:child_process';

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

/** What xmllint says about a document that does not keep to a schema; undefined if it does. */
export function schemaFault(document: string, schema: string): string | undefined {
  const { status, stderr, error } = spawnSync('xmllint', ['--noout', '--schema', schema, '-'], {
    input: document,
    encoding: 'utf8',
  });
  if (error) throw error;
  return status === 0 ? undefined : stderr;
}

/** Where the schema is that Ant's reports of JUnit keep to. */
export const junitSchema = 'test/support/junit.xsd';

export const hasXmllint = (): boolean => spawnSync('xmllint', ['--version']).status === 0;
