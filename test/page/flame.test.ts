import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { oddTraceId } from "../../packages/ui/mock/trace-samples.ts";
import { makeWorld } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems, madeNoComplaint, overflowPx } from "./checks.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

let view: PageUnderTest;
let page: Page;

beforeAll(async () => {
  if (noChromium) return;
  view = await startPage(makeWorld(now(), 1));
});
afterAll(() => view?.close());
afterEach(async () => {
  await page.context().close();
  madeNoComplaint(view);
});

/** The span of the mock that has a profile. */
const profiled = `/traces/${oddTraceId}?span=0000000000000002`;
const open = async (path: string, options?: BrowserContextOptions) => {
  page = await view.open(path, options);
};
const dialog = () => page.getByRole("dialog", { name: "Profile of transform" });
const box = (name: RegExp) => dialog().getByRole("group", { name: "Flame graph" }).getByRole("button", { name });
const focused = () => page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");

describe.skipIf(noChromium)(`a profile${skipReason}`, () => {
  it("is summed up in its span, whose events do not repeat it", async () => {
    await open(profiled);
    const panel = page.getByRole("complementary", { name: "Span details" });
    await panel
      .getByText("Profiled because it took longer than the usual 420 ms: 1 s, waiting for 15 % of it.")
      .waitFor();
    expect(await panel.getByRole("listitem").first().textContent()).toBe("parse41 %");
    expect(await panel.textContent()).not.toContain("pipeline.profile.folded");
  });

  it("opens as a flame graph with a URL of its own, and closes", async () => {
    await open(profiled);
    await page.getByRole("button", { name: "Flame graph" }).click();
    await box(/^parse \(src\/flights\.ts:41\): 590 ms \(59 %\), 410 ms of it itself$/).waitFor();
    expect(new URL(page.url()).search).toContain("profile=1");
    await dialog().getByRole("button", { name: "Close" }).click();
    await page.waitForFunction(() => !location.search.includes("profile"));
    await page.goBack();
  });

  it("zooms, and is walked with the arrow keys", async () => {
    await open(`${profiled}&profile=1`);
    await box(/^parse/).click();
    await page.waitForFunction(() => {
      const boxes = document.querySelectorAll<HTMLElement>(".flame-box");
      return [...boxes].every((one) => !/garbage|idle/.test(one.title)) && boxes.length === 3;
    });
    await page.keyboard.press("ArrowDown");
    expect(await focused()).toMatch(/^split/);
    await page.keyboard.press("Escape");
    await box(/idle/).waitFor();
    await page.keyboard.press("ArrowUp");
    await page.keyboard.press("ArrowRight");
    expect(await focused()).toMatch(/garbage collector/);
    await page.keyboard.press("Escape");
    await dialog().waitFor({ state: "hidden" });
  });

  it.each(["light", "dark"] as const)("has no accessibility problems in %s", async (theme) => {
    await open(`${profiled}&profile=1`, { colorScheme: theme, reducedMotion: "reduce" });
    await box(/^parse/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("fits a phone", async () => {
    await open(`${profiled}&profile=1`, { viewport: { width: 390, height: 844 } });
    await box(/^parse/).waitFor();
    expect(await overflowPx(page)).toBe(0);
  });
});
