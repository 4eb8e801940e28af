import { afterAll, beforeAll, expect, it } from "vitest";
import { listSeries } from "../query/metrics-catalogue.ts";
import { readMetadata } from "../query/metrics-metadata.ts";
import { SeriesLabels } from "../query/series-source-labels.ts";
import { insertSeries } from "../query/testing/stored-series.ts";
import { family, MetricsRegistry } from "../self/metrics.ts";
import { openDerivedTest, type DerivedTest } from "./testing/derived.ts";

let test: DerivedTest;
beforeAll(async () => {
  test = await openDerivedTest();
});
afterAll(() => test.close());

it("stores the server's own metrics as a scrape of it would", async () => {
  const metrics = new MetricsRegistry();
  const requests = metrics.counter("requests_total", "Requests.");
  const seconds = metrics.histogram("took_seconds", "Durations.", [0.1, 1]);
  metrics.register(() => [family("gauge", "is_odd", "Not a number.", Number.NaN)]);
  const deriver = test.deriver({ self: { collect: () => metrics.collect(), instance: "127.0.0.1:4319" } });
  requests.add({ route: 'a"\\b' }, 3);
  seconds.observe({}, 0.5);
  await deriver.sampleNow();
  requests.add({ route: 'a"\\b' }, 2);
  await test.next(deriver);
  const target = { job: "sightglass", instance: "127.0.0.1:4319" };
  expect(await test.ask("requests_total")).toEqual([
    { labels: { __name__: "requests_total", route: 'a"\\b', ...target }, value: 5 },
  ]);
  expect(await test.ask('took_seconds_bucket{le="1"}')).toMatchObject([{ value: 1 }]);
  expect(await test.ask("up")).toEqual([{ labels: { __name__: "up", ...target }, value: 1 }]);
  expect(await test.ask("is_odd")).toEqual([]);
  const told = await readMetadata(test.store, {});
  expect(told.get("requests_total")).toEqual([{ type: "counter", help: "Requests.", unit: "" }]);
  expect(told.get("took_seconds")).toEqual([{ type: "histogram", help: "Durations.", unit: "seconds" }]);
  expect(told.get("up")).toMatchObject([{ type: "gauge" }]);
  expect(await test.ask("delta(requests_total[1m])")).toMatchObject([{ labels: { route: 'a"\\b' } }]);
});

it("is one series with a scrape of the same that comes in", async () => {
  const metrics = new MetricsRegistry();
  const answers = metrics.counter("answers_total", "Answers.");
  const deriver = test.deriver({ self: { collect: () => metrics.collect(), instance: "127.0.0.1:4319" } });
  answers.add({}, 3);
  await deriver.sampleNow();
  await test.next(deriver);
  const target = { job: "sightglass", instance: "127.0.0.1:4319" };
  const came = (metric: string, value: number) => ({
    labels: { __name__: metric, ...target },
    samples: [-40_000, -25_000, -10_000].map((ago) => ({ timeMs: test.clock.atMs + ago, value })),
  });
  const other = { labels: { __name__: "up", job: "other" }, samples: [{ timeMs: test.clock.atMs - 1, value: 1 }] };
  await insertSeries(test.store, [came("up", 1), came("answers_total", 3), other]);
  expect(await test.ask("up{job='sightglass'}")).toEqual([{ labels: { __name__: "up", ...target }, value: 1 }]);
  expect(await test.ask("sum(up)")).toMatchObject([{ value: 2 }]);
  expect(await test.ask("count by (job) (answers_total)")).toEqual([{ labels: { job: "sightglass" }, value: 1 }]);
  expect(await test.ask("count_over_time(up{job='sightglass'}[20s])")).toMatchObject([{ value: 3 }]);
  expect(await test.ask("rate(answers_total[1m])")).toMatchObject([{ value: 0 }]);
  const matchers = [
    { name: "__name__", operator: "=" as const, value: "up", matches: (text: string) => text === "up" },
  ];
  expect(await listSeries(test.store, new SeriesLabels(), { selectors: [matchers] })).toHaveLength(2);
});
