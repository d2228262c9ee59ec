/** What stands between these two comments of a page is written by a generator. */
const REGION = /<!-- generated: ([a-z-]+) -->\n[\s\S]*?<!-- end of generated -->/g;

/** The same in Lua. */
const LUA_REGION = /^-- generated: ([a-z-]+)\n[\s\S]*?^-- end of generated$/gm;

/** Makes the content of one region, without a line end after the last. */
export type Generator = () => string;

/** The page with every region filled anew. Throws if it names a generator that there is none of. */
export function fillRegions(page: string, generators: Readonly<Record<string, Generator>>): string {
  const generate = (name: string): string => {
    if (!Object.hasOwn(generators, name)) throw new Error(`there is no generator '${name}'`);
    return generators[name]();
  };
  return page
    .replace(
      REGION,
      (_, name: string) => `<!-- generated: ${name} -->\n\n${generate(name)}\n\n<!-- end of generated -->`,
    )
    .replace(LUA_REGION, (_, name: string) => `-- generated: ${name}\n${generate(name)}\n-- end of generated`);
}
