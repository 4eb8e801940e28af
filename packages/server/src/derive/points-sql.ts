/**
 * SQL for points: tuples (metric String, labels Map(String, String), amount Float64). A relation of points is what a source
 * hands to `advance` (series-state.ts).
 */

/** Names of labels and the SQL expressions of their values. */
export type LabelsSql = Readonly<Record<string, string>>;

/** `map('a', toString(x), ...)`, sorted by name as a series' labels are. Labels that are empty are left out: PromQL sees no difference. */
export function labelsSql(labels: LabelsSql): string {
  const pairs = Object.keys(labels)
    .sort()
    .map((name) => `'${name}', toString(${labels[name]})`);
  return `mapFilter((name, text) -> text != '', map(${pairs.join(", ")}))`;
}

export function pointSql(metric: string, labels: LabelsSql, amount: string): string {
  return `('${metric}', ${labelsSql(labels)}, toFloat64(${amount}))`;
}

/** A classic histogram as an array of points. */
export interface HistogramSql {
  /** Without `_bucket`, `_sum`, `_count`. */
  readonly metric: string;
  readonly labels: LabelsSql;
  /** Upper bounds in the unit of the metric, rising; +Inf is added. */
  readonly bounds: readonly number[];
  /** Array of cumulative counts, one for each bound and one for +Inf. */
  readonly buckets: string;
  readonly sum: string;
}

export function histogramSql({ metric, labels, bounds, buckets, sum }: HistogramSql): string {
  const bucket = pointSql(`${metric}_bucket`, { ...labels, le: "bucket.1" }, "bucket.2");
  const texts = [...bounds.map(String), "+Inf"].map((text) => `'${text}'`);
  return `arrayConcat(
    arrayMap(bucket -> ${bucket}, arrayZip([${texts.join(", ")}], ${buckets})),
    [${pointSql(`${metric}_sum`, labels, sum)}, ${pointSql(`${metric}_count`, labels, `arrayElement(${buckets}, -1)`)}])`;
}

/** The buckets of one observation, cumulative: 0 below it, 1 from its own on. */
export function bucketsOfOneSql(value: string, bounds: readonly number[]): string {
  return `arrayMap(bound -> toUInt64(${value} <= bound), [${[...bounds.map(String), "inf"].join(", ")}])`;
}

/** The `le` of the bucket that a value falls in. */
export function bucketOfSql(value: string, bounds: readonly number[]): string {
  const texts = [...bounds.map(String), "+Inf"].map((text) => `'${text}'`);
  const index = `arrayFirstIndex(bound -> ${value} <= bound, [${[...bounds.map(String), "inf"].join(", ")}])`;
  return `arrayElement([${texts.join(", ")}], ${index})`;
}

/** The id of a derived series. Ids of received series are hashes of other bytes (decode/metrics/series-id.ts). */
export const seriesIdSql = "sipHash64(metric, mapKeys(labels), mapValues(labels))";

/** A time bound in milliseconds as the parameter `name`. */
export const timeSql = (name: string): string => `fromUnixTimestamp64Milli({${name}:Int64}, 'UTC')`;
