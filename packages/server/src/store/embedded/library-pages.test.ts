import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../model/clock.ts";
import { LibraryPages, readOnlyMappings } from "./library-pages.ts";
import { openEmbeddedStore } from "./store.ts";

const maps = `
7f0000000000-7f0009000000 r--p 00000000 fd:00 77 /app/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
7f0009000000-7f0020000000 r-xp 0916d000 fd:00 77                         /app/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
7f0020000000-7f0021000000 r--p 20f46000 fd:00 77 /app/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
7f0021000000-7f0021100000 rw-p 21bc1000 fd:00 77 /app/node_modules/@chdb/lib-linux-x64-gnu/libchdb.so
7f0021100000-7f0022000000 rw-p 00000000 00:00 0
7f0030000000-7f0031000000 r-xp 00000000 fd:00 78 /usr/bin/node
7ffd00000000-7ffd00021000 rw-p 00000000 00:00 0  [stack]
`;

describe("the engine's library", () => {
  it("may be left where it is code or constants, and nowhere that the linker wrote to", () => {
    expect(readOnlyMappings(maps)).toEqual([
      { start: 0x7f0000000000, length: 0x9000000 },
      { start: 0x7f0009000000, length: 0x17000000 },
    ]);
  });

  const isPossible = process.platform === "linux" && process.arch === "x64";

  it.skipIf(!isPossible)("is left, and works on (Linux on x64 only)", async () => {
    const dataDir = mkdtempSync(join(tmpdir(), "sightglass-pages-"));
    const store = await openEmbeddedStore({ dataDir });
    try {
      const pages = await LibraryPages.open({ clock: systemClock });
      await store.query("SELECT sum(number) AS sum FROM numbers(1000)");
      const before = residentFileKilobytes();
      await pages?.release();
      expect(residentFileKilobytes()).toBeLessThan(before - 50 * 1024);
      expect(await store.query("SELECT sum(number) AS sum FROM numbers(1000)")).toEqual([{ sum: 499_500 }]);
    } finally {
      await store.close();
      rmSync(dataDir, { recursive: true, force: true });
    }
  });
});

function residentFileKilobytes(): number {
  return Number(/RssFile:\s+(\d+) kB/.exec(readFileSync("/proc/self/status", "utf8"))?.[1]);
}
