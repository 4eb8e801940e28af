export type ValueType = "scalar" | "string" | "instant vector" | "range vector";

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many arguments may be left out or added: n > 0 up to n more than the last but one, -1 any number, 0 none. */
  readonly variadic: number;
  readonly returns: ValueType;
  readonly experimental: boolean;
}

const scalar = "scalar";
const text = "string";
const vector = "instant vector";
const matrix = "range vector";

function define(args: readonly ValueType[], returns: ValueType, variadic = 0, experimental = false): Signature {
  return { args, variadic, returns, experimental };
}

const overVector = define([vector], vector);
const overRange = define([matrix], vector);
const experimentalOverRange = define([matrix], vector, 0, true);
const datePart = define([vector], vector, 1);
const queryConstant = define([], scalar, 0, true);

/** Every function of Prometheus 3.15, experimental ones included. */
export const signatures: ReadonlyMap<string, Signature> = new Map<string, Signature>([
  ...(
    "abs absent acos acosh asin asinh atan atanh ceil cos cosh deg exp floor histogram_avg histogram_count " +
    "histogram_stddev histogram_stdvar histogram_sum ln log10 log2 rad sgn sin sinh sort sort_desc sqrt tan tanh timestamp"
  )
    .split(" ")
    .map((name): [string, Signature] => [name, overVector]),
  ...(
    "absent_over_time avg_over_time changes count_over_time delta deriv first_over_time idelta increase irate " +
    "last_over_time max_over_time min_over_time present_over_time rate resets stddev_over_time stdvar_over_time sum_over_time"
  )
    .split(" ")
    .map((name): [string, Signature] => [name, overRange]),
  ..."mad_over_time ts_of_first_over_time ts_of_last_over_time ts_of_max_over_time ts_of_min_over_time"
    .split(" ")
    .map((name): [string, Signature] => [name, experimentalOverRange]),
  ..."day_of_month day_of_week day_of_year days_in_month hour minute month year"
    .split(" ")
    .map((name): [string, Signature] => [name, datePart]),
  ..."end range start step".split(" ").map((name): [string, Signature] => [name, queryConstant]),
  ["clamp", define([vector, scalar, scalar], vector)],
  ["clamp_max", define([vector, scalar], vector)],
  ["clamp_min", define([vector, scalar], vector)],
  ["double_exponential_smoothing", define([matrix, scalar, scalar], vector, 0, true)],
  ["histogram_fraction", define([scalar, scalar, vector], vector)],
  ["histogram_quantile", define([scalar, vector], vector)],
  ["histogram_quantiles", define([vector, text, scalar, scalar], vector, 9, true)],
  ["info", define([vector, vector], vector, 1, true)],
  ["label_join", define([vector, text, text, text], vector, -1)],
  ["label_replace", define([vector, text, text, text, text], vector)],
  ["max_of", define([scalar, scalar], scalar, 0, true)],
  ["min_of", define([scalar, scalar], scalar, 0, true)],
  ["pi", define([], scalar)],
  ["predict_linear", define([matrix, scalar], vector)],
  ["quantile_over_time", define([scalar, matrix], vector)],
  ["round", define([vector, scalar], vector, 1)],
  ["scalar", define([vector], scalar)],
  ["sort_by_label", define([vector, text], vector, -1, true)],
  ["sort_by_label_desc", define([vector, text], vector, -1, true)],
  ["start_timestamp", define([vector], vector, 0, true)],
  ["time", define([], scalar)],
  ["vector", define([scalar], vector)],
]);

export const aggregateOperators: ReadonlySet<string> = new Set(
  "avg bottomk count count_values group limitk limit_ratio max min quantile stddev stdvar sum topk".split(" "),
);

export const experimentalAggregates: ReadonlySet<string> = new Set(["limitk", "limit_ratio"]);
