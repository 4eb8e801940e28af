import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { nowMs, openPrometheusApp, type PrometheusApp } from "./testing/prometheus-app.ts";

const seconds = nowMs / 1000;
const minutes = (count: number, value: (minute: number) => number | "stale") =>
  Array.from({ length: count }, (_unused, minute) => ({
    timeMs: nowMs - (count - 1 - minute) * 60_000 - 500,
    value: value(minute),
  }));

let app: PrometheusApp;
beforeAll(async () => {
  app = await openPrometheusApp(
    [
      { labels: { __name__: "jobs_total", job: "a", instance: "1" }, samples: minutes(10, (minute) => minute * 60) },
      { labels: { __name__: "jobs_total", job: "b", instance: "2" }, samples: minutes(10, (minute) => minute * 120) },
      { labels: { __name__: "odd", job: "a" }, samples: minutes(3, (minute) => [NaN, Infinity, 1e-9][minute] ?? 0) },
      { labels: { __name__: "gone" }, samples: minutes(3, (minute) => (minute === 2 ? "stale" : 1)) },
      { labels: { __name__: "pipeline.rows", "pipeline.name": "höfe" }, samples: minutes(2, () => 3) },
      {
        labels: { __name__: "latency" },
        samples: [],
        histograms: [{ timeMs: nowMs - 1000, hex: "08031900000000000018405a021001620106" }],
      },
    ],
    {
      rules: [
        {
          name: "g",
          file: "rules.yaml",
          interval: 60,
          limit: 0,
          evaluationTime: 0.1,
          lastEvaluationMs: nowMs,
          rules: [
            {
              type: "recording",
              name: "job:jobs:sum",
              query: "sum by (job) (jobs_total)",
              labels: { team: "x" },
              health: "ok",
              evaluationTime: 0.1,
              lastEvaluationMs: nowMs,
            },
          ],
        },
      ],
    },
  );
  await app.store.insertRows("metric_metadata", [
    { metric: "jobs_total", type: "counter", help: 'Jobs "done".', unit: "", seen_at: "2026-11-20T11:00:00Z" },
    { metric: "jobs_total", type: "counter", help: "Jobs done.", unit: "", seen_at: "2026-11-20T12:00:00Z" },
  ]);
});
afterAll(() => app.close());

const jobsMetadata = { type: "counter", help: "Jobs done.", unit: "" };

const form = (fields: Record<string, string>): RequestInit => ({
  method: "POST",
  headers: { "content-type": "application/x-www-form-urlencoded" },
  body: new URLSearchParams(fields).toString(),
});
const dataOf = async (path: string, init?: RequestInit) => {
  const { status, body } = await app.get(path, init);
  expect(body).toMatchObject({ status: "success" });
  expect(status).toBe(200);
  return (body as { data: unknown }).data;
};
const query = (text: string, more = "") => `/api/v1/query?query=${encodeURIComponent(text)}&time=${seconds}${more}`;

describe("instant queries", () => {
  it.each([
    ["1 + 1", { resultType: "scalar", result: [seconds, "2"] }],
    ['"text \\"quoted\\""', { resultType: "string", result: [seconds, 'text "quoted"'] }],
    [
      "sum by (job) (jobs_total)",
      {
        resultType: "vector",
        result: [
          { metric: { job: "a" }, value: [seconds, "540"] },
          { metric: { job: "b" }, value: [seconds, "1080"] },
        ],
      },
    ],
    [
      "odd",
      { resultType: "vector", result: [{ metric: { __name__: "odd", job: "a" }, value: [seconds, "0.000000001"] }] },
    ],
    ["gone", { resultType: "vector", result: [] }],
    [
      'sum_over_time({"pipeline.rows"}[5m])',
      { resultType: "vector", result: [{ metric: { "pipeline.name": "höfe" }, value: [seconds, "6"] }] },
    ],
    [
      "latency",
      {
        resultType: "vector",
        result: [
          {
            metric: { __name__: "latency" },
            histogram: [seconds, { count: "3", sum: "6", buckets: [[0, "0.5", "1", "3"]] }],
          },
        ],
      },
    ],
    [
      "odd[90s]",
      {
        resultType: "matrix",
        result: [
          {
            metric: { __name__: "odd", job: "a" },
            values: [
              [seconds - 60.5, "+Inf"],
              [seconds - 0.5, "0.000000001"],
            ],
          },
        ],
      },
    ],
  ])("%s", async (text, expected) => {
    expect(await dataOf(query(text))).toEqual(expected);
  });

  it("take a form, the time of the server, RFC 3339", async () => {
    const expected = { resultType: "scalar", result: [seconds, "1"] };
    expect(await dataOf("/api/v1/query", form({ query: "1" }))).toEqual(expected);
    expect(await dataOf("/api/v1/query", form({ query: "1", time: "2026-11-20T12:00:00Z" }))).toEqual(expected);
  });

  it("give warnings, infos, stats, and cut off at the limit", async () => {
    const { body } = await app.get(query("rate(odd[5m]) or jobs_total", "&stats=true&limit=1"));
    expect(body).toMatchObject({
      status: "success",
      data: { result: [{}], stats: { samples: { totalQueryableSamples: expect.any(Number) as number } } },
      warnings: ["results truncated due to limit"],
      infos: [expect.stringContaining("metric might not be a counter") as string],
    });
  });

  it("look back as far as they are told", async () => {
    const old = `/api/v1/query?query=jobs_total&time=${seconds + 600}`;
    expect(await dataOf(old)).toMatchObject({ result: [] });
    expect(await dataOf(`${old}&lookback_delta=15m`)).toMatchObject({ result: [{}, {}] });
  });
});

