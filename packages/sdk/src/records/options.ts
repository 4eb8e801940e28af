import type { RetryOptions } from "../retry.ts";

/** Returned by a record's work: it was left out on purpose. */
export const filtered = Symbol("filtered");
/** Returned by a record's work: it was there already. */
export const duplicate = Symbol("duplicate");
export type LeftOut = typeof filtered | typeof duplicate;

export interface RecordOptions<T> {
  /** Records at work at one time. Results keep their order. Default 1. */
  concurrency?: number;
  /** How often, or how, to try a record again. The attempts at one that is tried again are spans below the stage. */
  retries?: number | RetryOptions;
  /**
   * What a record that throws does: `stop` ends the stage with the error, `continue` goes on with the next record.
   * Default: `continue` with a `deadLetter`, else `stop`.
   */
  onFailed?: "stop" | "continue";
  /** With `continue`: more failed records than this end the stage all the same. */
  failedMax?: number;
  /** Gets each record that failed, with what it threw. What this throws ends the stage. */
  deadLetter?: (record: T, thrown: unknown) => void | PromiseLike<void>;
  /** A short, fixed code for an error. Default: its `code`, else its name. */
  reason?: (thrown: unknown) => string;
  /** The size of a record. Default: the length of byte arrays; unknown for anything else. */
  bytes?: (record: T) => number;
}

export interface RecordTotals {
  read: number;
  written: number;
  failed: number;
  filtered: number;
  deduplicated: number;
}
