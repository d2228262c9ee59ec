/** Half of the time that a browser has for a picture, in milliseconds. */
const TURN_MS = 8;

const channel = new MessageChannel();
const waiting: (() => void)[] = [];
channel.port1.onmessage = () => waiting.shift()?.();

/** Lets the browser draw and answer. A timer would do, but browsers make those wait longer that follow each other. */
export const pause = (): Promise<void> =>
  new Promise((done) => {
    waiting.push(done);
    channel.port2.postMessage(undefined);
  });

/** Works step by step until a step has nothing left to do, with pauses between. A step takes about a millisecond. */
export async function inTurns(step: () => boolean): Promise<void> {
  for (;;) {
    const end = performance.now() + TURN_MS;
    do if (!step()) return;
    while (performance.now() < end);
    await pause();
  }
}
