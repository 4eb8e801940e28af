import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { emptyWorld, makeWorld } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems, madeNoComplaint, overflowPx } from "./checks.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

let view: PageUnderTest;
let page: Page;
const suite = describe.skipIf(noChromium);

beforeAll(async () => {
  if (noChromium) return;
  view = await startPage(makeWorld(now(), 1));
});
afterAll(() => view?.close());
afterEach(async () => {
  view.mock.failOn(null);
  await page.context().close();
  madeNoComplaint(view);
});

const open = async (path: string, options?: BrowserContextOptions) => {
  page = await view.open(path, options);
};
const metrics = () => page.locator(".catalogue tbody tr.table-row");
const search = () => new URL(page.url()).searchParams;

suite(`the catalogue of metrics${skipReason}`, () => {
  it("says what each metric is, a histogram being one", async () => {
    await open("/catalogue");
    const row = metrics().filter({ hasText: "http_request_duration_seconds" });
    await row.getByText("Time from request to answer.").waitFor();
    expect(await row.count()).toBe(1);
    expect(await row.locator("td").allTextContents()).toEqual([
      "histogram",
      "seconds",
      "14",
      "Explore http_request_duration_seconds",
    ]);
  });

  it("filters, sorts and keeps both in the URL", async () => {
    await open("/catalogue");
    await metrics().first().waitFor();
    await page.getByRole("searchbox", { name: "Find a metric" }).fill("pipeline");
    await page.waitForURL(/q=pipeline/);
    await page.getByText("3 of 14 metrics").waitFor();
    await page.getByRole("button", { name: "Series" }).click();
    await page.waitForURL(/sort=series/);
    expect(await metrics().first().textContent()).toContain("pipeline_run_duration_seconds");
    await page.getByRole("combobox", { name: "Type" }).selectOption("gauge");
    await page.getByRole("heading", { name: "No metric matches" }).waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await page.getByText("14 metrics").waitFor();
  });

  it("shows which labels make a metric many series, and leads to Explore", async () => {
    await open("/catalogue");
    await page.getByRole("button", { name: /^http_requests_total/ }).click();
    const labels = page.getByRole("table", { name: "Labels of http_requests_total" });
    await labels.waitFor();
    expect(await labels.getByRole("row").first().textContent()).toMatch(/^path4 values/);
    await labels.getByRole("link", { name: "/carts" }).click();
    await page.waitForURL(/explore/);
    expect(search().get("expr")).toBe('http_requests_total{path="/carts"}');
    await page.locator(".series-legend tbody tr").nth(1).waitFor();
  });

  it("opens a metric by keyboard with a query that fits it", async () => {
    await open("/catalogue?q=http_request_duration");
    await metrics().first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(/explore/);
    expect(search().get("expr")).toBe(
      "histogram_quantile(0.95, sum by (le) (rate(http_request_duration_seconds_bucket[5m])))",
    );
  });

  it("tells of a metric over its limit, and of the label that did it", async () => {
    await open("/catalogue");
    const note = page.locator(".overflow li");
    await note.waitFor();
    expect(await note.textContent()).toMatch(/http_requests_total is over its limit: 214 series.*differ in path/);
  });
});

suite(`targets${skipReason}`, () => {
  it("shows what is down first, with its last error", async () => {
    await open("/targets");
    await page.getByText("1 of 7 targets cannot be scraped.").waitFor();
    const first = page.locator(".targets tbody tr").first();
    expect(await first.textContent()).toMatch(/Down.*10\.0\.3\.13.*ECONNREFUSED/);
    expect(await page.locator(".panel h2").allTextContents()).toEqual(["node", "api", "kafka-exporter"]);
    await page.getByRole("radio", { name: "Down" }).check({ force: true });
    await page.waitForURL(/health=down/);
    expect(await page.locator(".targets tbody tr").count()).toBe(1);
  });

  it("leads to the scrapes of a job", async () => {
    await open("/targets");
    await page.getByRole("link", { name: "Explore the scrapes of api" }).click();
    await page.waitForURL(/explore/);
    expect(search().getAll("expr")).toEqual(['up{job="api"}', 'scrape_duration_seconds{job="api"}']);
  });
});

