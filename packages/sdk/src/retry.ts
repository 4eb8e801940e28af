export interface RetryOptions {
  /** Attempts after the first one. */
  retries: number;
  /** Before the second attempt. Default 1000. */
  delayMs?: number;
  /** What the delay is multiplied with after each attempt. Default 2. */
  factor?: number;
  /** Default 30000. */
  delayMaxMs?: number;
  /** Says whether an error is worth another attempt. Default: each is. */
  when?: (thrown: unknown, attempt: number) => boolean;
}

export interface Retry {
  readonly retries: number;
  readonly when: (thrown: unknown, attempt: number) => boolean;
  /** How long to wait after the n-th failed attempt, from 1. */
  readonly delayMs: (failedAttempts: number) => number;
}

/** Fills in the defaults. A bare number is a number of retries; undefined means none. */
export function retryOptions(given: number | RetryOptions | undefined): Retry {
  const options = typeof given === "number" ? { retries: given } : (given ?? { retries: 0 });
  const { retries, delayMs = 1000, factor = 2, delayMaxMs = 30_000, when = () => true } = options;
  return {
    retries,
    when,
    delayMs: (failedAttempts) => Math.min(delayMs * factor ** (failedAttempts - 1), delayMaxMs),
  };
}
