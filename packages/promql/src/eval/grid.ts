/** The moments of an evaluation: count of them, every stepMs from startMs. An instant query has a step of 0. */
export interface Grid {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

/** The moments of a whole query, and its end, which may lie between two of them. */
export interface QueryGrid extends Grid {
  readonly endMs: number;
}

/** The grid of a query from start to end, both included. @throws RangeError when the step is not positive. */
export function gridBetween(startMs: number, endMs: number, stepMs: number): QueryGrid {
  if (startMs === endMs) return { startMs, endMs, stepMs, count: 1 };
  if (!(stepMs > 0)) throw new RangeError(`the step must be positive, got ${stepMs} ms`);
  return { startMs, endMs, stepMs, count: Math.max(0, Math.floor((endMs - startMs) / stepMs) + 1) };
}

export const timeAt = (grid: Grid, step: number): number => grid.startMs + step * grid.stepMs;

export const lastTime = (grid: Grid): number => timeAt(grid, grid.count - 1);

/** A grid of only the first moment. */
export const firstOf = (grid: Grid): Grid => ({ ...grid, count: 1 });