suite(`the series of a pipeline${skipReason}`, () => {
  const graph = (name: string) => page.getByRole("region", { name });

  it("are drawn on its page, with what each line is, and lead to Explore", async () => {
    await open("/pipelines/flights");
    const runs = graph("Runs by status");
    await runs.locator("canvas").waitFor();
    expect(await runs.getByRole("list", { name: "Lines" }).innerText()).toContain("success");
    await runs.locator(".u-over").hover();
    expect(await page.getByRole("tooltip").innerText()).toMatch(/\d{4} \d\d:\d\d:\d\d[^]*(success|No sample here)/);
    await runs.getByRole("link", { name: "Runs by status" }).click();
    await page.waitForURL(/\/explore\?expr=sum\+by\+%28status%29/);
    await page.locator(".series-legend tbody tr").first().waitFor();
  });

  it("are drawn around a run, with a mark for it, and durations as durations", async () => {
    const run = view.mock.world.runs.find((each) => each.pipeline === "flights" && each.status === "succeeded");
    await open(`/runs/${run?.id ?? ""}`);
    await graph("Run duration").locator("canvas").waitFor();
    await page.getByText("◇ is this run").waitFor();
    await graph("Rows written by stage").getByRole("link", { name: "Rows written by stage" }).click();
    await page.waitForURL(/\/explore/);
    expect(Date.parse(search().get("start") ?? "")).toBeLessThan(Date.parse(run?.startedAt ?? ""));
    await page.goBack();
    await graph("Run duration").getByRole("link", { name: "Run duration" }).click();
    await page.waitForURL(/histogram_quantile/);
    expect(search().getAll("expr")).toHaveLength(2);
    await page.locator(".series-legend tbody tr").first().waitFor();
    expect(await page.locator(".series-legend tbody tr td").first().innerText()).toMatch(
      /^[\d.]+ (ms|s|min .*|h .*)$|^–$/,
    );
  });

  it("say when they cannot be read, and when there are none", async () => {
    view.mock.failOn(/^\/api\/v1\/query_range/);
    await open("/pipelines/flights");
    await graph("Runs by status").getByText("Could not be read: The store is down").waitFor();
    view.mock.failOn(null);
    view.problems.length = 0;
  });
});

suite(`the states of metrics and targets${skipReason}`, () => {
  it.each([
    ["/catalogue?metric=http_requests_total", ".label-counts"],
    ["/targets", ".targets tbody tr"],
  ])("%s has no accessibility problems and fits a phone", async (path, ready) => {
    for (const colorScheme of ["light", "dark"] as const) {
      await open(path, { colorScheme, reducedMotion: "reduce" });
      await page.locator(ready).first().waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
    }
    await open(path, { viewport: { width: 390, height: 844 } });
    await page.locator(ready).first().waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it.each([
    ["/catalogue", /label/, "Could not read the metrics"],
    ["/targets", /targets/, "Could not read the targets"],
  ])("%s says what could not be read", async (path, pattern, heading) => {
    view.mock.failOn(pattern);
    await open(path);
    await page.getByRole("heading", { name: heading }).waitFor();
    view.mock.failOn(null);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { name: heading }).waitFor({ state: "detached" });
  });

  it("says how to begin where there is nothing", async () => {
    const empty = await startPage(emptyWorld());
    try {
      const fresh = await empty.open("/catalogue");
      await fresh.getByRole("heading", { name: "No metrics yet" }).waitFor();
      await fresh.getByRole("link", { name: "Targets" }).click();
      await fresh.getByRole("heading", { name: "Nothing is scraped" }).waitFor();
      madeNoComplaint(empty);
    } finally {
      await empty.close();
    }
  });
});
