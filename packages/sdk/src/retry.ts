import type { Clock } from "./clock.ts";
import { nameOfThrown } from "./safely.ts";

export interface RetryOptions {
  /** Attempts after the first one. */
  retries: number;
  /** Before the second attempt. Default 1000. */
  delayMs?: number;
  /** What the delay is multiplied with after each attempt. Default 2. */
  factor?: number;
  /** Default 30000. */
  delayMaxMs?: number;
  /** Says whether an error is worth another attempt. Default: each is but an `AbortError`, which says that somebody wants no more. */
  when?: (thrown: unknown, attempt: number) => boolean;
  /** Once it is aborted there is no further attempt, and no waiting for one. */
  signal?: AbortSignal;
}

export interface Retry {
  /**
   * Whether there is to be another attempt.
   * @param failedAttempts how many there were, from 1
   * @param attempt the number of the last one, for `when`
   */
  readonly isWorthIt: (thrown: unknown, failedAttempts: number, attempt: number) => boolean;
  /** Waits until the next attempt is due; resolves with false where it was called off meanwhile. */
  readonly wait: (clock: Clock, failedAttempts: number) => Promise<boolean>;
}

/** Fills in the defaults. A bare number is a number of retries; undefined means none. */
export function retryOptions(given: number | RetryOptions | undefined): Retry {
  const options = typeof given === "number" ? { retries: given } : (given ?? { retries: 0 });
  const { retries, delayMs = 1000, factor = 2, delayMaxMs = 30_000, when = isNoAbort, signal } = options;
  return {
    isWorthIt: (thrown, failedAttempts, attempt) =>
      failedAttempts <= retries && signal?.aborted !== true && when(thrown, attempt),
    wait: (clock, failedAttempts) =>
      wait(clock, Math.min(delayMs * factor ** (failedAttempts - 1), delayMaxMs), signal),
  };
}

function isNoAbort(thrown: unknown): boolean {
  return nameOfThrown(thrown) !== "AbortError";
}

function wait(clock: Clock, delayMs: number, signal: AbortSignal | undefined): Promise<boolean> {
  return new Promise((resolve) => {
    const callOff = () => {
      cancel();
      resolve(false);
    };
    const cancel = clock.afterHolding(delayMs, () => {
      signal?.removeEventListener("abort", callOff);
      resolve(true);
    });
    signal?.addEventListener("abort", callOff, { once: true });
  });
}
