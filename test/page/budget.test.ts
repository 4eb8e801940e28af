import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";

/** The page as `npm run build` packs it into the server: minified, and React without its checks. */
const folder = new URL("../../packages/server/dist/ui", import.meta.url).pathname;
/** The largest file that a browser loads, compressed. */
const largestMaxBytes = 200_000;
/** What every view needs before it can draw: the scripts and styles that index.html names. */
const firstMaxBytes = 140_000;

const sizeOf = (path: string) => gzipSync(readFileSync(join(folder, path)), { level: 9 }).length;

describe("the packed page", () => {
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
