import { AxeBuilder } from "@axe-core/playwright";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld, type World } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

const find = (world: World, pipeline: string, status: string) =>
  world.runs.find((run) => run.pipeline === pipeline && run.status === status)?.id ?? "";

/** A view, and something that is on it once it is whole. */
const views: [name: string, path: (world: World) => string, ready: string][] = [
  ["pipelines", () => "/pipelines", "tbody tr"],
  ["a pipeline", () => "/pipelines/flights", ".run-grid tbody tr"],
  ["the series of a pipeline", () => "/pipelines/flights", ".series-graph canvas"],
  ["the runs that lost rows", () => "/runs?rows=unexplained", ".runs tbody tr"],
  ["a run with vanished rows", (world) => `/runs/${find(world, "flights", "succeeded")}?stage=load`, ".flow-words"],
  ["a failed run", (world) => `/runs/${find(world, "payments-reconcile", "failed")}`, ".timeline-row"],
  ["a running run", (world) => `/runs/${find(world, "clickstream-compact", "running")}`, ".timeline-row"],
  ["a lost run", (world) => `/runs/${find(world, "inventory-sync", "lost")}`, ".timeline-row"],
  ["errors", (world) => `/runs/${find(world, "payments-reconcile", "failed")}?tab=errors`, ".error-block"],
  [
    "failed records",
    (world) => `/runs/${find(world, "movies-clean", "succeeded")}?tab=errors`,
    ".failed-records tbody tr",
  ],
  [
    "checks",
    (world) => `/runs/${world.runs.find(({ quality }) => quality.checks.length > 0)?.id ?? ""}?tab=checks`,
    "table tbody tr",
  ],
  ["logs", (world) => `/runs/${find(world, "payments-reconcile", "failed")}?tab=logs`, ".log-line"],
  ["attributes", (world) => `/runs/${find(world, "flights", "succeeded")}?tab=attributes`, ".key-value"],
  ["compare", (world) => `/runs/${find(world, "flights", "succeeded")}?tab=compare`, ".compare-pair tbody tr"],
  ["an address that leads nowhere", () => "/nonsense", ".state"],
];

describe.skipIf(noChromium)(`accessibility${skipReason}`, () => {
  let world: World;
  let ui: PageUnderTest;
  beforeAll(async () => {
    world = makeWorld(now());
    ui = await startPage(world);
  });
  afterAll(() => ui.close());

  for (const colorScheme of ["light", "dark"] as const) {
    it.each(views)(`has no violation: %s, ${colorScheme}`, async (_, path, ready) => {
      const page = await ui.open(path(world), { colorScheme, reducedMotion: "reduce" });
      await page.locator(ready).first().waitFor();
      await page.waitForTimeout(200);
      const { violations } = await new AxeBuilder({ page }).analyze();
      const found = violations.flatMap((each) =>
        each.nodes.map((node) => `${each.id}: ${node.target.join(" ")} ${node.failureSummary ?? ""}`),
      );
      expect(found).toEqual([]);
      await page.context().close();
    });
  }

  it.each(views)("fits a phone: %s", async (_, path, ready) => {
    const page = await ui.open(path(world), { viewport: { width: 390, height: 844 } });
    await page.locator(ready).first().waitFor();
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(390);
    await page.context().close();
  });

  it("complained of nothing", () => {
    expect(ui.problems).toEqual([]);
  });
});
