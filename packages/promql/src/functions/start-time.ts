/**
 * Whether a start timestamp says that the counter was reset between two samples. 0 is "unknown". A start at the very
 * time of the sample before it means delta temporality, if that sample's own start is known.
 */
export function isStartReset(previousStartMs: number, previousMs: number, startMs: number, timeMs: number): boolean {
  if (startMs === 0 || startMs >= timeMs || startMs < previousMs) return false;
  if (startMs > previousMs) return true;
  if (previousStartMs > previousMs) return false;
  return previousStartMs !== 0 && previousStartMs !== previousMs;
}

/** A start before the previous sample that is not that sample's own start: the data is inconsistent. */
export function startsOverlap(previousStartMs: number, previousMs: number, startMs: number): boolean {
  return startMs !== 0 && startMs < previousMs && startMs !== previousStartMs;
}
