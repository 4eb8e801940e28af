import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { build } from "vite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const root = new URL("../../packages/ui", import.meta.url).pathname;
/** The page's budget: the largest file that a browser loads, compressed. */
const largestMaxBytes = 200_000;
/** What every view needs before it can draw: the scripts and styles that index.html names. */
const firstMaxBytes = 140_000;

describe("the built page", () => {
  let folder: string;
  const sizeOf = (path: string) => gzipSync(readFileSync(join(folder, path)), { level: 9 }).length;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "sightglass-budget-"));
    await build({ root, logLevel: "error", build: { outDir: folder, emptyOutDir: true } });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("has no file over its budget", () => {
    const files = readdirSync(join(folder, "assets")).map((name) => ({ name, bytes: sizeOf(`assets/${name}`) }));
    expect(files.length).toBeGreaterThan(10);
    expect(files.filter(({ bytes }) => bytes > largestMaxBytes)).toEqual([]);
  });

  it("needs little before it can draw: views come when they are opened", () => {
    const html = readFileSync(join(folder, "index.html"), "utf8");
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, path]) => path ?? "");
    expect(named.length).toBeGreaterThan(2);
    expect(named.reduce((sum, path) => sum + sizeOf(path), 0)).toBeLessThan(firstMaxBytes);
  });
});