describe("range queries", () => {
  const range = `start=${seconds - 120}&end=${seconds}&step=60`;

  it("by GET and by POST", async () => {
    const expected = {
      resultType: "matrix",
      result: [
        {
          metric: {},
          values: [
            [seconds - 120, "1260"],
            [seconds - 60, "1440"],
            [seconds, "1620"],
          ],
        },
      ],
    };
    expect(await dataOf(`/api/v1/query_range?query=sum(jobs_total)&${range}`)).toEqual(expected);
    const fields = { query: "sum(jobs_total)", start: String(seconds - 120), end: String(seconds), step: "1m" };
    expect(await dataOf("/api/v1/query_range", form(fields))).toEqual(expected);
  });

  it("leave out the steps without a value", async () => {
    const data = await dataOf(`/api/v1/query_range?query=gone&${range}`);
    expect(data).toMatchObject({
      result: [
        {
          values: [
            [seconds - 120, "1"],
            [seconds - 60, "1"],
          ],
        },
      ],
    });
  });
});

describe("what cannot be answered says why, as Prometheus does", () => {
  const range = `query=up&start=${seconds}&end=${seconds}`;
  it.each([
    ["/api/v1/query", 400, "bad_data", 'invalid parameter "query": it is required'],
    ["/api/v1/query?query=sum(", 400, "bad_data", /^invalid parameter "query": 1:5: parse error: /],
    [
      "/api/v1/query?query=up&time=x",
      400,
      "bad_data",
      'invalid parameter "time": cannot parse "x" to a valid timestamp',
    ],
    [
      "/api/v1/query?query=up&timeout=x",
      400,
      "bad_data",
      'invalid parameter "timeout": cannot parse "x" to a valid duration',
    ],
    [`/api/v1/query_range?${range}&step=0`, 400, "bad_data", /^invalid parameter "step": zero or negative/],
    [`/api/v1/query_range?query=up&start=2&end=1&step=1`, 400, "bad_data", /end timestamp must not be before start/],
    [`/api/v1/query_range?query=up&start=0&end=100000&step=1`, 400, "bad_data", /^exceeded maximum resolution/],
    [
      `/api/v1/query_range?query=up[5m]&start=0&end=1&step=1`,
      400,
      "bad_data",
      /invalid expression type "range vector"/,
    ],
    [query("jobs_total * on() jobs_total"), 422, "execution", /many-to-many matching not allowed/],
    ["/api/v1/series", 400, "bad_data", "no match[] parameter provided"],
    ['/api/v1/series?match[]={a=""}', 400, "bad_data", /at least one non-empty matcher/],
    ["/api/v1/series?match[]=rate(up[5m])", 400, "bad_data", /expected a series selector only|parse error/],
    ["/api/v1/labels?limit=x", 400, "bad_data", /limit must be a non-negative number/],
    ["/api/v1/rules?type=x", 400, "bad_data", /not supported value "x"/],
    ["/api/v1/rules?group_next_token=aa", 400, "bad_data", /group_limit needs to be present/],
    ["/api/v1/rules?group_limit=0", 400, "bad_data", /greater than 0/],
    ["/api/v1/rules?group_limit=1&group_next_token=aa", 400, "bad_data", /invalid group_next_token/],
    ["/api/v1/rules?exclude_alerts=x", 400, "bad_data", /to a boolean/],
    ["/api/v1/targets?state=x", 400, "bad_data", /not supported value "x"/],
    ["/api/v1/targets/metadata?match_target=sum(", 400, "bad_data", /^invalid parameter "match_target"/],
  ])("%s", async (path, status, errorType, error) => {
    const { status: actual, body } = await app.get(path);
    expect(body).toEqual({
      status: "error",
      errorType,
      error: typeof error === "string" ? error : (expect.stringMatching(error) as string),
    });
    expect(actual).toBe(status);
  });

  it("a client that leaves ends its query", async () => {
    const { status, body } = await app.get(query("jobs_total"), { signal: AbortSignal.abort() });
    expect({ status, body }).toMatchObject({ status: 503, body: { errorType: "canceled" } });
  });
});

