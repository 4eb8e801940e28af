import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Browser, Page } from "playwright-core";
import type { RunsResponse } from "sightglass/contract";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server, until } from "../app/server.ts";
import { launchBrowser, noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems } from "./checks.ts";

/** The page as it is delivered: from the packed server, under its content security policy, on the demo's own runs. */
describe.skipIf(noChromium)(`the page on a real server${skipReason}`, () => {
  const state = mkdtempSync(join(tmpdir(), "sightglass-page-"));
  let server: Server;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    server = await Server.start();
    browser = await launchBrowser();
    page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
    page.setDefaultTimeout(60_000);
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  });
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    rmSync(state, { recursive: true, force: true });
  });

  it("is empty at first and says what to do", async () => {
    await page.goto(server.url);
    await page.getByText(`OTEL_EXPORTER_OTLP_ENDPOINT=${server.url}`).waitFor();
  });

  it("shows the runs of the demo as they come, without a reload", { timeout: 300_000 }, async () => {
    const demo = spawn(
      process.execPath,
      ["demo/dist/main.js", "--state", state, "--endpoint", server.otlpHttp, "--days", "13", "--once"],
      { stdio: "ignore" },
    );
    const ended = once(demo, "exit");
    await page.getByRole("link", { name: "flights", exact: true }).waitFor({ timeout: 120_000 });
    await ended;
    await page.getByRole("link", { name: "airport_delays", exact: true }).waitFor();
  });

  it("leads from the pipeline to the stage that dropped rows", async () => {
    await page.getByRole("link", { name: "flights", exact: true }).click();
    await page.getByText("2001-01-13").first().waitFor();
    await page
      .getByRole("row", { name: /2001-01-13/ })
      .getByRole("link")
      .first()
      .click();
    await page.getByText(/405 rows vanished in/).waitFor();
    await page.getByText(/405 rows left/).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("leads from the run to its trace, and the status adds up", async () => {
    await page.getByRole("link", { name: "Open trace" }).click();
    await page.getByText("validate", { exact: true }).first().waitFor();
    await page.getByRole("link", { name: "Status", exact: true }).click();
    await page.getByRole("heading", { name: /ledger/i }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  describe("of a stage that the SDK has profiled", () => {
    beforeAll(async () => {
      const env = { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: server.otlpHttp };
      await promisify(execFile)(process.execPath, [join(import.meta.dirname, "programs/profiled.mjs")], { env });
    });

    it.each([
      { pipeline: "profiled", stage: "parse", function: "parseRows", why: /^Profiled for / },
      {
        pipeline: "warm",
        stage: "sort",
        function: "sortRows",
        why: /^Profiled because it took longer than the usual /,
      },
    ])("shows the flame graph: $why", async ({ pipeline, stage, function: name, why }) => {
      const newest = async () => (await server.get<RunsResponse>(`/api/runs?pipeline=${pipeline}`)).runs[0];
      await until(async () => (await newest())?.status === "succeeded", { what: () => `the run of ${pipeline}` });
      await page.goto(`${server.url}/runs/${(await newest())?.id ?? ""}`);
      await page.locator(".timeline-row").first().waitFor();
      await page.keyboard.press("j");
      await page
        .getByRole("complementary", { name: `Stage ${stage}` })
        .getByText(why)
        .waitFor();
      await page.getByRole("button", { name: "Flame graph" }).click();
      const flame = page
        .getByRole("dialog", { name: `Profile of ${stage}` })
        .getByRole("group", { name: "Flame graph" });
      await flame
        .getByRole("button", { name: new RegExp(String.raw`^${name} \(.*profiled\.mjs:\d+\): `) })
        .first()
        .waitFor();
      expect(await accessibilityProblems(page)).toEqual([]);
    });
  });

  it("made no complaint on the console", () => expect(complaints).toEqual([]));
});
