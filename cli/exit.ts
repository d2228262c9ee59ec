/** Exit statuses of every command. */
export const exitStatus = {
  success: 0,
  /** An expectation does not hold, or a test failed. */
  failed: 1,
  /** Arguments, a scenario or a configuration that make no sense. */
  badInput: 2,
  /** This machine lacks something, and the message says what. */
  lacking: 3,
  /** svrlab itself is at fault. */
  internal: 70,
} as const;

/** A person's mistake in what was typed; the message says what would be right. */
export class InputError extends Error {
  readonly status = exitStatus.badInput;

  constructor(message: string) {
    super(message);
    this.name = 'InputError';
  }
}
