import type { PipelinesResponse } from "sightglass/contract";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { emptyWorld, makeWorld } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

describe.skipIf(noChromium)(`pipelines page${skipReason}`, () => {
  let ui: PageUnderTest;
  beforeAll(async () => {
    ui = await startPage(makeWorld(now()));
  });
  afterEach(() => {
    ui.mock.failOn(null);
    ui.mock.hold(null);
  });
  afterAll(() => ui.close());

  it("says first what needs a person, and lists it first", async () => {
    const page = await ui.open("/");
    await page.waitForURL("**/pipelines");
    await page.locator("tbody tr").first().waitFor();
    expect(await page.locator(".verdict").innerText()).toContain(
      "payments-reconcile failed; inventory-sync went silent; rows are unaccounted for in flights.",
    );
    const names = await page.locator("tbody th a").allInnerTexts();
    expect(names.slice(0, 3)).toEqual(["payments-reconcile", "inventory-sync", "flights"]);
    expect(names).toHaveLength(8);
    expect(await page.title()).toBe("Pipelines · Sightglass");
    expect(ui.problems).toEqual([]);
  });

  it("gives each pipeline a strip of 24 runs that lead to them", async () => {
    const page = await ui.open("/pipelines");
    const strip = page.getByRole("list", { name: "Latest 24 runs of flights" });
    await strip.waitFor();
    expect(await strip.getByRole("listitem").count()).toBe(24);
    await strip.getByRole("link").last().hover();
    expect(await page.getByRole("tooltip").innerText()).toMatch(/rows unexplained/);
    await strip.getByRole("link").last().click();
    await page.waitForURL("**/runs/flights-*");
  });

  it("leads from a count to the runs it counts", async () => {
    const page = await ui.open("/pipelines");
    await page
      .getByRole("link", { name: /^\d+ of \d+ failed$/ })
      .first()
      .click();
    await page.waitForURL("**status=failed&status=lost#runs");
    await page.locator(".runs tbody tr").first().waitFor();
    const statuses = await page.locator(".runs tbody .status").allInnerTexts();
    expect(statuses.filter((status) => status !== "Failed" && status !== "Lost")).toEqual([]);
    expect(await page.locator("#runs").evaluate((panel) => panel.getBoundingClientRect().top < innerHeight)).toBe(true);
  });

  it.each([1440, 1320, 1180])(
    "sets each heading above its column, and cuts errors not figures, at %i pixels",
    async (width) => {
      const page = await ui.open("/pipelines", { viewport: { width, height: 900 } });
      await page.locator("tbody tr").first().waitFor();
      const lefts = (row: string) =>
        page
          .locator(`${row} > *`)
          .evaluateAll((cells) =>
            cells.filter((cell) => cell.checkVisibility()).map((cell) => Math.round(cell.getBoundingClientRect().left)),
          );
      expect(await lefts("thead tr")).toEqual(await lefts("tbody tr:first-child"));
      const scroller = page.locator(".table-scroll");
      expect(await scroller.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    },
  );

  it.each([1440, 1180, 1024, 390])(
    "keeps long names, long errors and large counts apart at %i pixels",
    async (width) => {
      const page = await ui.open("/status", { viewport: { width, height: 900 } });
      await page.route("**/api/pipelines?*", async (route) => {
        const answer = (await (await route.fetch()).json()) as PipelinesResponse;
        for (const pipeline of answer.pipelines) {
          const latest = pipeline.latestRuns.at(-1);
          if (latest === undefined) continue;
          pipeline.services.push("a_service_".repeat(30));
          Object.assign(pipeline, { recordsUnexplained: 1e15, recordsWritten: 1e15, durationP95Ms: 1e10 });
          Object.assign(latest, { recordsUnexplained: 1e15, error: { type: "", message: "no_spaces".repeat(60) } });
        }
        Object.assign(answer.pipelines[0] ?? {}, { name: "x".repeat(300) });
        await route.fulfill({ json: answer });
      });
      await page.goto(`${ui.mock.url}/pipelines`);
      await page.getByText("1,000T unexplained").first().waitFor();
      const tooWide = await page
        .locator("tbody tr > *")
        .evaluateAll((cells) =>
          cells
            .filter((cell) => cell.checkVisibility() && cell.scrollWidth > cell.clientWidth)
            .map((cell) => cell.className),
        );
      expect(tooWide).toEqual([]);
      const scroller = page.locator(".table-scroll");
      expect(await scroller.evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    },
  );

  it("says which pipeline's next run has not come", async () => {
    const page = await ui.open("/status");
    await page.route("**/api/pipelines*", async (route) => {
      const answer = (await (await route.fetch()).json()) as PipelinesResponse;
      const stale = answer.pipelines.find(({ name }) => name === "weather-daily") ?? answer.pipelines.at(-1);
      const startedMs = now() - 5 * 3_600_000;
      for (const [index, run] of (stale?.latestRuns ?? []).toReversed().entries())
        Object.assign(run, {
          startedAt: new Date(startedMs - index * 600_000).toISOString(),
          endedAt: new Date(startedMs - index * 600_000 + 1_000).toISOString(),
          status: "succeeded",
          recordsUnexplained: 0,
          isBackfill: false,
        });
      Object.assign(stale ?? {}, { name: "stale", running: 0 });
      await route.fulfill({ json: answer });
    });
    await page.goto(`${ui.mock.url}/pipelines`);
    const row = page.locator("tbody tr").filter({ has: page.getByRole("link", { name: "stale", exact: true }) });
    await row.getByText("overdue: one usually begins every 10 min").waitFor();
    expect(await page.locator(".verdict").innerText()).toContain("stale is overdue");
  });

  it("names unexplained rows on a phone too", async () => {
    const page = await ui.open("/pipelines", { viewport: { width: 390, height: 844 } });
    const flights = page.locator("tbody tr").filter({ hasText: "flights" });
    await flights.getByRole("link", { name: /^[\d,]+ unexplained$/ }).click();
    await page.waitForURL("**rows=unexplained#runs");
  });

  it("leads from vanished rows to the stage that lost them in two clicks", async () => {
    const page = await ui.open("/pipelines");
    await page
      .locator("tbody tr")
      .filter({ hasText: "flights" })
      .getByRole("link", { name: /unexplained/ })
      .last()
      .click();
    await page.waitForURL("**rows=unexplained#runs");
    await page.locator(".runs tbody tr a").first().click();
    await page.getByText(/rows left .* without a reason/).waitFor();
  });

  it("keeps search, sort and window in the address", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    await page.keyboard.press("/");
    await page.keyboard.type("f");
    await page.getByText("24h", { exact: true }).click();
    await page.getByRole("button", { name: "Pipeline" }).click();
    await page.waitForURL("**/pipelines?q=f&window=24h&sort=name");
    expect(await page.locator("tbody th a").allInnerTexts()).toEqual(["flights", "ml-features"]);
    await page.reload();
    await page.locator("tbody tr").first().waitFor();
    expect(await page.locator("tbody th a").allInnerTexts()).toEqual(["flights", "ml-features"]);
    expect(await page.getByRole("columnheader", { name: "Pipeline" }).getAttribute("aria-sort")).toBe("ascending");
  });

  it("says when a search finds nothing", async () => {
    const page = await ui.open("/pipelines?q=nonsense");
    await page.getByRole("heading", { name: "No pipeline is called “nonsense”" }).waitFor();
    await page.getByRole("button", { name: "Show all 8" }).click();
    expect(await page.locator("tbody th a").count()).toBe(8);
  });

  it("walks the list with j and k and opens with Enter", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    for (const key of ["j", "j", "j", "k"]) await page.keyboard.press(key);
    expect(await page.locator("tr.is-current th a").innerText()).toBe("inventory-sync");
    await page.keyboard.press("Enter");
    await page.waitForURL("**/pipelines/inventory-sync");
  });

  it("holds the place while it reads, and does not jump", async () => {
    ui.mock.hold(/pipelines/);
    const page = await ui.open("/pipelines");
    await page.getByText("Reading the pipelines").waitFor({ state: "attached" });
    const before = await page.locator(".pipelines-loading").boundingBox();
    ui.mock.hold(null);
    await page.locator("tbody tr").first().waitFor();
    const after = await page.locator("tbody tr").first().boundingBox();
    expect(Math.abs((after?.y ?? 0) - (before?.y ?? 0))).toBeLessThanOrEqual(8);
  });

  it("says what went wrong, and tries again", async () => {
    ui.mock.failOn(/^\/api\/pipelines/);
    const page = await ui.open("/pipelines");
    const alert = page.getByRole("alert");
    await alert.waitFor();
    expect(await alert.innerText()).toContain("Could not read the pipelines");
    expect(await alert.innerText()).toContain("The store is down: cannot open its data folder.");
    expect(await alert.innerText()).toContain("Look at /health");
    ui.mock.failOn(null);
    await page.getByRole("button", { name: "Try again" }).click();
    await page.locator("tbody tr").first().waitFor();
    ui.problems.length = 0;
  });
});

describe.skipIf(noChromium)(`a server that nobody has reported to${skipReason}`, () => {
  let ui: PageUnderTest;
  beforeAll(async () => {
    ui = await startPage(emptyWorld());
  });
  afterAll(() => ui.close());

  it("says why the page is empty, and what to do, ready to copy", async () => {
    const page = await ui.open("/", { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("heading", { name: "No pipeline has reported yet" }).waitFor();
    await page.getByRole("button", { name: /^Copy: Any command/ }).click();
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(
      "npx sightglass run --pipeline nightly -- python load.py",
    );
    expect(ui.problems).toEqual([]);
  });
});
