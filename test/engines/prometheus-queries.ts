import { pick, type Random } from "./prometheus-data.ts";

const selectors = [
  "demo_memory_usage_bytes",
  'demo_memory_usage_bytes{type=~"free|used"}',
  "demo_cpu_usage_seconds_total",
  'demo_cpu_usage_seconds_total{mode!="idle"}',
  "demo_num_cpus",
  "demo_intermittent_metric",
  "demo_disk_usage_bytes",
  "jobs_total",
  'jobs_total{status="failed"}',
  "queue_size",
  'queue_size{queue=""}',
  '{__name__=~"demo_num.*|queue_size"}',
  "demo_api_request_duration_seconds_count",
  "nothing_of_that_name",
];
const counters = selectors.filter((selector) => /_(total|count)/.test(selector));
/** Near 0, where gauges are, Prometheus 2 extrapolates these otherwise than Prometheus 3. */
const ofCounters = ["rate", "increase"];
const overRange = (
  "delta irate idelta changes resets deriv avg_over_time min_over_time max_over_time sum_over_time " +
  "count_over_time last_over_time present_over_time stddev_over_time stdvar_over_time absent_over_time"
).split(" ");
const overVector = "abs ceil floor exp sqrt ln log2 log10 round sgn timestamp -sort absent scalar(vector".split(" ");
const ranges = ["20s", "1m", "90s", "5m", "13m"];
const groupings = ["", " by (instance)", " by (job, status)", " without (instance)", " by (type)"];
const operators = ["+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">="];
const numbers = ["0", "1", "2.5", "-3", "1e6", "Inf", "NaN"];

/**
 * Prometheus 2 counts a point at the left end of a window, Prometheus 3 does not. Those of subqueries are at multiples of
 * their step, so windows a little longer have none there.
 */
export function withoutEdges(query: string): string {
  return query.replace(/\[(\d+[smhd]):/g, (_whole, range: string) => `[${range}1ms:`);
}

/** A query that Prometheus 2.42 and 3 understand alike. */
export function generateQuery(random: Random, depth = 0): string {
  const any = <Item>(items: readonly Item[]): Item => pick(random, items);
  const vector = (): string => generateQuery(random, depth + 1);
  const modifier = (): string => any(["", "", "", "", " offset 1m", " offset -2m"]);
  const kind = random();
  if (depth > 2 || kind < 0.15) return `${any(selectors)}${modifier()}`;
  if (kind < 0.25) return `${any(ofCounters)}(${any(counters)}[${any(ranges)}]${modifier()})`;
  if (kind < 0.45) return `${any(overRange)}(${any(selectors)}[${any(ranges)}]${modifier()})`;
  if (kind < 0.5) return `${any(["quantile_over_time(0.3, ", "quantile_over_time(0.95, "])}${any(selectors)}[5m])`;
  if (kind < 0.53) return `predict_linear(${any(selectors)}[5m], ${any(["60", "3600"])})`;
  if (kind < 0.56) return `histogram_quantile(${any(["0.5", "0.9", "0.99"])}, ${bucketRate(random)})`;
  if (kind < 0.62) return `max_over_time((${vector()})[7m1ms:${any(["30s", "1m"])}])`;
  if (kind < 0.78) return aggregation(random, vector());
  if (kind < 0.83) return callOf(any(overVector), vector());
  if (kind < 0.86) return `label_replace(${vector()}, "host", "$1", "instance", "(.*):.*")`;
  if (kind < 0.95) {
    const bool = any([" ", " bool "]);
    const operator = any(operators);
    const isComparison = /[=<>]/.test(operator);
    return `(${vector()}) ${operator}${isComparison ? bool : " "}${any(numbers)}`;
  }
  const selector = any(selectors);
  return any([
    `${selector} ${any(["+", "-", "/", ">"])} on(instance, job) group_left() demo_num_cpus`,
    `(${vector()}) ${any(["and", "or", "unless"])} (${vector()})`,
    `sum by (instance) (${selector}) / on(instance) demo_num_cpus`,
  ]);
}

function callOf(name: string, inner: string): string {
  if (name === "scalar(vector") return `scalar(sum(${inner}))`;
  return name === "-sort" ? `-(${inner})` : `${name}(${inner})`;
}

function bucketRate(random: Random): string {
  const buckets = "demo_api_request_duration_seconds_bucket";
  return pick(random, [
    `rate(${buckets}[5m])`,
    `sum by (le) (rate(${buckets}[2m]))`,
    `sum by (le, instance) (increase(${buckets}[5m]))`,
  ]);
}

function aggregation(random: Random, inner: string): string {
  const grouping = pick(random, groupings);
  const operator = pick(random, ["sum", "avg", "min", "max", "count", "stddev", "stdvar", "group", "quantile"]);
  // Of a single NaN, Prometheus 2 says that it deviates by 0.
  if (operator.startsWith("std")) return `${operator}${grouping} (${pick(random, selectors)})`;
  return operator === "quantile" ? `quantile${grouping} (0.7, ${inner})` : `${operator}${grouping} (${inner})`;
}
