import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { beginRun, makeWorld } from "../../packages/ui/mock/world.ts";
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
  view.mock.hold(null);
  await page.context().close();
  madeNoComplaint(view);
});

const open = async (path: string, options?: BrowserContextOptions) => {
  page = await view.open(path, options);
};
const rows = () => page.locator(".traces-table tbody tr");
const search = () => new URL(page.url()).searchParams;

suite(`the list of traces${skipReason}`, () => {
  it("shows traces newest first, and opens one by keyboard", async () => {
    await open("/traces");
    await rows().first().waitFor();
    const newest = view.mock.world.runs[0];
    expect(await rows().first().textContent()).toContain(newest?.pipeline);
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/traces/${view.mock.world.runs[1]?.traceId}`);
  });

  it("opens one by a click, and its run by its link", async () => {
    await open("/traces");
    await rows().nth(2).click();
    await page.waitForURL(`**/traces/${view.mock.world.runs[2]?.traceId}`);
    await page.goBack();
    await rows()
      .nth(2)
      .getByRole("link", { name: /^Run of/ })
      .click();
    await page.waitForURL("**/runs/**");
  });

  it("reads older ones when asked", async () => {
    await open("/traces?window=7d");
    await rows().first().waitFor();
    const before = await rows().count();
    await page.getByRole("button", { name: "Older traces" }).click();
    await page.waitForFunction((count) => document.querySelectorAll(".traces-table tbody tr").length > count, before);
  });

  it("tells of new traces, and shows them only when asked", async () => {
    await open("/traces");
    await rows().first().waitFor();
    const before = await rows().first().textContent();
    const run = beginRun(view.mock.world, "movies-clean", now());
    expect(run).not.toBeNull();
    await page.getByRole("button", { name: "1 new trace" }).waitFor();
    expect(await rows().first().textContent()).toBe(before);
    await page.getByRole("button", { name: "1 new trace" }).click();
    await page.getByRole("button", { name: "1 new trace" }).waitFor({ state: "detached" });
    expect(await rows().first().textContent()).toContain("movies-clean");
  });
});

suite(`the search${skipReason}`, () => {
  it("puts every choice into the URL", async () => {
    await open("/traces");
    const service = page.getByRole("combobox", { name: "Service" });
    await service.fill("pay");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await page.waitForURL(/service=payments/);
    await page.getByRole("radio", { name: "Error" }).check({ force: true });
    await page.getByRole("textbox", { name: "Shortest duration" }).fill("10ms");
    await page.keyboard.press("Enter");
    await page.waitForURL(/minDuration=10ms/);
    expect(Object.fromEntries(search())).toEqual({ service: "payments", status: "error", minDuration: "10ms" });
    await rows().first().waitFor();
    for (const text of await rows().allTextContents()) expect(text).toContain("payments-reconcile");
    await page.getByRole("button", { name: "Clear" }).click();
    await page.waitForFunction(() => location.search === "");
  });

  it("completes attribute keys, then values, and takes filters away again", async () => {
    await open("/traces");
    const field = page.getByRole("combobox", { name: "Add an attribute filter" });
    await field.fill("db");
    await page.getByRole("option", { name: /db\.system=/ }).click();
    await page.getByRole("option", { name: "db.system=postgres" }).click();
    await page.waitForURL(/attributes=db\.system%3Dpostgres/);
    await field.fill("note=a, b=c");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => new URLSearchParams(location.search).getAll("attributes").length === 2);
    expect(search().getAll("attributes")).toEqual(["db.system=postgres", "note=a, b=c"]);
    await page.getByRole("button", { name: "Remove the filter db.system=postgres" }).click();
    await page.waitForFunction(() => new URLSearchParams(location.search).getAll("attributes").length === 1);
  });

  it("explains a duration that it cannot read, and does not ask for it", async () => {
    await open("/traces");
    await page.getByRole("textbox", { name: "Longest duration" }).fill("fast");
    await page.getByText("A number and a unit").waitFor();
    await page.keyboard.press("Enter");
    expect(search().get("maxDuration")).toBeNull();
  });

  it("goes through the scatter by keyboard, and opens a trace", async () => {
    await open("/traces");
    await rows().first().waitFor();
    const scatter = page.getByRole("slider", { name: /Duration over time/ });
    await scatter.focus();
    await page.keyboard.press("End");
    await page.keyboard.press("ArrowLeft");
    const count = Number(await scatter.getAttribute("aria-valuemax"));
    expect(await scatter.getAttribute("aria-valuenow")).toBe(String(count - 1));
    expect(await scatter.getAttribute("aria-valuetext")).toMatch(/^\S+, .+ (µs|ms|s), \d\d:\d\d/);
    await page.keyboard.press("Enter");
    await page.waitForURL(/\/traces\/[0-9a-f]{32}/);
  });

  it("searches for what a box on the scatter covered", async () => {
    await open("/traces");
    await rows().first().waitFor();
    const box = await page.locator(".scatter").boundingBox();
    if (box === null) throw new Error("no scatter");
    await page.mouse.move(box.x + box.width * 0.5, box.y + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.9, box.y + 120, { steps: 4 });
    await page.mouse.up();
    await page.waitForURL(/start=.*end=.*|minDuration=/);
    const start = Date.parse(search().get("start") ?? "");
    expect(Date.parse(search().get("end") ?? "") - start).toBeGreaterThan(0);
    expect(search().get("minDuration")).toMatch(/^[\d.]+(us|ms|s)$/);
    await page.getByRole("button", { name: "Back to the time window" }).click();
    await page.waitForFunction(() => !location.search.includes("start="));
  });
});

suite(`the states of the list${skipReason}`, () => {
  it("says why nothing was found, and widens the search", async () => {
    await open("/traces?service=nobody&window=1h");
    await page.getByRole("heading", { name: "No trace matches" }).waitFor();
    await page.getByRole("button", { name: "Look at the last 6h" }).click();
    await page.waitForURL(/window=6h/);
    await page.getByRole("button", { name: "Drop the filters" }).click();
    await page.waitForFunction(() => !location.search.includes("service"));
  });

  it("says what could not be read, and tries again", async () => {
    view.mock.failOn(/api\/traces/);
    await open("/traces");
    await page.getByRole("heading", { name: "Could not read the traces" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    view.mock.failOn(null);
    await page.getByRole("button", { name: "Try again" }).click();
    await rows().first().waitFor();
  });

  it("holds the place while it searches", async () => {
    view.mock.hold(/api\/traces/);
    await open("/traces");
    await page.locator(".skeleton").first().waitFor();
    view.mock.hold(null);
    await rows().first().waitFor();
  });

  it.each(["light", "dark"] as const)("has no accessibility problems in %s", async (colorScheme) => {
    await open("/traces?service=payments&window=6h&attributes=db.system%3Dpostgres", {
      colorScheme,
      reducedMotion: "reduce",
    });
    await rows().first().waitFor();
    await page.getByRole("combobox", { name: "Service" }).focus();
    await page.getByRole("option").first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("fits a phone", async () => {
    await open("/traces?window=1h", { viewport: { width: 390, height: 844 } });
    await rows().first().waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});
