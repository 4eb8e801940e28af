import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { beginRun, emptyWorld, makeWorld, type World } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems, madeNoComplaint, overflowPx } from "./checks.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

describe.skipIf(noChromium)(`runs page${skipReason}`, () => {
  let world: World;
  let ui: PageUnderTest;
  beforeAll(async () => {
    world = makeWorld(now());
    ui = await startPage(world);
  });
  afterEach(() => {
    ui.mock.failOn(null);
    ui.mock.hold(null);
  });
  afterAll(() => ui.close());

  it("lists the runs of every pipeline, newest first, and reads older ones on demand", async () => {
    const page = await ui.open("/runs");
    const rows = page.locator(".runs tbody tr");
    await rows.first().waitFor();
    expect(await rows.count()).toBe(100);
    const [newest] = world.runs;
    expect(await rows.first().innerText()).toContain(newest?.pipeline);
    await page.getByRole("button", { name: "Show older runs" }).click();
    await page.waitForFunction(() => document.querySelectorAll(".runs tbody tr").length > 100);
    expect(await page.title()).toBe("Runs · Sightglass");
    madeNoComplaint(ui);
  });

  it("filters by status, rows, pipeline and window, in the address; back and a reload keep it", async () => {
    const page = await ui.open("/runs");
    await page.locator(".runs tbody tr").first().waitFor();
    await page.getByRole("button", { name: "Unexplained rows" }).click();
    await page.getByRole("combobox", { name: "Pipeline" }).selectOption("flights");
    await page.getByText("30d", { exact: true }).click();
    await page.waitForURL(/\/runs\?(?=.*rows=unexplained)(?=.*pipeline=flights)(?=.*window=30d)/);
    const wanted = world.runs.filter((run) => run.pipeline === "flights" && (run.recordsUnexplained ?? 0) !== 0);
    const whole = (count: number) =>
      page.waitForFunction(
        (expected) =>
          document.querySelectorAll(".runs tbody tr").length === expected &&
          [...document.querySelectorAll(".runs-unexplained")].every((cell) => /[1-9]/.test(cell.textContent)),
        count,
      );
    await whole(wanted.length);
    await page.reload();
    await whole(wanted.length);
    await page.locator(".runs-unexplained a").first().click();
    await page.waitForURL("**/runs/flights-*#rows");
    await page.locator("#rows").waitFor();
    await page.goBack();
    await whole(wanted.length);
  });

  it("opens a run by a click anywhere in its row, and by keyboard", async () => {
    const page = await ui.open("/runs?status=failed");
    await page.locator(".runs tbody tr").first().waitFor();
    await page.locator(".runs tbody tr").first().locator(".runs-duration").click();
    await page.waitForURL("**/runs/*");
    await page.goBack();
    await page.locator(".runs tbody tr").first().waitFor();
    for (const key of ["j", "j", "Enter"]) await page.keyboard.press(key);
    await page.waitForURL("**/runs/*");
  });

  it("shows a new run at once", async () => {
    const page = await ui.open("/runs");
    await page.locator(".runs tbody tr").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[data-live='live']") !== null);
    const run = beginRun(world, "movies-clean", now());
    if (run === null) throw new Error("no such pipeline");
    ui.mock.announce(run);
    await page.locator(".runs tbody tr").first().getByText("Running").waitFor();
  });

  it("says why it is empty, what went wrong, and how to go on", async () => {
    const page = await ui.open("/runs?partition=1999-01-01");
    await page.getByRole("heading", { name: "No run fits this filter" }).waitFor();
    await page.getByRole("button", { name: "Show all runs" }).click();
    await page.locator(".runs tbody tr").first().waitFor();
    ui.mock.failOn(/^\/api\/runs/);
    await page.getByRole("button", { name: "Lost" }).click();
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("Could not read the runs");
    ui.mock.failOn(null);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator(".runs tbody tr").first().waitFor();
    ui.problems.length = 0;
  });

  it.each(["light", "dark"] as const)("has no accessibility violation, %s", async (colorScheme) => {
    const page = await ui.open("/runs", { colorScheme, reducedMotion: "reduce" });
    await page.locator(".runs tbody tr").first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("fits a phone, with every entry of the navigation in reach", async () => {
    const page = await ui.open("/runs", { viewport: { width: 390, height: 844 } });
    await page.locator(".runs tbody tr").first().waitFor();
    expect(await overflowPx(page)).toBe(0);
    const outside = await page
      .getByRole("navigation", { name: "Main" })
      .getByRole("link")
      .evaluateAll((links) =>
        links.filter((link) => {
          const { left, right, bottom } = link.getBoundingClientRect();
          return left < 0 || right > innerWidth || bottom > innerHeight;
        }),
      );
    expect(outside).toEqual([]);
  });
});

describe.skipIf(noChromium)(`runs page of a server that nobody has reported to${skipReason}`, () => {
  let ui: PageUnderTest;
  beforeAll(async () => {
    ui = await startPage(emptyWorld());
  });
  afterAll(() => ui.close());

  it("says that there is none, and looks further back", async () => {
    const page = await ui.open("/runs");
    await page.getByRole("heading", { name: "No run in the last 7 days" }).waitFor();
    await page.getByRole("button", { name: "Look at 30 days" }).click();
    await page.getByRole("heading", { name: "No run in the last 30 days" }).waitFor();
    madeNoComplaint(ui);
  });
});
