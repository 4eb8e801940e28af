import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openPrometheusApp, nowMs, type PrometheusApp } from "./testing/prometheus-app.ts";
import { openTraceApp, type TraceApp } from "./testing/trace-app.ts";

/** What Grafana's data sources ask for, in the forms in which they ask it. */

const seconds = nowMs / 1000;

describe("Grafana's Prometheus data source", () => {
  let prometheus: PrometheusApp;
  beforeAll(async () => {
    prometheus = await openPrometheusApp([
      {
        labels: { __name__: "pipeline_runs_total", job: "a", pipeline: "shop" },
        samples: [{ timeMs: nowMs - 60_000, value: 1 }],
      },
    ]);
  });
  afterAll(() => prometheus.close());

  const range = { start: String(seconds - 3600), end: String(seconds) };
  const match = { "match[]": '{__name__="pipeline_runs_total"}' };
  it.each<[string, string, Record<string, string>, unknown]>([
    ["tests the connection", "query", { query: "1+1", time: String(seconds) }, { result: [seconds, "2"] }],
    [
      "asks whether there are exemplars, in milliseconds",
      "query_exemplars",
      { query: "test", start: "1795669282000", end: "1795671082000" },
      [],
    ],
    ["asks for label names", "labels", { ...range, limit: "40000" }, ["__name__", "job", "pipeline"]],
    ["asks for label names of a metric", "labels", { ...range, ...match }, ["__name__", "job", "pipeline"]],
    ["asks for series", "series", { ...range, ...match, limit: "40000" }, [{ job: "a" }]],
    [
      "draws a panel",
      "query_range",
      { ...range, query: "pipeline_runs_total", step: "15" },
      { resultType: "matrix", result: [{ metric: { job: "a" } }] },
    ],
    [
      "asks for the rate of a panel",
      "query",
      { query: "sum by (pipeline) (rate(pipeline_runs_total[1m0s]))", time: `${seconds}.5` },
      { resultType: "vector" },
    ],
    ["formats a query", "format_query", { query: "sum  (up)" }, "sum(up)"],
  ])("%s, by GET and POST", async (_what, path, parameters, data) => {
    const body = new URLSearchParams(parameters);
    const expected = { status: 200, body: { status: "success", data } };
    expect(await prometheus.get(`/api/v1/${path}?${body.toString()}`)).toMatchObject(expected);
    expect(await prometheus.get(`/api/v1/${path}`, { method: "POST", body })).toMatchObject(expected);
  });

  it.each<[string, string, unknown]>([
    ["detects the version", "status/buildinfo", { version: expect.stringMatching(/^3\./) as string }],
    ["reads rules", "rules", { groups: [] }],
    [
      "completes metrics",
      `label/__name__/values?start=${range.start}&end=${range.end}&limit=40000`,
      ["pipeline_runs_total"],
    ],
    ["completes values", "label/pipeline/values?match[]=%7Bjob%3D%22a%22%7D", ["shop"]],
    ["completes values of names that are no identifiers", "label/U__service_2e_name/values", []],
    ["reads metadata", "metadata?limit=5000", {}],
  ])("%s", async (_what, path, data) => {
    expect(await prometheus.get(`/api/v1/${path}`)).toMatchObject({ status: 200, body: { status: "success", data } });
  });
});

describe("Grafana's trace data sources", () => {
  let traces: TraceApp;
  beforeAll(async () => {
    traces = await openTraceApp();
  });
  afterAll(() => traces.close());

  it.each([
    ["tests Tempo", "/tempo/api/echo", 200],
    ["asks Tempo for its version", "/tempo/api/status/buildinfo", 200],
    ["asks Tempo for a trace that is not there", "/tempo/api/v2/traces/0?start=1&end=2", 404],
    ["completes names", "/tempo/api/v2/search/tags?limit=5000", 200],
    [
      "completes names of a scope",
      "/tempo/api/v2/search/tags?limit=5000&scope=span&q=%7B%7D&start=1795140000&end=1795150000",
      200,
    ],
    ["completes values of what a span is", "/tempo/api/v2/search/tag/span%253Aname/values?limit=5000", 200],
    [
      "completes values of a name with quotes",
      "/tempo/api/v2/search/tag/span.%2522a%2520key%2522/values?limit=5000",
      200,
    ],
    ["tests Jaeger", "/jaeger/api/services", 200],
    [
      "searches in Jaeger",
      "/jaeger/api/traces?service=flights&limit=20&start=1795140000000000&end=1795150000000000&lookback=custom&tags=%7B%22error%22%3A%22true%22%7D&minDuration=1us",
      200,
    ],
    [
      "asks Jaeger's v3 for a trace that is not there",
      "/jaeger/api/v3/traces/0?start_time=2026-11-20T00:00:00Z&end_time=2026-11-20T06:00:00.123456789+01:00",
      404,
    ],
    ["asks Jaeger for a graph", "/jaeger/api/dependencies?endTs=1795150000000&lookback=86400000", 200],
  ])("%s", async (_what, path, status) => {
    expect((await traces.get(path)).status).toBe(status);
  });

  // As its search form, its ad-hoc filters and its editor's examples write them.
  it.each([
    ["{}", 2],
    ["{nestedSetParent<0}", 1],
    ["{nestedSetParent<0 && true}", 1],
    ['{resource.service.name="flights" && name="load" && duration>1us && traceDuration>1us}', 1],
    ['{.db.table=~"flights|airports"}', 1],
    ["{status=error} | select(span.ratio, status, resource.service.name)", 1],
    ["{span:status=error && trace:duration>1us}", 1],
    ['{kind=server || name="orphan"}', 2],
    ['{name=~"(?i)LOAD"}', 1],
    ["{resource.service.name=`flights`} | select(nestedSetLeft, nestedSetRight, nestedSetParent)", 2],
    ['{trace:rootService="flights" && trace:rootName="load"}', 1],
    ["{} with (most_recent=true)", 2],
  ])("searches in Tempo: %s", async (query, count) => {
    const parameters = new URLSearchParams({
      q: query,
      limit: "20",
      spss: "3",
      start: "1795140000",
      end: "1795150000",
    });
    const { status, body } = await traces.get(`/tempo/api/search?${parameters.toString()}`);
    expect([status, (body as { traces: unknown[] }).traces.length]).toEqual([200, count]);
  });
});
