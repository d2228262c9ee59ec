/** Signals that ask a program to end, and the exit statuses that shells know for them. */
const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

/** Work was ended by a signal, after which it has been cleaned up. */
export class Interrupted extends Error {
  readonly status: number;

  constructor(signal: keyof typeof signals) {
    super(`ended by ${signal}`);
    this.name = 'Interrupted';
    this.status = signals[signal];
  }
}

/**
 * Does `work`, unless a signal comes first: then it fails with `Interrupted`, whatever the work goes on to do.
 *
 * In either case `cleanUp` is called once and waited for. Further signals change nothing until it is done: a lab that is
 * left half removed would be worse than the wait.
 */
export async function interruptible<T>(work: () => Promise<T>, cleanUp: () => Promise<void>): Promise<T> {
  const { promise: interrupted, interrupt } = waitForSignal();
  for (const name of Object.keys(signals)) process.on(name, interrupt);
  try {
    return await Promise.race([work(), interrupted]);
  } finally {
    try {
      await cleanUp();
    } finally {
      for (const name of Object.keys(signals)) process.off(name, interrupt);
    }
  }
}

function waitForSignal(): { promise: Promise<never>; interrupt: (signal: NodeJS.Signals) => void } {
  let fail: (reason: Interrupted) => void;
  const promise = new Promise<never>((_, reject) => {
    fail = reject;
  });
  return { promise, interrupt: (signal) => fail(new Interrupted(signal as keyof typeof signals)) };
}
