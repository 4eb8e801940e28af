import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { beginRun, makeWorld, type World } from "../../packages/ui/mock/world.ts";
import { noChromium, skipReason } from "./browser.ts";
import { accessibilityProblems } from "./checks.ts";
import { pressSequence } from "./keys.ts";
import { now } from "./moment.ts";
import { type PageUnderTest, startPage } from "./page-under-test.ts";

describe.skipIf(noChromium)(`the frame of every view${skipReason}`, () => {
  let world: World;
  let ui: PageUnderTest;
  beforeAll(async () => {
    world = makeWorld(now());
    ui = await startPage(world);
  });
  afterEach(() => {
    ui.mock.cut(false);
    ui.mock.failOn(null);
    ui.mock.offerEvents(true);
  });
  afterAll(() => ui.close());

  it("goes everywhere by keyboard", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    for (const [key, path] of [
      ["r", "runs"],
      ["t", "traces"],
      ["e", "explore"],
      ["m", "catalogue"],
      ["s", "status"],
      ["p", "pipelines"],
    ] as const) {
      await pressSequence(page, "g", key);
      await page.waitForURL(`**/${path}`);
    }
  });

  it("reads itself anew when a part of it is gone, as after an upgrade, and says so when that does not help", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    await page.route("**/assets/status-page-*.js", (route) => route.fulfill({ status: 404 }), { times: 1 });
    await page.getByRole("link", { name: "Status", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Status" }).waitFor();
    // It does so once in a minute, in which a busy machine may not come to the end of this test: then it was in an hour.
    const inAnHour = String(now() + 3_600_000);
    await page.evaluate((ms) => sessionStorage.setItem("sightglass.reloaded-at", ms), inAnHour);
    await page.route("**/assets/traces-page-*.js", (route) => route.fulfill({ status: 404 }));
    await page.getByRole("link", { name: "Traces", exact: true }).click();
    await page.getByText("A part of the page could not be loaded").waitFor();
    await page.unrouteAll();
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("heading", { level: 1, name: "Traces" }).waitFor();
  });

  it("says so where a part of it is asked for while the server is away, and shows it when the server is back", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[data-live='live']") !== null);
    ui.mock.cut(true);
    await page.getByText("Connection lost.").waitFor();
    await page.getByRole("link", { name: "Traces", exact: true }).click();
    await page.getByText("A part of the page could not be loaded").waitFor();
    await page.getByRole("button", { name: "Try again" }).click();
    expect(await page.getByText("Connection lost.").count()).toBe(1);
    ui.mock.cut(false);
    await page.getByRole("heading", { level: 1, name: "Traces" }).waitFor();
    ui.problems.length = 0;
  });

  it("goes to anything by its name, or by a pasted id", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    await page.keyboard.press("Control+k");
    const dialog = page.getByRole("dialog", { name: "Go to" });
    await dialog.getByRole("option", { name: "flights" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await page.keyboard.type("http_requests");
    await dialog.getByRole("option", { name: "Metric http_requests_total" }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForURL("**/explore?expr=http_requests_total");
    await page.keyboard.press("Control+k");
    await page.keyboard.type("daily_orders");
    await dialog.getByRole("option", { name: "Table mart.daily_orders" }).click();
    await page.waitForURL("**/traces?attributes=pipeline.sink.table%3Dmart.daily_orders&window=7d");
    const run = world.runs[0];
    await page.keyboard.press("Control+k");
    await page.keyboard.type(run?.traceId ?? "");
    expect(await dialog.getByRole("option").first().innerText()).toContain("Trace");
    await page.keyboard.press("Enter");
    await page.waitForURL(`**/traces/${run?.traceId}`);
    await page.getByRole("button", { name: "Go to…" }).click();
    for (const key of ["ArrowDown", "ArrowDown", "ArrowUp"]) await page.keyboard.press(key);
    expect(await dialog.getByRole("option", { selected: true }).innerText()).toContain("Runs");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    expect(await page.evaluate(() => document.activeElement?.className)).toContain("go-to");
  });

  it("helps, and closes with Escape", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    await page.keyboard.press("?");
    const dialog = page.getByRole("dialog", { name: "Keyboard" });
    await dialog.waitFor();
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("never takes keys from someone who types", async () => {
    const page = await ui.open("/pipelines");
    await page.getByRole("searchbox").fill("");
    await page.getByRole("searchbox").pressSequentially("g p?");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(await page.getByRole("searchbox").inputValue()).toBe("g p?");
  });

  it("keeps a chosen theme over a reload", async () => {
    const page = await ui.open("/pipelines", { colorScheme: "light" });
    const surface = () => page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
    expect(await surface()).toBe("rgb(255, 255, 255)");
    await page.getByRole("button", { name: /^Theme/ }).click();
    await page.getByRole("button", { name: /^Theme: light/ }).click();
    expect(await surface()).toBe("rgb(17, 17, 20)");
    await page.reload();
    expect(await surface()).toBe("rgb(17, 17, 20)");
  });

  it("follows the system's theme unless told otherwise", async () => {
    const page = await ui.open("/pipelines", { colorScheme: "dark" });
    expect(await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)).toBe(
      "rgb(17, 17, 20)",
    );
  });

  it("shows a new run at once", async () => {
    const page = await ui.open("/pipelines");
    const row = page.getByRole("row").filter({ hasText: "movies-clean" });
    await row.getByText("Succeeded").waitFor();
    await page.waitForFunction(() => document.querySelector("[data-live='live']") !== null);
    const run = beginRun(world, "movies-clean", now());
    if (run === null) throw new Error("no such pipeline");
    ui.mock.announce(run);
    await row.getByText("Running").waitFor();
  });

  it("asks every few seconds when the server offers no events", async () => {
    ui.mock.offerEvents(false);
    const page = await ui.open("/pipelines");
    await page.getByText("Every 5 s").waitFor();
    await page.waitForRequest(/\/api\/pipelines/);
    ui.problems.length = 0;
  });

  it("keeps what it knows when the connection is lost, says how old it is, and comes back", async () => {
    const page = await ui.open("/pipelines");
    await page.locator("tbody tr").first().waitFor();
    await page.waitForFunction(() => document.querySelector("[data-live='live']") !== null);
    ui.mock.cut(true);
    await page.getByText("Connection lost.").waitFor();
    expect(await page.locator(".stale-banner").innerText()).toMatch(/Showing what was known at \d\d:\d\d/);
    expect(await page.locator("tbody tr").count()).toBe(8);
    ui.mock.cut(false);
    await page.getByText("Connection lost.").waitFor({ state: "detached" });
    ui.problems.length = 0;
  });

  it("asks for an access token when the server wants one, and sends it", async () => {
    ui.mock.failOn(/^\/api\//, 401);
    const page = await ui.open("/pipelines");
    await page.getByLabel("Access token").fill("sgt_secret");
    ui.mock.failOn(null);
    const [request] = await Promise.all([
      page.waitForRequest(/\/api\/pipelines/),
      page.getByRole("button", { name: "Use this token" }).click(),
    ]);
    expect(await request.headerValue("authorization")).toBe("Bearer sgt_secret");
    await page.locator("tbody tr").first().waitFor();
    expect(page.url()).not.toContain("sgt_secret");
    ui.problems.length = 0;
  });

  it("has a page for addresses that lead nowhere", async () => {
    const page = await ui.open("/nonsense");
    await page.getByRole("heading", { name: "There is no such page" }).waitFor();
  });
});
