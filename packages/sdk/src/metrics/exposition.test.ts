import { metrics } from "@opentelemetry/api";
import { afterEach, beforeEach, expect, it } from "vitest";
import { Meters } from "../testing/meters.ts";
import { exposition } from "./exposition.ts";
import { counter, histogram } from "./instruments.ts";
import { quantiles } from "./quantiles.ts";

let meters: Meters;
beforeEach(() => {
  meters = new Meters();
});
afterEach(() => meters.remove());

const text = async () => exposition(await meters.collect(), { withoutResource: true });

it("names metrics as Prometheus does", async () => {
  const meter = metrics.getMeter("t");
  meter.createCounter("rows.read", { unit: "{row}", description: "Rows\nread" }).add(2, { "table.name": 'a"b\\c\n' });
  meter.createCounter("done_total").add(1);
  meter.createUpDownCounter("open", { unit: "By" }).add(5);
  meter.createGauge("dq.completeness", { unit: "1" }).record(0.5);
  meter.createGauge("9lives").record(Number.POSITIVE_INFINITY);
  expect(await text()).toBe(
    [
      "# HELP rows_read_total Rows\\nread",
      "# TYPE rows_read_total counter",
      'rows_read_total{table_name="a\\"b\\\\c\\n"} 2',
      "# HELP done_total done_total, without a description",
      "# TYPE done_total counter",
      "done_total 1",
      "# HELP open_bytes open, without a description",
      "# TYPE open_bytes gauge",
      "open_bytes 5",
      "# HELP dq_completeness_ratio dq.completeness, without a description",
      "# TYPE dq_completeness_ratio gauge",
      "dq_completeness_ratio 0.5",
      "# HELP _9lives 9lives, without a description",
      "# TYPE _9lives gauge",
      "_9lives +Inf",
      "",
    ].join("\n"),
  );
});

it("adds up the buckets of a histogram", async () => {
  const took = metrics
    .getMeter("t")
    .createHistogram("took", { unit: "s", advice: { explicitBucketBoundaries: [1, 2] } });
  for (const value of [0.5, 1.5, 1.5, 9]) took.record(value, { op: "x" });
  expect(await text()).toBe(
    [
      "# HELP took_seconds took, without a description",
      "# TYPE took_seconds histogram",
      'took_seconds_bucket{op="x",le="1"} 1',
      'took_seconds_bucket{op="x",le="2"} 3',
      'took_seconds_bucket{op="x",le="+Inf"} 4',
      'took_seconds_sum{op="x"} 12.5',
      'took_seconds_count{op="x"} 4',
      "",
    ].join("\n"),
  );
});

it("keeps the first of two that clash, and joins labels that clash", async () => {
  metrics.getMeter("a").createCounter("x.total").add(1, { "a.b": "1", a_b: "2" });
  metrics.getMeter("b").createHistogram("x_total").record(1);
  metrics.getMeter("b").createGauge("x_total_").record(1);
  expect(await text()).toContain('x_total{a_b="1;2"} 1\n');
  const families = (await text()).match(/# TYPE \S+/g) ?? [];
  expect(new Set(families).size).toBe(families.length);
});

it("names the resource", async () => {
  metrics.getMeter("t").createGauge("g").record(1);
  expect(exposition(await meters.collect())).toContain('target_info{service_name="test"} 1\n');
});

it("writes quantiles with their sum and number as a summary", async () => {
  const sizes = quantiles("page.size", { unit: "By", description: "Pages", quantiles: [0.5], labels: { shop: 5 } });
  for (const value of [100, 100, 100]) sizes.record(value, { shop: "a" });
  const lines = (await text()).split("\n");
  expect(lines.slice(0, 2)).toEqual(["# HELP page_size_bytes Pages", "# TYPE page_size_bytes summary"]);
  expect(lines[2]).toMatch(/^page_size_bytes\{quantile="0.5",shop="a"\} (99|100|101)\.?\d*$/);
  expect(lines.slice(3)).toEqual(['page_size_bytes_sum{shop="a"} 300', 'page_size_bytes_count{shop="a"} 3', ""]);
});

it("writes no series twice, nor a label: Prometheus would refuse all of it", async () => {
  counter("same.rows").add(1);
  counter("same_rows").add(2);
  histogram("odd", { buckets: [1, Number.NaN], labels: { le: 3 } }).record(0.5, { le: "mine" });
  quantiles("mid", { quantiles: [0.5], labels: { quantile: 3, shop: 3 } }).record(1, { quantile: "mine", shop: "a" });
  const lines = (await text()).split("\n");
  const series = lines.filter((line) => /^(?:same|odd|mid)/.test(line));
  expect(series.map((line) => line.replace(/ [^ ]+$/, ""))).toEqual([
    "same_rows_total",
    'odd_bucket{exported_le="mine",le="1"}',
    'odd_bucket{exported_le="mine",le="+Inf"}',
    'odd_sum{exported_le="mine"}',
    'odd_count{exported_le="mine"}',
    'mid{quantile="0.5",shop="a"}',
    'mid_sum{shop="a"}',
    'mid_count{shop="a"}',
  ]);
  expect(series[0]).toBe("same_rows_total 1");
});
