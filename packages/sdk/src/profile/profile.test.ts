import { trace } from "@opentelemetry/api";
import type { ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pipeline } from "../pipeline.ts";
import { Memory } from "../testing/memory.ts";
import { profile } from "./profile.ts";

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => memory.remove());

/** Busy for fifteen of V8's samples, and so rarely in the system call that hardly one falls into it. */
function burnProcessorTime(): number {
  const before = process.cpuUsage();
  let sum = 0;
  while (process.cpuUsage(before).user < 300_000) for (let i = 0; i < 5_000_000; i++) sum += Math.sqrt(i);
  return sum;
}

const events = (span: ReadableSpan, name: string) =>
  span.events.filter((event) => event.name === name).map((event) => event.attributes ?? {});

describe("profile", () => {
  it("writes the expensive functions and the stacks to the stage, and returns what the work returns", async () => {
    const value = await pipeline("p", (run) =>
      run.stage("s", () =>
        profile(async () => {
          await Promise.resolve();
          burnProcessorTime();
          return 7;
        }),
      ),
    );
    expect(value).toBe(7);
    const span = memory.span("s");
    const [summary] = events(span, "pipeline.profile");
    expect(summary).toMatchObject({ "pipeline.profile.reason": "asked", "pipeline.profile.interval_us": 20_000 });
    expect(summary?.["pipeline.profile.samples"]).toBeGreaterThan(3);
    const functions = events(span, "pipeline.profile.function");
    const burning = functions.find((one) => one["code.function.name"] === "burnProcessorTime");
    expect(burning?.["code.file.path"]).toContain("profile.test.ts");
    expect(burning?.["pipeline.profile.self_ms"]).toBeGreaterThan(10);
    const [stacks] = events(span, "pipeline.profile.stacks");
    expect(stacks?.["pipeline.profile.folded"]).toMatch(/;burnProcessorTime \([^;]*profile\.test\.ts:\d+\) \d+\n/);
  });

  it("returns at once what is no promise, and throws what the work throws, the same object", async () => {
    const error = new Error("no");
    await pipeline("p", () => {
      expect(profile(() => 3)).toBe(3);
      expect(() =>
        profile(() => {
          throw error;
        }),
      ).toThrow(error);
    });
    await pipeline("q", () => profile(() => Promise.reject(error))).catch((thrown: unknown) =>
      expect(thrown).toBe(error),
    );
    expect(events(memory.span("p"), "pipeline.profile")).toHaveLength(2);
    expect(events(memory.span("q"), "pipeline.profile")).toHaveLength(1);
  });

  it("only calls the work without a span, and with one that does not record", () => {
    expect(profile(() => 1)).toBe(1);
    memory.remove();
    expect(trace.getTracer("t").startActiveSpan("s", () => profile(() => 2))).toBe(2);
  });

  it("is one at a time in a thread: of those within and beside it only the first writes", async () => {
    await pipeline("p", async (run) => {
      await Promise.all([
        run.stage("first", () => profile(() => profile(() => Promise.resolve()))),
        run.stage("second", () => profile(() => Promise.resolve())),
      ]);
      await run.stage("third", () => profile(() => Promise.resolve()));
    });
    const counts = ["first", "second", "third"].map((name) => events(memory.span(name), "pipeline.profile").length);
    expect(counts).toEqual([1, 0, 1]);
  });

  it("ends at its limit, and the next one may begin", async () => {
    await pipeline("p", (run) =>
      run.stage("s", () =>
        profile(
          async () => {
            await new Promise((resolve) => setTimeout(resolve, 50));
            await run.stage("other", () => profile(() => Promise.resolve()));
          },
          { durationMaxMs: 1 },
        ),
      ),
    );
    expect(events(memory.span("s"), "pipeline.profile")).toHaveLength(1);
    expect(events(memory.span("other"), "pipeline.profile")).toHaveLength(1);
  });
});
