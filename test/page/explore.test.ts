import type { BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { emptyWorld, makeWorld } from "../../packages/ui/mock/world.ts";
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

const open = async (search: Record<string, string | string[]> = {}, options?: BrowserContextOptions) => {
  const parameters = new URLSearchParams();
  for (const [key, value] of Object.entries(search))
    for (const item of Array.isArray(value) ? value : [value]) parameters.append(key, item);
  page = await view.open(`/explore?${parameters}`, options);
};
const editor = (letter = "A") => page.getByRole("textbox", { name: `Query ${letter}`, exact: true });
const search = () => new URL(page.url()).searchParams;
const legend = () => page.locator(".series-legend tbody tr");
const plot = async () => {
  const over = page.locator(".explore-graph .u-over");
  await over.waitFor();
  await page.mouse.move(1, 1);
  // It is drawn again, and its axis may grow, as units and answers arrive.
  let before: Awaited<ReturnType<typeof over.boundingBox>> = null;
  await expect
    .poll(
      async () => {
        const last = before;
        before = await over.boundingBox();
        return before !== null && last !== null && Object.is(JSON.stringify(before), JSON.stringify(last));
      },
      { interval: 200, timeout: 40_000 },
    )
    .toBe(true);
  if (before === null) throw new Error("no plot");
  return before as { x: number; y: number; width: number; height: number };
};
const requests = "sum by (path) (rate(http_requests_total[5m]))";
const durations = "sum by (le) (rate(http_request_duration_seconds_bucket[5m]))";

suite(`the editor${skipReason}`, () => {
  it("completes metric names of the server, and runs on Enter", async () => {
    await open();
    await editor().click();
    await page.keyboard.type("queue_de");
    await page.getByRole("option", { name: /queue_depth/ }).waitFor();
    // The editor takes no Enter for a list that opened in that moment.
    await page.waitForTimeout(200);
    await page.keyboard.press("Enter");
    expect(await editor().textContent()).toBe("queue_depth");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.waitForURL(/expr=queue_depth/);
    await legend().nth(2).waitFor();
    expect(await legend().count()).toBe(3);
  });

  it("has its styles under the page's content policy", async () => {
    await open({ expr: requests });
    await editor().waitFor();
    const look = await editor().evaluate((element) => {
      const { fontFamily, paddingTop } = getComputedStyle(element);
      const keyword = [...element.querySelectorAll("span")].find((span) => span.textContent === "sum");
      return {
        fontFamily,
        paddingTop,
        hasColour: keyword !== undefined && getComputedStyle(keyword).color !== getComputedStyle(element).color,
      };
    });
    expect(look.fontFamily).toContain("mono");
    expect(look).toMatchObject({ paddingTop: "5px", hasColour: true });
    // What the console would say of a refused style is looked for after each test.
  });

  it("marks errors where they are, before anything is asked", async () => {
    await open();
    await editor().click();
    await page.keyboard.type("sum(rate(queue_depth))");
    await page.keyboard.press("Escape");
    await page.locator(".cm-lintRange-error").first().waitFor();
    await page.locator(".cm-lintRange-error").first().hover();
    await page.getByText(/expected type range vector/).waitFor();
  });

  it("shows what the server says of a query, with its place", async () => {
    await open({ expr: ["sum by", "rate(node_load1[5m])"] });
    await page
      .getByRole("alert")
      .getByText(/unexpected end of input/)
      .waitFor();
    const note = page.locator(".query-note-info");
    await note.waitFor();
    expect(await note.textContent()).toMatch(/1:6.*might not be a counter/);
    await page.locator(".cm-lintRange-info").getByText("node_load1").waitFor();
    // The other query is answered all the same.
    await legend().first().waitFor();
  });

  it("helps with a function under the pointer", async () => {
    await open({ expr: requests });
    await editor().getByText("rate", { exact: true }).hover();
    await page.getByText("rate(range vector) → instant vector").waitFor();
  });

  it("keeps the page's keys to itself while someone types", async () => {
    await open();
    await editor().click();
    await page.keyboard.type("g p?");
    expect(await page.getByRole("dialog").count()).toBe(0);
    expect(new URL(page.url()).pathname).toBe("/explore");
  });
});

suite(`several queries${skipReason}`, () => {
  it("are added, named, hidden and removed, all in the URL", async () => {
    await open({ expr: "queue_depth" });
    await legend().first().waitFor();
    await page.getByRole("button", { name: "Add a query" }).click();
    await editor("B").click();
    await page.keyboard.type("up");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => new URLSearchParams(location.search).getAll("expr").length === 2);
    await page.getByRole("textbox", { name: "Legend of query B" }).fill("{{job}} at {{instance}}");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "api at api-0:8080", exact: true }).waitFor();
    expect(search().getAll("legend")).toEqual(["2:{{job}} at {{instance}}"]);
    await page.getByRole("button", { name: "Show query A" }).click();
    await page.waitForURL(/hide=1/);
    await legend().filter({ hasText: "queue" }).first().waitFor({ state: "detached" });
    await page.getByRole("button", { name: "Remove query A" }).click();
    await page.waitForFunction(() => !location.search.includes("hide"));
    expect(search().getAll("expr")).toEqual(["up"]);
    expect(search().getAll("legend")).toEqual(["1:{{job}} at {{instance}}"]);
    await page.goBack();
    await editor("B").waitFor();
    expect(await editor("A").textContent()).toBe("queue_depth");
  });

  it("show one series, or all but one", async () => {
    await open({ expr: requests });
    await legend().first().waitFor();
    const first = legend().first();
    await first.getByRole("button", { pressed: true }).click();
    await page.waitForURL(/off=/);
    expect(search().getAll("off")).toEqual(['{path="/carts"}']);
    await legend().nth(2).hover();
    await legend().nth(2).getByRole("button", { name: /^only/ }).click();
    await page.waitForFunction(() => new URLSearchParams(location.search).getAll("off").length === 3);
    await legend().nth(2).getByRole("button", { name: /^all/ }).click();
    await page.waitForFunction(() => !location.search.includes("off="));
  });
});

