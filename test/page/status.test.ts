import type { StatusResponse } from "sightglass/contract";
import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { serverStatus } from "../../packages/ui/mock/status.ts";
import { emptyWorld } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems, madeNoComplaint, overflowPx } from "./checks.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

let view: PageUnderTest;
let page: Page;
const suite = describe.skipIf(noChromium);

beforeAll(async () => {
  if (noChromium) return;
  view = await startPage(emptyWorld());
});
afterAll(() => view?.close());
afterEach(async () => {
  view.mock.failOn(null);
  await page.context().close();
  madeNoComplaint(view);
});

/** Opens the page on a server whose status is changed like this, at each read. */
async function open(change: (status: StatusResponse) => void = () => {}, options?: BrowserContextOptions) {
  page = await view.open("/pipelines", options);
  await page.route("**/api/status", async (route) => {
    const status = serverStatus(now(), now() - 86_400_000);
    change(status);
    await route.fulfill({ json: status });
  });
  await page.getByRole("link", { name: "Status", exact: true }).click();
  await page.getByRole("heading", { level: 1, name: "Status" }).waitFor();
}

const main = async () => (await page.getByRole("main").textContent()) ?? "";

suite(`a healthy server${skipReason}`, () => {
  it("shows the equation of the ledger, and that it holds", async () => {
    await open((status) => {
      status.ledger.spans = { received: 1_204_331, stored: 1_204_000, refused: 31, spooled: 300 };
    });
    const spans = page.getByRole("row", { name: /Spans/ });
    expect(await spans.textContent()).toMatch(/1,204,331.*=.*1,204,000.*\+.*31.*\+.*300.*balances/);
    await page.getByText("All is well.").waitFor();
  });

  it("leads from each number to its history", async () => {
    await open();
    for (const [name, expr] of [
      ["ledger", 'sightglass_items_received_total{signal="spans"}'],
      ["spool", "sightglass_spool_bytes"],
      ["store", 'sightglass_table_rows{table="spans"}'],
      ["receivers", 'sightglass_receiver_requests_total{protocol="otlp-grpc", address="127.0.0.1:4317"}'],
      ["process", 'process_resident_memory_bytes{job="sightglass"}'],
    ] as const)
      expect(await page.locator(`a[title='${expr}']`).count(), name).toBe(1);
    await page.locator("a[title='sightglass_spool_bytes']").click();
    await page.waitForURL(/\/explore\?expr=sightglass_spool_bytes/);
  });

  it("says that no metric has too many series", async () => {
    await open();
    await page.getByText("No metric has gone over its limit since the server started.").waitFor();
    expect(await main()).toContain("A metric may have 100,000 series a day");
  });

  it("names every number with its unit and meaning", async () => {
    await open();
    await page.getByRole("heading", { name: "Receivers" }).waitFor();
    const text = await main();
    for (const part of [
      "In items since the data folder was made",
      "of 4.3 GB at most",
      "age of the oldest that waits",
      "30 days, at most 50 GB",
      "no token, or one that is not known",
      "how late the process comes to its work",
      "ClickHouse 26.7.1.1, in this process",
    ]) {
      expect(text).toContain(part);
    }
  });

  it("reads it again by itself, and tells how fast data arrive", async () => {
    await open();
    await page.locator(".ledger-rate").first().waitFor();
    expect(await page.locator(".ledger-rate").first().textContent()).toMatch(/^[\d.,]+[kM]?\/s$/);
  });

  it.each(["light", "dark"] as const)("has no accessibility problems in %s", async (colorScheme) => {
    await open(undefined, { colorScheme, reducedMotion: "reduce" });
    await page.getByRole("heading", { name: "Receivers" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("fits a phone", async () => {
    await open(undefined, { viewport: { width: 390, height: 844 } });
    await page.getByRole("heading", { name: "Receivers" }).waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});

suite(`a server in trouble${skipReason}`, () => {
  it("says first what is wrong and what to do", async () => {
    await open((status) => {
      status.engine = { ...status.engine, state: "down", lastError: "cannot reserve 1 MiB" };
      status.spool = { ...status.spool, state: "full", bytes: status.spool.bytesMax };
    });
    const problems = page.getByRole("list", { name: "Problems" }).getByRole("listitem");
    await page.getByText("2 things are wrong").waitFor();
    expect(await problems.first().textContent()).toMatch(/engine is down.*cannot reserve 1 MiB\. .*What to do:/);
    expect(await problems.nth(1).textContent()).toMatch(/spool is full/);
    expect(await page.title()).toContain("2 problems");
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("names the metric with too many series, and the label that made them", async () => {
    await open((status) => {
      status.cardinality.overflows = [
        { metric: "http_requests_total", series: 1_204, samples: 9_031, label: "path", labelValues: 1_200 },
      ];
    });
    await page.getByRole("heading", { name: "http_requests_total has too many series" }).waitFor();
    expect(await main()).toMatch(/1,204 of today are beyond the limit of 100,000.*label path, which has 1,200 values/);
    const row = page
      .getByRole("table", { name: "Metrics over their limit" })
      .getByRole("row", { name: /http_requests/ });
    expect(await row.textContent()).toMatch(/1,204.*9,031.*path.*1,200 values/);
    expect(await accessibilityProblems(page)).toEqual([]);
    await row.getByRole("link", { name: "path" }).click();
    await page.waitForURL(/\/explore\?expr=topk.*count\+by\+%28path%29/);
  });

  it("waits for a ledger on the move, and is loud when it stays off", async () => {
    await open((status) => {
      status.ledger.spans = { received: 1_000, stored: 880, refused: 0, spooled: 0 };
    });
    await page.getByText("settling (120)").waitFor();
    await page.getByRole("heading", { name: "120 spans are missing" }).waitFor();
    await page.getByText("off by 120", { exact: true }).waitFor();
  });

  it("keeps the last numbers, with their age, when the server goes away", async () => {
    await open();
    await page.getByRole("heading", { name: "Receivers" }).waitFor();
    await page.unroute("**/api/status");
    view.mock.failOn(/status/);
    await page.getByText(/reading them again failed/).waitFor();
    await page.getByText("All was well when it was last read.").waitFor();
    expect(await main()).toContain("OTLP/gRPC");
  });

  it("says why there are no numbers at all", async () => {
    view.mock.failOn(/status/);
    page = await view.open("/status");
    await page.getByRole("heading", { name: "Could not read the status" }).waitFor();
  });
});
