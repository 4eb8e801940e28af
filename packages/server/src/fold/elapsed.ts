/**
 * The time between two moments in milliseconds, to the microsecond. Facts are that exact; milliseconds since 1970 with a
 * fraction are not quite, and leave noise in the digits after it when they are subtracted.
 */
export const elapsedMs = (fromMs: number, toMs: number) => Math.round((toMs - fromMs) * 1000) / 1000;