suite(`time${skipReason}`, () => {
  it("zooms by dragging over the graph, out again, and back with Back", async () => {
    await open({ expr: requests });
    const box = await plot();
    await page.mouse.move(box.x + box.width * 0.25, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.5, box.y + 90, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/start=.*end=/);
    const widthMs = () => Date.parse(search().get("end") ?? "") - Date.parse(search().get("start") ?? "");
    expect(widthMs() / 60_000).toBeCloseTo(15, 0);
    await page.getByRole("button", { name: "Zoom out" }).click();
    await page.waitForFunction(() => {
      const parameters = new URLSearchParams(location.search);
      return Date.parse(parameters.get("end") ?? "") - Date.parse(parameters.get("start") ?? "") > 25 * 60_000;
    });
    await page.goBack();
    await page.goBack();
    await page.waitForFunction(() => !location.search.includes("start="));
  });

  it("moves by dragging the time axis", async () => {
    await open({ expr: requests });
    const box = await plot();
    const before = now();
    await page.mouse.move(box.x + box.width * 0.25, box.y + box.height + 12);
    await page.mouse.down();
    await page.mouse.move(box.x + box.width * 0.75, box.y + box.height + 12, { steps: 5 });
    await page.mouse.up();
    await page.waitForURL(/start=.*end=/);
    expect((before - Date.parse(search().get("end") ?? "")) / 60_000).toBeCloseTo(30, -1);
  });

  it("takes a range from the list, and an absolute one from the form", async () => {
    await open({ expr: requests });
    await page.locator(".range-picker summary").click();
    await page.getByRole("button", { name: "Last 6h" }).click();
    await page.waitForURL(/range=6h/);
    await page.locator(".range-picker summary").click();
    await page.getByLabel("From").fill("2026-11-20T10:00:00");
    await page.getByLabel("To", { exact: true }).fill("2026-11-20T09:00:00");
    await page.getByRole("button", { name: "Look at this time" }).click();
    await page.getByText("The end must come after the start.").waitFor();
    await page.getByLabel("To", { exact: true }).fill("2026-11-20T11:00:00");
    await page.getByRole("button", { name: "Look at this time" }).click();
    await page.waitForURL(/start=/);
    expect(search().get("range")).toBeNull();
  });

  it("asks with the step, and again by itself", async () => {
    await open({ expr: requests, refresh: "5s" });
    await legend().first().waitFor();
    await page.getByRole("textbox", { name: "Step" }).fill("2m");
    const [request] = await Promise.all([page.waitForRequest(/query_range/), page.keyboard.press("Enter")]);
    expect(new URL(request.url()).searchParams.get("step")).toBe("120");
    await page.getByRole("textbox", { name: "Step" }).fill("1s");
    await page.keyboard.press("Enter");
    await page.waitForURL(/step=1s/);
    await page.waitForRequest(/query_range/);
  });
});

