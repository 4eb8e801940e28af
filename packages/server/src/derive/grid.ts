/**
 * Derived series are sampled at whole multiples of this since the epoch, as a scrape interval would be: every node and
 * every start of the server lands on the same times.
 */
export const gridMs = 15_000;

/** The newest grid point that is not in the future. */
export function gridTimeMs(nowMs: number): number {
  return Math.floor(nowMs / gridMs) * gridMs;
}
