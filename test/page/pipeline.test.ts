import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeWorld } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

describe.skipIf(noChromium)(`pipeline page${skipReason}`, () => {
  let ui: PageUnderTest;
  beforeAll(async () => {
    ui = await startPage(makeWorld(now()));
  });
  afterAll(() => ui.close());

  it("tells how the pipeline is, and since when", async () => {
    const page = await ui.open("/pipelines/payments-reconcile");
    await page.locator(".verdict").waitFor();
    expect(await page.locator(".verdict").innerText()).toMatch(
      /Failed 2 times in a row, since .*: connect ECONNREFUSED 10\.4\.0\.17:5432\. Last success/,
    );
    await page.locator(".chart canvas").first().waitFor();
    expect(ui.problems).toEqual([]);
  });

  it("shows stages against runs: one stop for Tab, arrows inside, Enter opens run and stage", async () => {
    const page = await ui.open("/pipelines/flights");
    const grid = page.getByRole("grid");
    await grid.waitFor();
    expect(await grid.locator("[tabindex='0']").count()).toBe(1);
    await grid.locator("[tabindex='0']").focus();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowDown", "ArrowDown"]) await page.keyboard.press(key);
    const focused = await page.evaluate(() => document.activeElement?.getAttribute("aria-label"));
    expect(focused).toMatch(/^load, Succeeded, \d+ rows unexplained, run /);
    expect(await page.getByRole("tooltip").innerText()).toContain("load");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/runs/flights-*?stage=load");
  });

  it("filters runs by status and partition, in the address", async () => {
    const page = await ui.open("/pipelines/payments-reconcile?window=30d");
    await page.getByRole("button", { name: "Failed", exact: true }).click();
    await page.waitForURL("**status=failed");
    const statuses = page.locator(".runs tbody .status");
    await page.waitForFunction(() =>
      [...document.querySelectorAll(".runs tbody .status")].every((each) => each.textContent === "Failed"),
    );
    expect(await statuses.count()).toBeGreaterThan(1);
    await page.getByRole("searchbox", { name: "Partition" }).fill("1999-01-01");
    await page.getByRole("heading", { name: "No run fits this filter" }).waitFor();
    await page.getByRole("button", { name: "Show all runs" }).click();
    await page.waitForURL("**/payments-reconcile?window=30d");
  });

  it("reads older runs on demand", async () => {
    const page = await ui.open("/pipelines/flights");
    const rows = page.locator(".runs tbody tr");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(25);
    await page.getByRole("button", { name: "Show older runs" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".runs tbody tr").length === 50);
  });

  it("opens the run under the pointer from a chart", async () => {
    const page = await ui.open("/pipelines/flights");
    const chart = page.getByRole("slider", { name: /^Duration of each run/ });
    await chart.locator("canvas").waitFor();
    const box = await chart.boundingBox();
    if (box === null) throw new Error("the chart has no size");
    await page.mouse.move(box.x + box.width - 12, box.y + box.height / 2);
    await page.getByRole("tooltip").waitFor();
    expect(await page.getByRole("tooltip").innerText()).toContain("rows unexplained");
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForURL("**/runs/flights-*");
  });

  it("goes from run to run in a chart by keyboard, and says each", async () => {
    const page = await ui.open("/pipelines/flights");
    const chart = page.getByRole("slider", { name: /Duration of each run/ });
    await chart.waitFor();
    await chart.focus();
    await page.keyboard.press("End");
    expect(await chart.getAttribute("aria-valuetext")).toMatch(
      /^run .*, Succeeded, .* rows written, \d+ rows unexplained$/,
    );
    expect(await page.getByRole("tooltip").innerText()).toContain("Succeeded");
    await page.keyboard.press("ArrowLeft");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/runs/flights-*");
  });

  it("says of each stage how many rows vanished in it, and leads to those runs", async () => {
    const page = await ui.open("/pipelines/flights");
    const stages = page.getByRole("table", { name: "Stages" });
    const unexplained = stages.locator("tbody tr td:last-child.is-unexplained a");
    await unexplained.first().waitFor();
    expect(await unexplained.first().innerText()).toMatch(/^[\d,]+$/);
    await unexplained.first().click();
    await page.waitForURL("**rows=unexplained#runs");
  });

  it("says when there is no such pipeline", async () => {
    const page = await ui.open("/pipelines/nonsense");
    await page.getByRole("heading", { name: "No runs of “nonsense” are known" }).waitFor();
    ui.problems.length = 0;
  });
});
