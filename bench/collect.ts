/** Collects all garbage, twice, since the memory of buffers is given back only after their owners are gone. */
export function collect(): void {
  if (!globalThis.gc) throw new Error('run with --expose-gc, as ./svrlab bench does');
  globalThis.gc();
  globalThis.gc();
}
