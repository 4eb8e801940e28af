/** Where progress is written: standard error, so that it never mixes with a program's output. */
export interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  write(text: string): unknown;
}

/**
 * Standard error, and whether a line can be redrawn there: not in CI, whose logs keep every redrawing even where it gives programs a
 * terminal, and not on a terminal that says it cannot (TERM=dumb).
 */
export function standardErrorFromEnvironment(): Terminal {
  const { CI: ci, TERM: term } = process.env;
  const isLog = (ci !== undefined && ci !== "" && ci !== "false") || term === "dumb";
  return isLog ? { isTTY: false, write: (text) => process.stderr.write(text) } : process.stderr;
}
