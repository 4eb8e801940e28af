import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ManualClock } from "../testing/manual-clock.ts";
import { Memory } from "../testing/memory.ts";
import { whenSlow, type WhenSlowOptions } from "./when-slow.ts";

let memory: Memory;
let clock: ManualClock;
let folder: string;
let pipeline: string;
let runs = 0;
beforeEach(() => {
  memory = new Memory();
  clock = new ManualClock();
  folder = mkdtempSync(join(tmpdir(), "sightglass-history-"));
  // What is known of stages belongs to the process.
  pipeline = `p${++runs}`;
});
afterEach(() => {
  memory.remove();
  rmSync(folder, { recursive: true });
});

/** A stage that takes so long; with `blocks` it gives no timer a chance. */
async function stage(durationMs: number, kind: StageKind = {}) {
  const { blocks = false, succeeds = true, startCostMs = 10, ...options } = kind;
  const span = trace.getTracer("t").startSpan("s");
  const end = whenSlow(options, clock, () => startCostMs)({ pipeline, stage: "s", span });
  if (blocks) clock.skip(durationMs);
  else await clock.advance(durationMs);
  end(succeeds);
  span.end();
  const [event] = (span as unknown as ReadableSpan).events;
  return event?.attributes;
}
type StageKind = WhenSlowOptions & { blocks?: boolean; succeeds?: boolean; startCostMs?: number };

const usual = async (durationMs = 2000, options: StageKind = {}) => {
  for (let i = 0; i < 5; i++) expect(await stage(durationMs, options)).toBeUndefined();
};

describe("a stage that is slower than its history", () => {
  it("is profiled from that moment on", async () => {
    await usual();
    expect(await stage(2999)).toBeUndefined();
    expect(await stage(3001)).toMatchObject({
      "pipeline.profile.reason": "slow",
      "pipeline.profile.expected_ms": 2000,
    });
  });

  it("needs a history of five", async () => {
    for (let i = 0; i < 4; i++) await stage(1);
    expect(await stage(100_000)).toBeUndefined();
  });

  it("is left alone while it is quick all the same", async () => {
    await usual(10);
    expect(await stage(900)).toBeUndefined();
    expect(await stage(900, { durationMinMs: 100 })).toBeDefined();
  });

  it("is left alone until the start of a profile is 1 % of what it has taken, which a large heap makes long", async () => {
    await usual();
    expect(await stage(24_999, { startCostMs: 250 })).toBeUndefined();
    expect(await stage(25_001, { startCostMs: 250 })).toMatchObject({ "pipeline.profile.reason": "slow" });
    expect(await stage(3001, { startCostMs: 250, durationMinMs: 0 })).toMatchObject({
      "pipeline.profile.reason": "slow",
    });
  });

  it("that blocked its thread is left alone when it is usually too short for a profile", async () => {
    await usual();
    await stage(9000, { blocks: true });
    expect(await stage(2000, { startCostMs: 21 })).toBeUndefined();
  });

  it("is not judged by attempts that failed", async () => {
    await usual();
    for (let i = 0; i < 20; i++) await stage(1, { succeeds: false });
    expect(await stage(2900)).toBeUndefined();
  });

  it("is profiled from its start the next time when it blocked its thread", async () => {
    await usual();
    expect(await stage(9000, { blocks: true })).toBeUndefined();
    expect(await stage(2000)).toMatchObject({ "pipeline.profile.reason": "slow_before" });
    expect(await stage(2000)).toBeUndefined();
  });

  it("is compared with what the latest twenty took", async () => {
    await usual(50_000);
    for (let i = 0; i < 20; i++) await stage(2000);
    expect(await stage(4000)).toMatchObject({ "pipeline.profile.expected_ms": 2000 });
  });

  it("leaves no timer behind", async () => {
    await usual();
    await stage(2000);
    expect(clock.timerCount).toBe(0);
  });
});

describe("a history folder", () => {
  it("holds one readable file for each stage, which comes before what this process knows", async () => {
    await usual(2000, { historyFolder: folder });
    const [file = ""] = readdirSync(folder);
    expect(file).toMatch(new RegExp(`^${pipeline}_s-[0-9a-f]{16}\\.json$`));
    const durationsMs = [60_000, 60_000, 60_000, 60_000, 60_000];
    writeFileSync(join(folder, file), JSON.stringify({ stage: "of another process", durationsMs }));
    expect(await stage(3500, { historyFolder: folder })).toBeUndefined();
    expect(readdirSync(folder)).toEqual([file]);
  });

  it.each(["", "{}", "null", '{"durationsMs":["x"]}', "[1"])("that holds %j does no harm", async (content) => {
    await usual(2000, { historyFolder: folder });
    writeFileSync(join(folder, readdirSync(folder)[0] ?? ""), content);
    expect(await stage(2000, { historyFolder: folder })).toBeUndefined();
    expect(await stage(3500, { historyFolder: folder })).toBeDefined();
  });

  it("that cannot be written does no harm", async () => {
    writeFileSync(join(folder, "file"), "");
    await usual(2000, { historyFolder: join(folder, "file") });
    expect(await stage(3500, { historyFolder: join(folder, "file") })).toBeDefined();
  });
});
