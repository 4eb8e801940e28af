import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { pipeline } from "../pipeline.ts";
import { Memory } from "../testing/memory.ts";
import { heapLimit } from "./heap-limit.ts";

let memory: Memory;
let folder: string;
beforeEach(() => {
  memory = new Memory();
  folder = join(mkdtempSync(join(tmpdir(), "sightglass-heap-")), "made when needed");
});
afterEach(() => {
  memory.remove();
  rmSync(join(folder, ".."), { recursive: true });
});

const event = (stage: string) => memory.span(stage).events.find(({ name }) => name === "pipeline.heap_snapshot");

it("writes one snapshot above the limit, and its path to the stage", { timeout: 120_000 }, async () => {
  const profile = heapLimit({ aboveBytes: 1_000_000, folder, intervalMs: 1 });
  await pipeline("p", async (run) => {
    await run.stage("load all/at once", { profile }, () => new Promise((resolve) => setTimeout(resolve, 20)));
    await run.stage("second", { profile }, () => {});
  });
  const { attributes } = event("load all/at once") ?? expect.fail("no snapshot");
  const path = String(attributes?.["pipeline.heap_snapshot.path"]);
  expect(path).toMatch(/load_all_at_once-[0-9a-f-]{36}\.heapsnapshot$/);
  expect(readFileSync(path, "utf8")).toMatch(/^\{"snapshot":\{"meta":/);
  expect(attributes?.["pipeline.heap_snapshot.used_bytes"]).toBeGreaterThan(1_000_000);
  expect(readdirSync(folder)).toHaveLength(1);
  expect(event("second")).toBeUndefined();
});

it("writes nothing below it", async () => {
  const profile = heapLimit({ aboveBytes: 1e15, folder, intervalMs: 1 });
  await pipeline("p", (run) => run.stage("s", { profile }, () => new Promise((resolve) => setTimeout(resolve, 20))));
  expect(existsSync(folder)).toBe(false);
});
