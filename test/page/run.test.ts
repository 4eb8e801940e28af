import type { RunResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { advanceRun, makeWorld, type World } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { madeNoComplaint, overflowPx } from "./checks.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

describe.skipIf(noChromium)(`run page${skipReason}`, () => {
  const startedMs = now();
  let world: World;
  let ui: PageUnderTest;
  beforeAll(async () => {
    world = makeWorld(startedMs);
    ui = await startPage(world);
  });
  afterAll(() => ui.close());

  function newest(pipeline: string, status?: string): RunResponse {
    const run = world.runs.find((each) => each.pipeline === pipeline && (status ?? each.status) === each.status);
    if (run === undefined) throw new Error(`the made-up world has no ${status ?? ""} run of ${pipeline}`);
    return run;
  }

  it("says in one sentence that rows vanished, where, and which run was good", async () => {
    const run = newest("flights");
    const page = await ui.open(`/runs/${run.id}`);
    const verdict = page.locator(".verdict");
    await verdict.getByText(/Last good run: /).waitFor();
    expect(await verdict.innerText()).toMatch(/^Succeeded, but \d+ rows vanished in load\./);
    const words = await page.locator(".flow-words").innerText();
    const load = run.stages.at(-1);
    expect(words).toContain(`${load?.recordsUnexplained} rows left load without a reason`);
    expect(ui.problems).toEqual([]);
  });

  it("says since when runs are bad, and shows how a stage went in the runs around it", async () => {
    const run = newest("payments-reconcile", "failed");
    const page = await ui.open(`/runs/${run.id}`);
    const since = page.locator(".verdict").getByText(/\d bad runs in a row, since /);
    await since.waitFor();
    const stage = run.stages.find(({ status }) => status === "failed");
    await page.locator(`.timeline-row[data-stage="${stage?.name}"]`).click();
    const inspector = page.getByRole("complementary", { name: `Stage ${stage?.name}` });
    const bars = inspector.getByRole("list", { name: new RegExp(`^${stage?.name} in \\d+ runs`) }).getByRole("link");
    await bars.first().waitFor();
    expect(await bars.count()).toBeGreaterThan(10);
    expect(await bars.last().getAttribute("aria-label")).toMatch(/^Failed, /);
    await bars.nth(-2).click();
    await page.waitForURL(`**/runs/${run.previousRunId}?stage=${stage?.name}`);
    await inspector.getByRole("link", { name: "Duration over time" }).click();
    await page.waitForURL(/\/explore\?.*pipeline_stage_duration_seconds_bucket/);
    madeNoComplaint(ui);
  });

  it("accounts for every row: the parts of each stage sum to what it read", async () => {
    const page = await ui.open(`/runs/${newest("flights").id}`);
    await page.locator(".flow tbody tr").first().waitFor();
    const rows = await page
      .locator(".flow tbody tr:not(.flow-words)")
      .evaluateAll((elements) =>
        elements.map((row) =>
          [...row.querySelectorAll("td.num")].map((cell) =>
            Number((cell.textContent ?? "").replaceAll(/[,−]/g, "").trim()),
          ),
        ),
      );
    expect(rows).toHaveLength(4);
    for (const [read = 0, filtered = 0, deduplicated = 0, failed = 0, unexplained = 0, written = 0] of rows)
      expect(filtered + deduplicated + failed + unexplained + written).toBe(read);
  });

  it("names stage, attempts and reason of a failure, with its stack", async () => {
    const page = await ui.open(`/runs/${newest("payments-reconcile", "failed").id}`);
    await page.locator(".verdict").waitFor();
    expect(await page.locator(".verdict").innerText()).toContain(
      "Failed in extract-ledger after 3 attempts: connect ECONNREFUSED 10.4.0.17:5432.",
    );
    await page.getByRole("link", { name: "Show the error" }).click();
    await page.waitForURL("**?tab=errors");
    await page.getByText("3 of 3 attempts failed, each in the same way").waitFor();
    expect(await page.locator(".error-block pre").innerText()).toContain("at async readEntries");
  });

  it("groups failed records by reason, with samples", async () => {
    const run = newest("movies-clean", "succeeded");
    const page = await ui.open(`/runs/${run.id}?tab=errors`);
    const table = page.getByRole("table", { name: "Failed records by reason" });
    await table.waitFor();
    const counts = await table.locator("tbody tr td:nth-child(3)").allInnerTexts();
    expect(counts.reduce((sum, text) => sum + Number(text.replaceAll(",", "")), 0)).toBe(run.recordsFailed);
    await table.getByText("title is a number").click();
    await table.getByRole("list", { name: "Samples of title is a number" }).waitFor();
  });

  it("selects a stage by keyboard, in the address, and lets go with Escape", async () => {
    const page = await ui.open(`/runs/${newest("flights").id}`);
    await page.locator(".timeline-row").first().waitFor();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    await page.waitForURL("**?stage=validate");
    const inspector = page.getByRole("complementary", { name: "Stage validate" });
    await inspector.waitFor();
    expect(await inspector.innerText()).toContain("Waited before");
    await page.keyboard.press("Escape");
    await inspector.waitFor({ state: "detached" });
  });

  it("says where to look when a stage failed and told no reason, as Airflow's do", async () => {
    const run = newest("payments-reconcile", "failed");
    const page = await ui.open("/pipelines");
    await page.route(`**/api/runs/${run.id}`, async (route) => {
      const answer = (await (await route.fetch()).json()) as RunResponse;
      for (const stage of answer.stages) {
        stage.error = null;
        for (const attempt of stage.attempts) attempt.error = null;
      }
      await route.fulfill({ json: { ...answer, error: null } });
    });
    await page.goto(`${ui.mock.url}/runs/${run.id}?tab=errors`);
    await page.getByText("It failed and told no reason").first().waitFor();
    await page.getByRole("link", { name: "Open its span" }).first().waitFor();
    await page.getByRole("link", { name: "Its logs" }).first().click();
    await page.waitForURL("**tab=logs&stage=*");
  });

  it("shows what the checks found, those that were not met first", async () => {
    const run = world.runs.find(({ quality }) => quality.checks.some(({ status }) => status === "warned"));
    const page = await ui.open(`/runs/${run?.id ?? ""}?tab=checks`);
    const checks = page.getByRole("table", { name: "Checks of the data" });
    await checks.waitFor();
    const [first] = await checks.locator("tbody tr").allInnerTexts();
    expect(first).toMatch(/^Warning\s+email completeness\s+[\d.]+ %\s+at least 95 % present/);
    expect(await page.getByRole("table", { name: "What the columns were like" }).innerText()).toContain("amount");
  });

  it("changes tab with digits and run with brackets", async () => {
    const run = newest("flights");
    const page = await ui.open(`/runs/${run.id}`);
    await page.locator(".verdict").waitFor();
    await page.keyboard.press("6");
    await page.waitForURL("**?tab=compare");
    await page.getByRole("heading", { name: "Durations" }).waitFor();
    await page.keyboard.press("[");
    await page.waitForURL(`**/runs/${run.previousRunId}?tab=compare`);
    await page.getByRole("link", { name: "Newer run" }).waitFor();
    await page.keyboard.press("]");
    await page.waitForURL(`**/runs/${run.id}?tab=compare`);
  });

  it("says what is different since the last good run: what was set otherwise, and which stages kept fewer rows", async () => {
    const run = newest("flights");
    const page = await ui.open("/status");
    await page.route(`**/api/runs/${run.id}`, async (route) => {
      const answer = (await (await route.fetch()).json()) as RunResponse;
      answer.resource.push({ key: "deployment", value: { stringValue: "blue" } });
      for (const stage of answer.stages.slice(1)) stage.recordsWritten = 7;
      await route.fulfill({ json: answer });
    });
    await page.goto(`${ui.mock.url}/runs/${run.id}`);
    const changes = page.getByRole("region", { name: "Since the last good run" });
    await changes.waitFor();
    const words = await changes.getByRole("listitem").allInnerTexts();
    expect(words).toContain("deployment is blue, it was absent.");
    expect(words.filter((each) => /^\S+ wrote 0\S* of each 100 rows it read, it was /.test(each))).not.toEqual([]);
    await changes.getByRole("link", { name: "Compare them in full" }).click();
    await page.waitForURL("**?tab=compare");
  });

  it("takes the stage along from its bar to its logs and back, without a mouse", async () => {
    const page = await ui.open(`/runs/${newest("flights").id}`);
    await page.locator(".timeline-row").first().waitFor();
    await page.keyboard.press("j");
    await page.waitForURL("**?stage=extract");
    await page.keyboard.press("4");
    await page.waitForURL("**?tab=logs&stage=extract");
    expect(await page.getByRole("combobox", { name: "Stage" }).inputValue()).toBe("extract");
    await page.keyboard.press("1");
    await page.getByRole("complementary", { name: "Stage extract" }).waitFor();
  });

  it("tells stages of one name apart, in the address too", async () => {
    const run = newest("flights");
    const page = await ui.open("/status");
    await page.route(`**/api/runs/${run.id}`, async (route) => {
      const answer = (await (await route.fetch()).json()) as RunResponse;
      for (const stage of answer.stages) stage.name = "step";
      await route.fulfill({ json: answer });
    });
    await page.goto(`${ui.mock.url}/runs/${run.id}?stage=step+%232`);
    await page.getByRole("complementary", { name: "Stage step #2" }).waitFor();
    expect(await page.locator(".timeline-row.is-current").count()).toBe(1);
  });

  it("draws only those of very many stages that are in view, and goes to the last", async () => {
    const run = newest("flights");
    const page = await ui.open("/status");
    await page.route(`**/api/runs/${run.id}`, async (route) => {
      const answer = (await (await route.fetch()).json()) as RunResponse;
      const [first] = answer.stages;
      if (first === undefined) throw new Error("the run has no stage");
      answer.handoffs = [];
      answer.stages = Array.from({ length: 500 }, (_, index) => ({
        ...first,
        id: `stage-${index}`,
        name: `stage ${index}`,
        recordsUnexplained: index === 450 ? 7 : 0,
      }));
      await route.fulfill({ json: answer });
    });
    await page.goto(`${ui.mock.url}/runs/${run.id}`);
    const rows = page.locator(".flow tbody tr:not(.table-space)");
    await page.getByText("7 rows left stage 450 without a reason").waitFor();
    await page.getByRole("button", { name: "Show all" }).click();
    await rows.getByText("stage 0", { exact: true }).waitFor();
    expect(await rows.count()).toBeLessThan(80);
    await page.locator(".table-scroll:has(.flow)").evaluate((table) => (table.scrollTop = table.scrollHeight));
    await rows.getByText("stage 499", { exact: true }).waitFor();
    expect(await rows.count()).toBeLessThan(80);
    expect(await overflowPx(page)).toBe(0);
    madeNoComplaint(ui);
  });

  it("copies the run's id", async () => {
    const run = newest("flights");
    const page = await ui.open(`/runs/${run.id}`, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByRole("button", { name: "Copy the run's id" }).click();
    await page.getByText("Copied").waitFor({ state: "attached" });
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(run.id);
  });

  it("compares rows first where rows are what is wrong", async () => {
    const page = await ui.open(`/runs/${newest("flights").id}?tab=compare`);
    await page.getByRole("heading", { name: "Rows written" }).waitFor();
    const headings = await page.locator(".panel h2").allInnerTexts();
    expect(headings.indexOf("Rows written")).toBeLessThan(headings.indexOf("Durations"));
  });

  it("compares with the last good run: what is set otherwise stands out", async () => {
    const page = await ui.open(`/runs/${newest("flights").id}?tab=compare`);
    const table = page.getByRole("table", { name: "Attributes that differ" });
    await table.waitFor();
    const row = table.getByRole("row").filter({ hasText: "batch.size" });
    expect((await row.innerText()).split(/\s+/)).toEqual(expect.arrayContaining(["1000", "500"]));
  });

  it("shows tens of thousands of log lines and draws only those in view", async () => {
    const page = await ui.open(`/runs/${newest("clickstream-compact", "succeeded").id}?tab=logs`);
    await page.locator(".log-line").first().waitFor();
    expect(await page.locator(".log-line").count()).toBeLessThan(120);
    await page.getByRole("searchbox", { name: "Find in the logs" }).fill("starting");
    await page.waitForURL("**q=starting");
    await page.getByText("5 lines", { exact: true }).waitFor();
    expect(await page.locator(".log-line mark").count()).toBe(5);
    await page.getByRole("combobox", { name: "Severity" }).selectOption("error");
    await page.getByRole("heading", { name: "No line fits this filter" }).waitFor();
  });

  it("grows while the run goes on, without a reload", async () => {
    const run = newest("orders_hourly", "running");
    const page = await ui.open(`/runs/${run.id}`);
    await page.locator(".timeline-row").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[data-live='live']") !== null);
    const before = await page.locator(".timeline-row").count();
    await page.evaluate(() => {
      (globalThis as { stays?: boolean }).stays = true;
    });
    const after = advanceRun(world, run.id, startedMs + 3_600_000);
    if (after === null) throw new Error("the run cannot go on");
    expect(after.status).toBe("succeeded");
    ui.mock.announce(after);
    await page.locator(".page-head .status-succeeded").first().waitFor();
    expect(await page.locator(".timeline-row").count()).toBeGreaterThan(before);
    expect(await page.evaluate(() => (globalThis as { stays?: boolean }).stays)).toBe(true);
    expect(ui.problems).toEqual([]);
  });

  it("says when there is no such run", async () => {
    const page = await ui.open("/runs/nonsense");
    await page.getByRole("heading", { name: "This run is not known" }).waitFor();
    ui.problems.length = 0;
  });
});
