import type { Letter } from "./last-post.ts";

/** One signal's way out: what bootstrap flushes, and what it posts at exit. */
export interface Channel {
  readonly unsentCount: number;
  /** Keeps the process alive until done. Returns whether everything has been sent. */
  drain(deadlineMs: number): Promise<boolean>;
  /** Closes the channel and returns what is unsent, for the last post. */
  takeLetters(): Letter[];
  close(): void;
}
