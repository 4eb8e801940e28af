import { context, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { AlwaysOffSampler, BasicTracerProvider, type ReadableSpan } from "@opentelemetry/sdk-trace-base";
import { ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { afterEach, describe, expect, it } from "vitest";
import { pipeline } from "../pipeline.ts";
import { type KeepRules, parseKeepRules } from "./keep-rules.ts";
import { KeepProcessor, KeepSampler } from "./keep.ts";

afterEach(() => {
  trace.disable();
  context.disable();
});

function setUp(rules: KeepRules, base = new ParentBasedSampler({ root: new AlwaysOffSampler() })): ReadableSpan[] {
  const sent: ReadableSpan[] = [];
  const processor = new KeepProcessor(rules, (span) => sent.push(span));
  trace.setGlobalTracerProvider(
    new BasicTracerProvider({ sampler: new KeepSampler(base), spanProcessors: [processor] }),
  );
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  return sent;
}
const namesOf = (spans: ReadableSpan[]) => spans.map((span) => span.name);

const good = () => pipeline("good", (run) => run.stage("a", (stage) => stage.read(1)));
const failing = () =>
  pipeline("failing", async (run) => {
    await run.stage("a", () => trace.getTracer("other").startSpan("query").end());
    await run.stage("b", () => Promise.reject(new Error("no")));
  }).catch(() => {});

describe("runs that the sampler drops", () => {
  it("are kept whole when they fail", async () => {
    const sent = setUp({ failed: true });
    await good();
    await failing();
    expect(namesOf(sent)).toEqual(["query", "a", "b", "failing"]);
    expect(sent.every((span) => span.spanContext().traceFlags === 1)).toBe(true);
  });

  it("are kept when a stage failed that the run got over", async () => {
    const sent = setUp({ failed: true });
    await pipeline("p", async (run) => {
      await run.stage("a", () => Promise.reject(new Error("no"))).catch(() => {});
    });
    expect(namesOf(sent)).toEqual(["a", "p"]);
  });

  it("are kept when records failed", async () => {
    const sent = setUp({ failed: true });
    await pipeline("p", (run) => run.stage("a", (stage) => stage.failed(1, "bad_date")));
    expect(namesOf(sent)).toEqual(["a", "p"]);
  });

  it("are kept when they are slow", async () => {
    const sent = setUp({ slowerThanMs: 20 });
    await pipeline("slow", () => new Promise((resolve) => void setTimeout(resolve, 30)));
    expect(namesOf(sent)).toEqual(["slow"]);
  });

  it("are not kept when they are no slower than the limit", async () => {
    const sent = setUp({ slowerThanMs: 600_000 });
    await good();
    expect(sent).toEqual([]);
  });

  it("are kept when rows are unexplained, not when they are only filtered", async () => {
    const sent = setUp({ unexplained: true });
    for (const filtered of [3, 2])
      await pipeline(`${filtered} filtered`, (run) =>
        run.stage("s", (stage) => {
          stage.read(10);
          stage.written(7);
          stage.filtered(filtered);
        }),
      );
    expect(namesOf(sent)).toEqual(["s", "2 filtered"]);
  });

  it("stay dropped when another process has decided so", async () => {
    const sent = setUp({ failed: true });
    const parent = trace.setSpanContext(context.active(), {
      traceId: "0af7651916cd43dd8448eb211c80319c",
      spanId: "b7ad6b7169203331",
      traceFlags: 0,
      isRemote: true,
    });
    await context.with(parent, failing);
    expect(sent).toEqual([]);
  });

  it("hold back nothing but runs", () => {
    setUp({ failed: true });
    expect(trace.getTracer("other").startSpan("request").isRecording()).toBe(false);
  });

  it("are held back in bounded memory, run and stages first", async () => {
    const sent = setUp({ failed: true });
    await pipeline("big", async (run) => {
      for (let i = 0; i < 5000; i++) trace.getTracer("other").startSpan("query").end();
      await run.stage("last", () => Promise.reject(new Error("no")));
    }).catch(() => {});
    expect(sent).toHaveLength(2002);
    expect(namesOf(sent.slice(-2))).toEqual(["last", "big"]);
  });
});

describe("runs that the sampler keeps", () => {
  it("go their usual way", async () => {
    const sent = setUp({ failed: true }, new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(1) }));
    await failing();
    expect(sent).toEqual([]);
  });
});

describe("the setting", () => {
  it.each([
    [undefined, undefined],
    ["", undefined],
    ["failed", { failed: true }],
    [" Failed , unexplained,slow=60000", { failed: true, unexplained: true, slowerThanMs: 60_000 }],
  ])("%j", (text, rules) => {
    expect(parseKeepRules(text, () => expect.fail("no complaint"))).toEqual(rules);
  });

  it("reports what it does not know", () => {
    const problems: string[] = [];
    expect(parseKeepRules("fast,failed", (problem) => problems.push(problem))).toEqual({ failed: true });
    expect(problems).toEqual(['SIGHTGLASS_KEEP: "fast" is none of failed, unexplained and slow=MILLISECONDS']);
  });
});
