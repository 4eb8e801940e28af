import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pageRoutes } from "./page.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sightglass-page-"));
  mkdirSync(join(folder, "assets"));
  writeFileSync(join(folder, "index.html"), "<title>the page</title>");
  writeFileSync(join(folder, "assets", "view-1.js"), "export {}");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it("gives files for ever by their hashed names, and the page for each view", async () => {
  const routes = pageRoutes({ folder });
  const script = await routes.request("/assets/view-1.js");
  expect([script.status, script.headers.get("cache-control")]).toEqual([200, "public, max-age=31536000, immutable"]);
  const view = await routes.request("/runs/some.id");
  expect([await view.text(), view.headers.get("cache-control")]).toEqual(["<title>the page</title>", "no-cache"]);
  expect((await routes.request("/api/nothing")).status).toBe(404);
});

it("has no file that went away under it, as when a new version is installed over the one that runs", async () => {
  const routes = pageRoutes({ folder });
  rmSync(join(folder, "assets", "view-1.js"));
  for (const headers of [{}, { "accept-encoding": "gzip" }])
    expect((await routes.request("/assets/view-1.js", { headers })).status).toBe(404);
});
