import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { oddTraceId } from "../../packages/ui/mock/trace-samples.ts";
import { hugeTraceId } from "../../packages/ui/mock/traces.ts";
import { makeWorld } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems, madeNoComplaint, overflowPx } from "./checks.ts";
import { pressSequence } from "./keys.ts";
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

const load = "0000000000000003";
const odd = `/traces/${oddTraceId}`;
const open = async (path: string, options?: BrowserContextOptions) => {
  page = await view.open(path, options);
};
const labels = () => page.locator(".wf-label").allTextContents();
const search = () => new URL(page.url()).searchParams;
/** The name in the row that the keyboard stands on. */
const cursor = async () => (await page.locator(".wf-row.is-cursor .wf-label").allTextContents()).join();
const runningTree = () => page.getByRole("tree", { name: "Spans" });

async function press(...keys: string[]): Promise<void> {
  for (const key of keys) {
    await page.keyboard.press(key);
    // One frame for each, as a person would.
    await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(resolve)));
  }
}

suite(`a run's trace${skipReason}`, () => {
  it("shows what the trace was and leads to its run", async () => {
    const run = view.mock.world.runs.find((each) => each.status === "failed");
    if (run === undefined) throw new Error("the mock has no failed run");
    await open(`/traces/${run.traceId}`);
    await runningTree().waitFor();
    expect(await page.getByRole("heading", { level: 1 }).textContent()).toBe(run.pipeline);
    expect(await page.locator(".wf-row").first().getAttribute("aria-level")).toBe("1");
    await page.getByRole("link", { name: `Run of ${run.pipeline}` }).click();
    await page.waitForURL(`**/runs/${run.id}`);
  });
});

