import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { ShortFact } from "../fold/testing/facts.ts";
import { hexId } from "../fold/testing/facts.ts";
import { limits } from "../model/limits.ts";
import type { Deriver } from "./deriver.ts";
import { gridMs } from "./grid.ts";
import { collectorBoundsMs, keepSpanNames, tempoBoundsS } from "./span-metrics.ts";
import { openDerivedTest, type DerivedTest } from "./testing/derived.ts";

let test: DerivedTest;
let deriver: Deriver;
beforeAll(async () => {
  test = await openDerivedTest();
  test.clock.toNow();
  deriver = test.deriver({ spanMetrics: { tempo: true, collector: true }, serviceGraph: true });
  await deriver.sampleNow();
});
afterAll(() => test.close());

const span = (service: string, name: string, more: Partial<ShortFact> = {}): ShortFact => ({
  trace: `${service}${name}`,
  span: `${name}${service}`,
  service,
  name,
  start: 0,
  end: 0.003,
  ...more,
});
const values = async (query: string, label: string) =>
  Object.fromEntries((await test.ask(query)).map(({ labels, value }) => [labels[label] ?? "", value]));

describe("span metrics", () => {
  it("counts calls and durations under both names, from the first one on", async () => {
    await test.send([
      span("a", "one"),
      span("a", "two", { end: 0.05, status: "error" }),
      span("a", "far", { end: 20 }),
    ]);
    await test.next(deriver);
    const labels = { span_name: "two", span_kind: "SPAN_KIND_UNSPECIFIED", status_code: "STATUS_CODE_ERROR" };
    expect(
      await test.ask('increase(traces_spanmetrics_calls_total{service="a",status_code="STATUS_CODE_ERROR"}[5m]) > 0'),
    ).toMatchObject([{ labels: { ...labels, service: "a" } }]);
    expect(await test.ask('traces_span_metrics_calls_total{service_name="a",span_name="two"}')).toEqual([
      { labels: { ...labels, __name__: "traces_span_metrics_calls_total", service_name: "a" }, value: 1 },
    ]);
    const of = 'service="a",span_name="two"';
    expect(await values(`traces_spanmetrics_latency_bucket{${of},le=~"0.032|0.064|[+]Inf"}`, "le")).toEqual({
      "0.032": 0,
      "0.064": 1,
      "+Inf": 1,
    });
    // A duration that is a bound belongs to its bucket.
    expect(await values(`traces_spanmetrics_duration_milliseconds_bucket{${of},le=~"10|50|15000"}`, "le")).toEqual({
      "10": 0,
      "50": 1,
      "15000": 1,
    });
    expect(await values(`traces_spanmetrics_duration_milliseconds_sum{${of}}`, "span_name")).toEqual({ two: 50 });
    const far = 'service="a",span_name="far"';
    expect(await values(`traces_spanmetrics_latency_bucket{${far},le=~"16.384|[+]Inf"}`, "le")).toEqual({
      "16.384": 0,
      "+Inf": 1,
    });
  });

  it("has every bound among those by which the schema counts", async () => {
    const [view] = await test.store.query<{ sql: string }>(
      "SELECT as_select AS sql FROM system.tables WHERE name = 'span_calls_mv'",
    );
    const counted = /roundDown\([^[]*\[([^\]]*)\]/
      .exec(view?.sql ?? "")?.[1]
      ?.split(", ")
      .map(Number);
    const used = [
      ...collectorBoundsMs.map((ms) => ms * 1e6),
      ...tempoBoundsS.map((seconds) => Math.round(seconds * 1e9)),
    ];
    expect(new Set(counted)).toEqual(new Set([0, ...used]));
  });

  it("links buckets to traces", async () => {
    const rows = await test.store.query<{ le: string; labels: Record<string, string>; value: number }>(
      `SELECT s.labels['le'] AS le, e.labels AS labels, e.value AS value FROM exemplars AS e
       INNER JOIN (SELECT DISTINCT series_id, labels FROM series) AS s ON s.series_id = e.series_id
       WHERE e.metric = 'traces_spanmetrics_latency_bucket' AND s.labels['span_name'] = 'two'`,
    );
    expect(rows).toEqual([
      { le: "0.064", labels: { trace_id: hexId("atwo", 32), span_id: hexId("twoa", 16) }, value: 0.05 },
    ]);
  });

  it("goes on after a series was idle, with the growth since", async () => {
    await test.send([span("idle", "rare")]);
    await test.next(deriver);
    // Within what the engine's own clock calls idle.
    test.clock.atMs += limits.derivedIdleMs.value + gridMs;
    await deriver.sampleNow();
    expect(await test.ask('traces_spanmetrics_calls_total{service="idle"}')).toEqual([]);
    test.clock.toNow();
    await test.store.execute(
      "ALTER TABLE span_calls UPDATE last_seen = now64(3) + INTERVAL 3 HOUR WHERE service = 'idle' SETTINGS mutations_sync = 1",
    );
    await test.send([span("idle", "rare", { span: "again" })]);
    await test.next(deriver);
    expect(await values('increase(traces_spanmetrics_calls_total{service="idle"}[1m]) > bool 0', "span_name")).toEqual({
      rare: 1,
    });
    expect(await values('traces_spanmetrics_calls_total{service="idle"}', "span_name")).toEqual({ rare: 2 });
  });

  it("counts the names past the limit together, and never moves one", async () => {
    const facts = (from: number, to: number) =>
      Array.from({ length: to - from }, (_unused, index) => span("many", `name-${from + index}`));
    await test.send(facts(0, 3));
    await keepSpanNames(test.store, 4);
    await test.send(facts(3, 8));
    await keepSpanNames(test.store, 4);
    // More of both, those without a name of their own now already counted together by the engine.
    await test.send([...facts(0, 1), ...facts(7, 12)].map((fact) => ({ ...fact, span: `x${fact.span}` })));
    await keepSpanNames(test.store, 4);
    await test.store.execute(
      "ALTER TABLE span_calls UPDATE last_seen = now64(3) + INTERVAL 3 HOUR WHERE 1 SETTINGS mutations_sync = 1",
    );
    await test.next(deriver);
    const calls = await test.ask('traces_spanmetrics_calls_total{service="many"}');
    expect(Object.fromEntries(calls.map(({ labels, value }) => [labels["span_name"] ?? "", value]))).toEqual({
      "name-0": 2,
      "name-1": 1,
      "name-2": 1,
      "name-3": 1,
      "": 9,
    });
    const overflow = calls.filter(({ labels }) => labels["otel_metric_overflow"] === "true");
    expect(overflow.map(({ value }) => value)).toEqual([9]);
  });
});