describe("the catalogue", () => {
  it.each([
    ["/api/v1/labels", ["__name__", "instance", "job", "pipeline.name"]],
    ["/api/v1/labels?match[]=odd", ["__name__", "job"]],
    ["/api/v1/label/job/values", ["a", "b"]],
    [`/api/v1/label/job/values?match[]=odd&match[]=gone`, ["a"]],
    ["/api/v1/label/__name__/values?match[]={job='b'}", ["jobs_total"]],
    ["/api/v1/label/U__pipeline_2e_name/values", ["höfe"]],
    [`/api/v1/label/job/values?start=${seconds + 4 * 86_400}`, []],
    ["/api/v1/label/job/values?start=0", ["a", "b"]],
    ["/api/v1/labels?match[]=odd&start=-292273086-05-16T16:47:06Z", ["__name__", "job"]],
    ["/api/v1/series?match[]={job='b'}&start=0", [{ __name__: "jobs_total", job: "b", instance: "2" }]],
    [`/api/v1/label/job/values?start=${seconds * 10}`, []],
    ["/api/v1/series?match[]={job='b'}", [{ __name__: "jobs_total", job: "b", instance: "2" }]],
    ["/api/v1/metadata", { jobs_total: [{ type: "counter", help: "Jobs done.", unit: "" }] }],
    ["/api/v1/metadata?metric=none", {}],
    ["/api/v1/alerts", { alerts: [] }],
    ["/api/v1/alertmanagers", { activeAlertmanagers: [], droppedAlertmanagers: [] }],
    ["/api/v1/scrape_pools", { scrapePools: ["a", "b"] }],
    ["/api/v1/notifications", []],
    [
      "/api/v1/targets?state=active&scrapePool=b",
      { activeTargets: [], droppedTargets: [], droppedTargetCounts: { a: 0, b: 2 } },
    ],
    ["/api/v1/targets?state=dropped", { activeTargets: [], droppedTargets: [], droppedTargetCounts: { a: 0, b: 2 } }],
    ["/api/v1/targets/metadata?metric=jobs_total", [{ target: { job: "a", instance: "1" }, ...jobsMetadata }]],
    [
      "/api/v1/targets/metadata?match_target={job='a'}&limit=1",
      [{ target: { job: "a", instance: "1" }, metric: "jobs_total", ...jobsMetadata }],
    ],
    ["/api/v1/targets/metadata?match_target={job='b'}", []],
    ["/api/v1/format_query?query=sum(foo)by(x)", "sum by (x) (foo)"],
  ])("%s", async (path, expected) => {
    expect(await dataOf(path)).toEqual(expected);
  });

  it("cuts off at the limit, and says so", async () => {
    const { body } = await app.get("/api/v1/label/job/values?limit=1");
    expect(body).toEqual({ status: "success", data: ["a"], warnings: ["results truncated due to limit"] });
  });

  it("exemplars with the series they belong to", async () => {
    const [row] = await app.store.query<{ id: string }>(
      "SELECT toString(series_id) AS id FROM series WHERE labels['job'] = 'b' AND metric = 'jobs_total'",
    );
    await app.store.insertRows("exemplars", [
      {
        received_at: "2026-11-20T11:59:00Z",
        metric: "jobs_total",
        series_id: row?.id,
        time: "2026-11-20T11:59:00Z",
        value: 2.5,
        labels: { trace_id: "abc" },
      },
    ]);
    const data = await dataOf(
      `/api/v1/query_exemplars?query=rate(jobs_total[5m])&start=${seconds - 600}&end=${seconds}`,
    );
    expect(data).toEqual([
      {
        seriesLabels: { __name__: "jobs_total", job: "b", instance: "2" },
        exemplars: [{ labels: { trace_id: "abc" }, value: "2.5", timestamp: seconds - 60 }],
      },
    ]);
    expect(await dataOf("/api/v1/query_exemplars?query=jobs_total{job='b'}")).toEqual(data);
  });
});

