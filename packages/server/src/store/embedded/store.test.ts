import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { lockFolder } from "../folder-lock.ts";
import { storeSuite } from "../store.suite.ts";
import { openEmbeddedStore } from "./store.ts";

const root = mkdtempSync(join(tmpdir(), "sightglass-embedded-"));
const dataDir = join(root, "data");
afterAll(() => rmSync(root, { recursive: true, force: true }));

storeSuite("the embedded store", async () => {
  const store = await openEmbeddedStore({ dataDir });
  return { store, close: () => store.close() };
});

describe("queries that nobody waits for any more", () => {
  it("end in the engine too, and free their connections", async () => {
    const store = await openEmbeddedStore({ dataDir, readers: 1 });
    const abort = new AbortController();
    const forever = "SELECT count() FROM numbers(1000000000000) WHERE sipHash64(number) = 1";
    const query = store.query(forever, { signal: abort.signal });
    setTimeout(() => abort.abort(new Error("gone")), 100);
    await expect(query).rejects.toThrow("gone");
    expect(await store.query("SELECT 1 AS one")).toEqual([{ one: 1 }]);
    await store.close();
  });
});

describe("the data folder of the embedded store", () => {
  it("is free again after close, and keeps its rows", async () => {
    expect(existsSync(join(dataDir, "lock"))).toBe(false);
    const store = await openEmbeddedStore({ dataDir });
    expect(await store.query("SELECT count() AS spans FROM spans")).toEqual([{ spans: 1_104_000 }]);
    await expect(openEmbeddedStore({ dataDir })).rejects.toMatchObject({
      code: "data_folder_in_use",
      message: `the data folder ${dataDir} is in use by process ${process.pid}`,
    });
    await store.close();
  });

  it("is one per process", async () => {
    const store = await openEmbeddedStore({ dataDir });
    await expect(openEmbeddedStore({ dataDir: join(root, "second") })).rejects.toMatchObject({
      code: "store_unavailable",
    });
    expect(existsSync(join(root, "second", "lock"))).toBe(false);
    await store.close();
  });

  it("names the folder and the process that has it", () => {
    const parent = join(root, "of-parent");
    lockFolder(parent);
    const lock = readFileSync(join(parent, "lock"), "utf8");
    const { pid } = JSON.parse(lock) as { pid: number };
    expect(pid).toBe(process.pid);
    expect(() => lockFolder(parent)).toThrow(`${parent} is in use by process ${pid}`);
  });

  it.each([
    ["a process that has ended", () => ({ pid: spawnSync("true").pid, processStart: "" })],
    ["an earlier process with a pid that is used again", () => ({ pid: process.ppid, processStart: "before/1" })],
    ["a file that is not whole", () => "{"],
  ])("is taken over from %s", (_name, left) => {
    const folder = mkdtempSync(join(root, "stale-"));
    const holder = left();
    writeFileSync(join(folder, "lock"), typeof holder === "string" ? holder : JSON.stringify(holder));
    const lock = lockFolder(folder);
    expect(JSON.parse(readFileSync(join(folder, "lock"), "utf8"))).toMatchObject({ pid: process.pid });
    lock.release();
    expect(existsSync(join(folder, "lock"))).toBe(false);
  });

  it("must be a folder", async () => {
    const file = join(root, "file");
    mkdirSync(root, { recursive: true });
    writeFileSync(file, "");
    await expect(openEmbeddedStore({ dataDir: join(file, "data") })).rejects.toMatchObject({
      code: "spool_unwritable",
    });
  });

  it.skipIf(process.platform !== "linux")("is refused where nobody can make a folder", async () => {
    await expect(openEmbeddedStore({ dataDir: "/proc/sightglass/data" })).rejects.toMatchObject({
      code: "spool_unwritable",
    });
  });
});
