import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Server } from "../app/server.ts";
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
    page.on("console", (message) => {
      if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
    });
    page.on("pageerror", (error) => complaints.push(error.message));
  }, 60_000);
  afterAll(async () => {
    await browser?.close();
    await server?.dispose();
    rmSync(state, { recursive: true, force: true });
  });

  it("is empty at first and says what to do", async () => {
    await page.goto(server.url);
    await page.getByText("OTEL_EXPORTER_OTLP_ENDPOINT").first().waitFor();
  });

  it("shows the runs of the demo as they come, without a reload", { timeout: 120_000 }, async () => {
    const demo = spawn(
      process.execPath,
      ["demo/dist/main.js", "--state", state, "--endpoint", server.otlpHttp, "--days", "13", "--once"],
      { stdio: "ignore" },
    );
    const ended = once(demo, "exit");
    await page.getByRole("link", { name: "flights", exact: true }).waitFor({ timeout: 30_000 });
    await ended;
    await page.getByRole("link", { name: "airport_delays", exact: true }).waitFor();
  });

  it("leads from the pipeline to the stage that dropped rows", async () => {
    await page.getByRole("link", { name: "flights", exact: true }).click();
    await page.getByText("2001-01-13").first().waitFor({ timeout: 20_000 });
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

  it("made no complaint on the console", () => expect(complaints).toEqual([]));
});