suite(`a trace with one of everything${skipReason}`, () => {
  it("says what is missing or wrong, and draws what there is", async () => {
    await open(odd);
    await runningTree().waitFor();
    expect(await page.locator(".trace-notices").textContent()).toMatch(/1 parent span has not arrived.*in a circle/);
    expect(await labels()).toEqual([
      "Parent span has not arrived",
      "extract",
      "transform",
      "join airports",
      "load",
      "INSERT flights",
      "ping",
      "pong",
    ]);
  });

  it("shows every detail of a span", async () => {
    await open(`${odd}?span=${load}`);
    const panel = page.getByRole("complementary", { name: "Span details" });
    await panel.getByText("pipeline.records.written").waitFor();
    const text = (await panel.textContent()) ?? "";
    for (const part of [
      "DatabaseError: duplicate key value",
      "9007199254740993int",
      "NaNdouble",
      "falsebool",
      '["date", "delay", 3]array',
      "map",
      "base64 3q2+7w==bytes",
      "show all",
      "3 more were dropped",
      "Span 0000000000000001 of this trace",
      "Trace state: vendor=1",
      "etl-7",
      "@sightglass/sdk 0.1.0",
      "slow answer from warehouse",
    ]) {
      expect(text).toContain(part);
    }
    const filter = panel.getByRole("link", { name: "Find traces with pipeline.stage=load" });
    expect(await filter.getAttribute("href")).toBe("/traces?attributes=pipeline.stage%3Dload");
    await panel.getByRole("button", { name: /of this trace/ }).click();
    await page.waitForFunction(() => location.search.includes("0000000000000001"));
    expect(await panel.getByRole("heading", { level: 2 }).textContent()).toBe("extract");
  });

  it("tells that two clocks disagree", async () => {
    await open(`${odd}?span=0000000000000004`);
    await page.getByText("starts 12 ms before its parent").waitFor();
  });

  it.each(["light", "dark"] as const)("has no accessibility problems in %s", async (theme) => {
    await open(`${odd}?span=${load}&critical=1&q=load`, { colorScheme: theme, reducedMotion: "reduce" });
    await page.getByText("pipeline.records.written").waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("fits a phone", async () => {
    await open(`${odd}?span=${load}`, { viewport: { width: 390, height: 844 } });
    await page.getByText("pipeline.records.written").waitFor();
    expect(await overflowPx(page)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});

suite(`the keyboard${skipReason}`, () => {
  it("walks, folds, opens and closes", async () => {
    await open(odd);
    await runningTree().focus();
    await press("j", "j");
    expect(await cursor()).toBe("extract");
    await press("k", "ArrowLeft");
    expect(await labels()).toEqual(["Parent span has not arrived", "ping", "pong"]);
    expect(await page.locator(".wf-hidden-count").textContent()).toMatch(/^\+5.*2$/);
    await press("ArrowRight", "ArrowRight", "End", "Home", "j", "Enter");
    await page.getByRole("heading", { name: "extract" }).waitFor();
    await press("j");
    await page.getByRole("heading", { name: "transform" }).waitFor();
    expect(search().get("span")).toBe("0000000000000002");
    await press("Escape");
    await page.getByRole("complementary").waitFor({ state: "detached" });
    expect(search().get("span")).toBeNull();
  });

  it("goes to errors and matches", async () => {
    await open(odd);
    await runningTree().waitFor();
    await press("e");
    expect(await cursor()).toBe("load");
    await press("e");
    expect(await cursor()).toBe("INSERT flights");
    await press("/");
    await page.keyboard.type("p");
    await press("Enter");
    await page.getByText(/^\d of 3$/).waitFor();
    await page.getByRole("searchbox").fill("service:weather <7ms");
    await page.getByText("1 match", { exact: true }).waitFor();
    await press("Enter");
    expect(await cursor()).toBe("pong");
    await page.waitForFunction(() => new URLSearchParams(location.search).get("q") === "service:weather <7ms");
  });

  it("leaves the shell's sequences alone", async () => {
    await open(odd);
    await runningTree().focus();
    await pressSequence(page, "g", "s");
    await page.waitForURL("**/status");
  });
});

suite(`the URL${skipReason}`, () => {
  it("holds zoom, colour, critical path and find, and brings them back", async () => {
    await open(odd);
    await runningTree().waitFor();
    await press("w", "c", "b");
    await page.waitForFunction(() => /zoom=\d+-\d+/.test(location.search));
    const kept = search();
    expect([kept.get("critical"), kept.get("colour")]).toEqual(["1", "status"]);
    await page.reload();
    await page.getByRole("button", { name: "Reset zoom" }).waitFor();
    expect(search().get("zoom")).toBe(kept.get("zoom"));
    expect(await page.getByRole("button", { name: "Critical path" }).getAttribute("aria-pressed")).toBe("true");
    expect(await page.locator(".wf-critical").count()).toBeGreaterThan(0);
    await press("0");
    await page.waitForFunction(() => !location.search.includes("zoom"));
  });

  it("takes a zoom drawn on the overview", async () => {
    await open(odd);
    const box = await page.locator(".wf-overview").boundingBox();
    if (box === null) throw new Error("no overview");
    await page.mouse.move(box.x + box.width * 0.25, box.y + 20);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + 20, { steps: 4 });
    await page.mouse.up();
    await page.waitForFunction(() => location.search.includes("zoom="));
    const [from = 0, to = 0] = (search().get("zoom") ?? "").split("-").map(Number);
    expect((to - from) / 4.2e9).toBeCloseTo(0.5, 1);
  });
});

suite(`a hundred thousand spans${skipReason}`, () => {
  it("stay smooth: few rows exist, and a frame's scripting is a fraction of its time", async () => {
    await open(`/traces/${hugeTraceId}`);
    await page.getByText("100,000", { exact: true }).waitFor();
    await page.locator(".trace-progress").waitFor({ state: "detached" });
    const session = await page.context().newCDPSession(page);
    await session.send("Performance.enable", { timeDomain: "threadTicks" });
    const scriptMs = async () => {
      const { metrics } = await session.send("Performance.getMetrics");
      return (metrics.find(({ name }) => name === "ScriptDuration")?.value ?? 0) * 1000;
    };
    const before = await scriptMs();
    const frames = 120;
    await page.evaluate(async (count) => {
      for (let i = 0; i < count; i += 1) {
        document.querySelector(".wf-scroll")?.scrollBy(0, 130);
        await new Promise((resolve) => requestAnimationFrame(resolve));
      }
    }, frames);
    const perFrameMs = ((await scriptMs()) - before) / frames;
    // About 3 ms of processor time.
    expect(perFrameMs).toBeLessThan(12);
    expect(await page.locator(".wf-row").count()).toBeLessThan(90);
    await runningTree().focus();
    await press("End");
    const last = await page.locator(".wf-row").last().boundingBox();
    expect((last?.y ?? 0) + (last?.height ?? 0)).toBeLessThanOrEqual(901);
  });
});

suite(`when it cannot be shown${skipReason}`, () => {
  it("says that the trace is not here", async () => {
    await open(`/traces/${"ab".repeat(16)}`);
    await page.getByRole("heading", { name: "This trace is not here" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("says why it could not be read, and reads it when asked again", async () => {
    view.mock.failOn(/traces/);
    await open(odd);
    await page.getByRole("heading", { name: "Could not read this trace" }).waitFor();
    view.mock.failOn(null);
    await page.getByRole("button", { name: "Try again" }).click();
    await runningTree().waitFor();
  });

  it("keeps what it has when reading again fails", async () => {
    await open(odd);
    await runningTree().waitFor();
    view.mock.failOn(/traces/);
    await page.getByRole("button", { name: "Read again" }).click();
    await page.getByText(/Reading it again failed/).waitFor();
    expect((await labels()).length).toBe(8);
  });

  it("holds the place while it is read", async () => {
    view.mock.hold(/traces/);
    await open(odd);
    await page.locator(".skeleton").first().waitFor();
    view.mock.hold(null);
    await runningTree().waitFor();
  });

  it("says when a span of the URL is not in the trace", async () => {
    await open(`${odd}?span=feedfeedfeedfeed`);
    await page.getByRole("heading", { name: "No such span" }).waitFor();
  });
});