describe("the state of the server", () => {
  it.each(["buildinfo", "config", "flags", "tsdb", "tsdb/blocks", "self_metrics", "walreplay"])("%s", async (name) => {
    expect(await dataOf(`/api/v1/status/${name}`)).toMatchSnapshot();
  });

  it("runtimeinfo", async () => {
    expect(await dataOf("/api/v1/status/runtimeinfo")).toMatchSnapshot({ hostname: expect.any(String) as string });
  });

  it("features, by Prometheus' names", async () => {
    expect(await dataOf("/api/v1/features")).toMatchObject({ promql: { duration_expr: true }, api: { admin: false } });
  });

  it("self_metrics of a name", async () => {
    const data = await dataOf("/api/v1/status/self_metrics?metric_name_pattern=self_t.*");
    expect(data).toMatchObject([{ name: "self_total", type: "COUNTER" }]);
  });

  it("what relabelling makes of labels", async () => {
    const labels = encodeURIComponent('{"job":"x"}');
    expect(await dataOf(`/api/v1/targets/relabel_steps?scrapePool=a&labels=${labels}`)).toEqual({
      steps: [{ rule: { action: "keep" }, output: { job: "x" }, keep: true }],
    });
  });

  it.each([
    ["status/tsdb?limit=0", "limit must be a positive number"],
    ["status/tsdb?limit=10001", "limit must not exceed 10000"],
    ["status/self_metrics?metric_name_pattern=(", 'invalid parameter "metric_name_pattern"'],
    ["targets/relabel_steps?scrapePool=b&labels={}", 'no scrape pool "b" is known'],
    ["targets/relabel_steps?scrapePool=a&labels=[1]", "expected a JSON object of label names and values"],
    ["targets/relabel_steps?scrapePool=a&labels=x", 'invalid parameter "labels"'],
  ])("refuses %s", async (path, error) => {
    const { status, body } = await app.get(`/api/v1/${path}`);
    expect(status).toBe(400);
    expect(body).toMatchObject({ errorType: "bad_data", error: expect.stringContaining(error) as string });
  });

  it("rules, by type and name", async () => {
    const data = (await dataOf("/api/v1/rules")) as { groups: object[] };
    expect(data.groups).toMatchObject([
      { name: "g", lastEvaluation: "2026-11-20T12:00:00.000Z", rules: [{ type: "recording", health: "ok" }] },
    ]);
    expect(await dataOf("/api/v1/rules?type=alert")).toEqual({ groups: [] });
    expect(await dataOf("/api/v1/rules?rule_name[]=none")).toEqual({ groups: [] });
    expect(await dataOf("/api/v1/rules?match[]={team='x'}")).toMatchObject({ groups: [{ name: "g" }] });
    expect(await dataOf("/api/v1/rules?match[]={team='y'}")).toEqual({ groups: [] });
    expect(await dataOf("/api/v1/rules?group_limit=1&exclude_alerts=true")).toMatchObject({ groups: [{ name: "g" }] });
  });

  it("the tree of a query", async () => {
    const text = 'sum by (job) (rate(jobs_total{job!="x"}[5m] offset 1m)) > bool 1';
    expect(await dataOf(`/api/v1/parse_query?query=${encodeURIComponent(text)}`)).toMatchSnapshot();
    const computed = encodeURIComponent("a[5m:(1m + step())] offset -max_of(1h, range())");
    expect(await dataOf(`/api/v1/parse_query?query=${computed}`)).toMatchSnapshot();
  });
});

describe("what it has not", () => {
  it.each([
    ["POST", "/api/v1/admin/tsdb/delete_series", 503, "unavailable", /^admin APIs disabled/],
    ["PUT", "/api/v1/admin/tsdb/snapshot", 503, "unavailable", /^admin APIs disabled/],
    ["DELETE", "/api/v1/series", 400, "bad_data", "not implemented"],
  ])("%s %s", async (method, path, status, errorType, error) => {
    const { status: actual, body } = await app.get(path, { method });
    expect(body).toEqual({
      status: "error",
      errorType,
      error: typeof error === "string" ? error : (expect.stringMatching(error) as string),
    });
    expect(actual).toBe(status);
  });
});