suite(`the views${skipReason}`, () => {
  it("stacks, and shows the same as points and as a table", async () => {
    await open({ expr: requests });
    await legend().first().waitFor();
    await page.getByRole("radio", { name: "Stacked" }).check({ force: true });
    await page.waitForURL(/mode=stacked/);
    await page.getByRole("link", { name: "Table" }).click();
    await page.getByRole("table", { name: "Values of query A" }).getByRole("row").nth(4).waitFor();
    await page.getByRole("link", { name: "Points" }).click();
    await page.getByRole("table", { name: "Points of the graph" }).getByRole("row").nth(200).waitFor();
  });

  it("draws heat maps of classic buckets, and of native histograms unasked", async () => {
    await open({ expr: durations, mode: "heatmap" });
    const box = await plot();
    await page.mouse.move(box.x + 300, box.y + box.height / 2);
    await page
      .getByRole("tooltip")
      .getByText(/ to .*: /)
      .waitFor();
    await open({ expr: "rate(rpc_duration_seconds[5m])" });
    await page.getByRole("img", { name: /^A heat map/ }).waitFor();
    await open({ expr: "up", mode: "heatmap" });
    await page.getByRole("heading", { name: "These are no histograms" }).waitFor();
  });

  it("opens the trace of an exemplar, by its dot and by its link", async () => {
    await open({ expr: `histogram_quantile(0.9, ${durations})`, exemplars: "1" });
    const box = await plot();
    const words = page.getByText("Click opens its trace");
    // The dots are drawn on a canvas: the pointer looks for one.
    for (let x = 4; x < box.width && !(await words.isVisible()); x += 6)
      for (let y = 7; y < 40 && !(await words.isVisible()); y += 8)
        await page.mouse.move(box.x + x, box.y + box.height - y);
    expect(await words.isVisible()).toBe(true);
    await page.mouse.down();
    await page.mouse.up();
    await page.waitForURL(/\/traces\/[0-9a-f]{32}$/);
    await page.goBack();
    await page.getByText(/\d+ exemplars/).click();
    const link = page.locator(".exemplar-trace").nth(3);
    const id = await link.textContent();
    await link.click();
    await page.waitForURL(`**/traces/${id}`);
  });

  it("explains what was read", async () => {
    await open({ expr: requests, explain: "1" });
    const row = page.getByRole("table", { name: "How the queries were answered" }).getByRole("row").nth(1);
    await row.getByRole("listitem").waitFor();
    expect(await row.textContent()).toContain("no: raw samples of http_requests_total[5m]");
  });
});

suite(`the states of Explore${skipReason}`, () => {
  it("offers something to begin with, of what is there", async () => {
    await open();
    await page.getByRole("link", { name: /^Targets that cannot be reached/ }).click();
    await page.waitForURL(/expr=up/);
    await legend().first().waitFor();
    await pressSequence(page, "g", "m");
    await page.waitForURL("**/catalogue");
    await pressSequence(page, "g", "e");
    await page.waitForURL("**/explore");
  });

  it("says why there is nothing", async () => {
    await open({ expr: "no_such_metric" });
    await page.getByRole("heading", { name: "No series" }).waitFor();
    await page.getByRole("button", { name: "Look at twice the time" }).click();
    await page.waitForURL(/range=2h/);
  });

  it("says what could not be read, keeps the queries, and tries again", async () => {
    view.mock.failOn(/query_range/);
    await open({ expr: requests });
    await page.getByRole("heading", { name: "Could not read the series" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    view.mock.failOn(null);
    await page.getByRole("button", { name: "Try again" }).click();
    await legend().first().waitFor();
  });

  it.each(["light", "dark"] as const)("has no accessibility problems in %s", async (colorScheme) => {
    const options = { colorScheme, reducedMotion: "reduce" } as const;
    await open({ expr: [requests, "rate(node_load1[5m])"], explain: "1", exemplars: "1" }, options);
    await legend().first().waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
    await open({ expr: requests, view: "table" }, options);
    await page.getByRole("table", { name: "Values of query A" }).waitFor();
    await page.locator(".range-picker summary").click();
    expect(await accessibilityProblems(page)).toEqual([]);
    await open({}, options);
    await page.getByRole("heading", { name: "Ask something" }).waitFor();
    expect(await accessibilityProblems(page)).toEqual([]);
  });

  it("fits a phone", async () => {
    await open({ expr: [requests, "up"], explain: "1" }, { viewport: { width: 390, height: 844 } });
    await legend().first().waitFor();
    expect(await overflowPx(page)).toBe(0);
    await page.locator(".range-picker summary").click();
    expect(await overflowPx(page)).toBe(0);
    expect(await accessibilityProblems(page)).toEqual([]);
  });
});

suite(`Explore before the first metric${skipReason}`, () => {
  it("says how to send some", async () => {
    const empty = await startPage(emptyWorld());
    try {
      const fresh = await empty.open("/explore");
      await fresh.getByRole("heading", { name: "No metrics yet" }).waitFor();
      expect(await accessibilityProblems(fresh)).toEqual([]);
      madeNoComplaint(empty);
    } finally {
      await empty.close();
    }
  });
});
