/** What stands between these two comments of a page is written by a generator. */
const REGION = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end of generated -->/g;

/** Makes the content of one region: Markdown without a line end after the last. */
export type Generator = () => string;

/** The page with every region filled anew. Throws if it names a generator that there is none of. */
export function fillRegions(page: string, generators: Readonly<Record<string, Generator>>): string {
  return page.replace(REGION, (_, name: string) => {
    if (!Object.hasOwn(generators, name)) throw new Error(`there is no generator '${name}'`);
    return `<!-- generated: ${name} -->\n\n${generators[name]()}\n\n<!-- end of generated -->`;
  });
}
