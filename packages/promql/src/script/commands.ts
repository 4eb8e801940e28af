import type { SeriesLine } from "./series-line.ts";

/** A script in the language of Prometheus' promqltest, line by line. */
export type Command = ClearCommand | LoadCommand | EvalCommand;

export interface ClearCommand {
  readonly kind: "clear";
  readonly line: number;
}

export interface LoadedSeries extends SeriesLine {
  /** Start timestamp of each sample relative to its own time, in milliseconds; undefined where none is given. */
  readonly startOffsetsMs?: readonly (number | undefined)[];
}

export interface LoadCommand {
  readonly kind: "load";
  readonly line: number;
  readonly stepMs: number;
  /** Also make native histograms with custom buckets of classic ones. */
  readonly withCustomBuckets: boolean;
  readonly series: readonly LoadedSeries[];
}

export interface Expectation {
  readonly kind: "fail" | "warn" | "no_warn" | "info" | "no_info";
  readonly match?: { readonly kind: "msg" | "regex"; readonly text: string };
}

export interface EvalTimes {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

export interface EvalCommand {
  readonly kind: "eval";
  readonly line: number;
  readonly query: string;
  readonly instant: boolean;
  readonly times: EvalTimes;
  readonly expectations: readonly Expectation[];
  readonly ordered: boolean;
  /** Expected result, one of these; `series` may be empty. */
  readonly scalar?: number;
  readonly string?: string;
  readonly series: readonly SeriesLine[];
  /** The result of an instant query is a range vector with values at these times. */
  readonly rangeVector?: EvalTimes;
}

/** A script that cannot be read. */
export class ScriptError extends Error {
  override readonly name = "ScriptError";
  readonly line: number;

  constructor(line: number, message: string) {
    super(`line ${line}: ${message}`);
    this.line = line;
  }
}
