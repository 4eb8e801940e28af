import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { build } from "vite";
import { type MockServer, startMock } from "../../packages/ui/mock/server.ts";
import type { World } from "../../packages/ui/mock/world.ts";
import { launchBrowser } from "./browser.ts";
import { now, setClock, timezoneId } from "./moment.ts";

/** The built page in a real browser, served by the mock backend under the server's own content policy. */
export interface PageUnderTest {
  mock: MockServer;
  browser: Browser;
  /** Opens a path in a fresh context and closes the one before. Console errors are gathered in `problems`. */
  open(path: string, options?: BrowserContextOptions): Promise<Page>;
  /** What the console complained of, over all pages. Refused requests that a test provoked are named by it. */
  problems: string[];
  close(): Promise<void>;
}

const root = new URL("../../packages/ui", import.meta.url).pathname;

/** Enough for a busy machine; short enough that a test says what it waited for before its own time is up. */
const actionMaxMs = 40_000;

export async function startPage(world: World): Promise<PageUnderTest> {
  const pageDir = mkdtempSync(join(tmpdir(), "sightglass-page-"));
  await build({ root, logLevel: "error", build: { outDir: pageDir, emptyOutDir: true } });
  const mock = await startMock({ world, pageDir, now });
  const browser = await launchBrowser();
  const problems: string[] = [];
  return {
    mock,
    browser,
    problems,
    open: async (path, options = {}) => {
      await Promise.all(browser.contexts().map((context) => context.close()));
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, timezoneId, ...options });
      await setClock(context);
      const page = await context.newPage();
      page.setDefaultTimeout(actionMaxMs);
      page.on("console", (message) => {
        if (message.type() === "error" || message.type() === "warning") problems.push(message.text());
      });
      page.on("pageerror", (error) => problems.push(error.message));
      await page.goto(mock.url + path);
      return page;
    },
    close: async () => {
      await browser.close();
      await mock.close();
      rmSync(pageDir, { recursive: true, force: true });
    },
  };
}
