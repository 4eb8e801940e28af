import { changes, resets } from "./changes.ts";
import { idelta, irate } from "./instant-delta.ts";
import {
  avgOverTime,
  countOverTime,
  firstOverTime,
  lastOverTime,
  madOverTime,
  maxOverTime,
  minOverTime,
  presentOverTime,
  quantileOverTime,
  stddevOverTime,
  stdvarOverTime,
  sumOverTime,
  tsOfFirstOverTime,
  tsOfLastOverTime,
  tsOfMaxOverTime,
  tsOfMinOverTime,
} from "./over-time.ts";
import type { RangeFunction } from "./range-function.ts";
import { delta, increase, rate } from "./rate.ts";
import { deriv, doubleExponentialSmoothing, predictLinear } from "./regression.ts";

/** Functions of a range vector, by name. `absent_over_time` works on all series together and is elsewhere. */
export const rangeFunctions: ReadonlyMap<string, RangeFunction> = new Map([
  ["avg_over_time", avgOverTime],
  ["changes", changes],
  ["count_over_time", countOverTime],
  ["delta", delta],
  ["deriv", deriv],
  ["double_exponential_smoothing", doubleExponentialSmoothing],
  ["first_over_time", firstOverTime],
  ["idelta", idelta],
  ["increase", increase],
  ["irate", irate],
  ["last_over_time", lastOverTime],
  ["mad_over_time", madOverTime],
  ["max_over_time", maxOverTime],
  ["min_over_time", minOverTime],
  ["predict_linear", predictLinear],
  ["present_over_time", presentOverTime],
  ["quantile_over_time", quantileOverTime],
  ["rate", rate],
  ["resets", resets],
  ["stddev_over_time", stddevOverTime],
  ["stdvar_over_time", stdvarOverTime],
  ["sum_over_time", sumOverTime],
  ["ts_of_first_over_time", tsOfFirstOverTime],
  ["ts_of_last_over_time", tsOfLastOverTime],
  ["ts_of_max_over_time", tsOfMaxOverTime],
  ["ts_of_min_over_time", tsOfMinOverTime],
]);
