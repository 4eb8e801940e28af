import { context, propagation, SpanStatusCode, trace } from "@opentelemetry/api";
import { AlwaysOffSampler, ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { pipeline, type Run } from "./pipeline.ts";
import { Memory } from "./testing/memory.ts";
import { watch } from "./watch.ts";

let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => {
  memory.remove();
  vi.unstubAllEnvs();
  expect(watch().openCount).toBe(0);
});

describe("a run", () => {
  it("is a span with its stages below it, and returns what the work returns", async () => {
    const result = await pipeline("flights", { partition: "2001-01-13" }, async (run) => {
      const rows = await run.stage(
        "extract",
        { source: { system: "parquet", table: "flights" }, sink: { system: "memory" } },
        (stage) => {
          stage.read(3);
          return [1, 2, 3];
        },
      );
      return rows.length;
    });
    expect(result).toBe(3);
    const [run, stage] = [memory.span("flights"), memory.span("extract")];
    expect(run.parentSpanContext).toBeUndefined();
    expect(stage.parentSpanContext?.spanId).toBe(run.spanContext().spanId);
    expect(run.attributes).toEqual({
      "pipeline.kind": "run",
      "pipeline.name": "flights",
      "pipeline.run.id": expect.stringMatching(/^[0-9a-f-]{36}$/),
      "pipeline.partition.key": "2001-01-13",
    });
    expect(stage.attributes).toEqual({
      "pipeline.name": "flights",
      "pipeline.run.id": run.attributes["pipeline.run.id"],
      "pipeline.partition.key": "2001-01-13",
      "pipeline.stage": "extract",
      "pipeline.attempt": 1,
      "pipeline.source.system": "parquet",
      "pipeline.source.table": "flights",
      "pipeline.sink.system": "memory",
      "pipeline.records.read": 3,
    });
    expect([run.status.code, stage.status.code]).toEqual([SpanStatusCode.OK, SpanStatusCode.OK]);
  });

  it("takes its id, logical date, backfill, attempt and attributes from the options", async () => {
    const logicalDate = new Date("2001-01-13T00:00:00Z");
    await pipeline("p", { runId: "r1", logicalDate, backfill: true, attempt: 2, attributes: { team: "a" } }, (run) => {
      expect(run.id).toBe("r1");
      run.setAttribute("colour", "red");
    });
    expect(memory.span("p").attributes).toMatchObject({
      "pipeline.run.id": "r1",
      "pipeline.logical_date": "2001-01-13T00:00:00.000Z",
      "pipeline.backfill": true,
      "pipeline.attempt": 2,
      team: "a",
      colour: "red",
    });
  });

  it("nests in another run", async () => {
    await pipeline("outer", () => pipeline("inner", () => {}));
    expect(memory.span("inner").parentSpanContext?.spanId).toBe(memory.span("outer").spanContext().spanId);
    expect(memory.span("inner").attributes["pipeline.run.id"]).not.toBe(
      memory.span("outer").attributes["pipeline.run.id"],
    );
  });

  it("survives options of the wrong kind", async () => {
    const options = { logicalDate: "not a date", partition: 7 } as unknown as { logicalDate: string };
    expect(await pipeline(undefined as unknown as string, options, () => "done")).toBe("done");
    expect(memory.spans).toHaveLength(1);
  });
});

describe("errors", () => {
  it("goes on when the attributes it is given cannot be read", async () => {
    const attributes = {
      get team(): string {
        throw new Error("no team today");
      },
    };
    const result = await pipeline("p", { attributes }, (run) => run.stage("s", { attributes }, () => 7));
    expect(result).toBe(7);
    expect(memory.span("s").attributes).toMatchObject({ "pipeline.name": "p", "pipeline.stage": "s" });
  });

  it.each([new TypeError("bad row"), "a string", undefined, { code: 7 }])("rethrows %j unchanged", async (thrown) => {
    const caught = await pipeline("p", (run) =>
      run.stage("s", () => {
        throw thrown;
      }),
    ).then(
      () => expect.fail("must throw"),
      (error: unknown) => error,
    );
    expect(caught).toBe(thrown);
    for (const span of [memory.span("p"), memory.span("s")]) {
      expect(span.status.code).toBe(SpanStatusCode.ERROR);
      expect(span.events.map((event) => event.name)).toEqual(["exception"]);
    }
  });

  it("writes type, message and stack", async () => {
    await pipeline("p", () => {
      throw new RangeError("too many");
    }).catch(() => {});
    const span = memory.span("p");
    expect(span.status.message).toBe("too many");
    expect(span.attributes["error.type"]).toBe("RangeError");
    expect(span.events[0]?.attributes).toMatchObject({
      "exception.type": "RangeError",
      "exception.message": "too many",
      "exception.stacktrace": expect.stringContaining("pipeline.test.ts"),
    });
  });

  it("leaves the run succeeded when the pipeline catches a stage's error", async () => {
    await pipeline("p", async (run) => {
      await run.stage("s", () => Promise.reject(new Error("no"))).catch(() => {});
    });
    expect(memory.span("p").status.code).toBe(SpanStatusCode.OK);
    expect(memory.span("s").status.code).toBe(SpanStatusCode.ERROR);
  });

  it("calls an aborted run cancelled", async () => {
    const reason = AbortSignal.abort().reason as Error;
    await expect(pipeline("p", () => Promise.reject(reason))).rejects.toBe(reason);
    expect(memory.span("p").attributes["pipeline.status"]).toBe("cancelled");
  });

  it("keeps an error status that the pipeline has set itself", async () => {
    await pipeline("p", (run) => void run.span.setStatus({ code: SpanStatusCode.ERROR, message: "mine" }));
    expect(memory.span("p").status).toEqual({ code: SpanStatusCode.ERROR, message: "mine" });
  });
});

describe("stages", () => {
  const parentOf = (name: string) => memory.span(name).parentSpanContext?.spanId;
  const idOf = (name: string) => memory.span(name).spanContext().spanId;

  it("nest by the stage, and by the code", async () => {
    await pipeline("p", (run) =>
      run.stage("a", async (a) => {
        await a.stage("b", () => run.stage("c", () => {}));
      }),
    );
    expect([parentOf("a"), parentOf("b"), parentOf("c")]).toEqual([idOf("p"), idOf("a"), idOf("b")]);
  });

  it("run side by side", async () => {
    const order: string[] = [];
    await pipeline("p", (run) =>
      Promise.all(
        ["a", "b"].map((name) =>
          run.stage(name, async () => {
            order.push(`${name} in`);
            await new Promise((resolve) => void setTimeout(resolve, 5));
            order.push(`${name} out`);
          }),
        ),
      ),
    );
    expect(order).toEqual(["a in", "b in", "a out", "b out"]);
    expect([parentOf("a"), parentOf("b")]).toEqual([idOf("p"), idOf("p")]);
  });

  it("find their run from a timer that was set outside", async () => {
    const runs: Run[] = [];
    let start: () => void = () => {};
    const gate = new Promise<void>((resolve) => {
      start = resolve;
    });
    const elsewhere = gate.then(() => runs[0]?.stage("late", () => {}));
    await pipeline("p", async (run) => {
      runs.push(run);
      start();
      await elsewhere;
    });
    expect(parentOf("late")).toBe(idOf("p"));
  });

  it("are the parents of spans that other code makes in them", async () => {
    await pipeline("p", (run) =>
      run.stage("s", async () => {
        await Promise.resolve();
        trace.getTracer("other").startSpan("query").end();
      }),
    );
    expect(parentOf("query")).toBe(idOf("s"));
  });

  it("hang below a span that other code has opened in the run", async () => {
    const tracer = trace.getTracer("other");
    await pipeline("p", (run) =>
      tracer.startActiveSpan("block", async (block) => {
        await run.stage("s", () => {});
        block.end();
      }),
    );
    expect([parentOf("block"), parentOf("s")]).toEqual([idOf("p"), idOf("block")]);
  });

  it("know their run without a context manager", async () => {
    memory.remove();
    memory = new Memory({ withContextManager: false });
    await pipeline("p", (run) => run.stage("a", (a) => a.stage("b", () => {})));
    expect([parentOf("a"), parentOf("b")]).toEqual([idOf("p"), idOf("a")]);
  });
});

describe("retries", () => {
  it("make a span of each attempt, with counts of its own", async () => {
    const value = await pipeline("p", (run) =>
      run.stage("load", { retries: { retries: 2, delayMs: 1 } }, (stage) => {
        stage.written(stage.attempt * 10);
        if (stage.attempt < 3) throw new Error(`attempt ${stage.attempt}`);
        return "loaded";
      }),
    );
    expect(value).toBe("loaded");
    const attempts = memory.spans.filter((span) => span.name === "load");
    expect(
      attempts.map((span) => [
        span.attributes["pipeline.attempt"],
        span.attributes["pipeline.records.written"],
        span.status.code,
      ]),
    ).toEqual([
      [1, 10, SpanStatusCode.ERROR],
      [2, 20, SpanStatusCode.ERROR],
      [3, 30, SpanStatusCode.OK],
    ]);
    expect(new Set(attempts.map((span) => span.parentSpanContext?.spanId)).size).toBe(1);
    expect(memory.span("p").status.code).toBe(SpanStatusCode.OK);
  });

  it("end with the last error, and wait longer each time up to the limit", async () => {
    vi.useFakeTimers();
    const startedAt = Date.now();
    const at: number[] = [];
    const ended = pipeline("p", (run) =>
      run.stage("s", { retries: { retries: 3, delayMs: 100, factor: 3, delayMaxMs: 400 } }, () => {
        at.push(Date.now() - startedAt);
        throw new Error(`no ${at.length}`);
      }),
    ).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(2000);
    vi.useRealTimers();
    expect(await ended).toMatchObject({ message: "no 4" });
    expect(at).toEqual([0, 100, 400, 800]);
  });

  it("stop when the error is not worth it", async () => {
    let calls = 0;
    const when = (thrown: unknown) => thrown instanceof TypeError;
    await pipeline("p", (run) =>
      run.stage("s", { retries: { retries: 5, delayMs: 1, when } }, () => {
        calls += 1;
        throw calls === 1 ? new TypeError("again") : new RangeError("final");
      }),
    ).catch(() => {});
    expect(calls).toBe(2);
  });

  it("count on from the attempt that the scheduler names", async () => {
    await pipeline("p", (run) => run.stage("s", { attempt: 4 }, (stage) => expect(stage.attempt).toBe(4)));
    expect(memory.span("s").attributes["pipeline.attempt"]).toBe(4);
  });
});

describe("counts", () => {
  it("add up, and stay unknown when nobody counts", async () => {
    await pipeline("p", (run) =>
      run.stage("s", (stage) => {
        for (let i = 0; i < 1000; i++) stage.read();
        stage.read(24);
        stage.written(0);
        stage.filtered(2);
        stage.deduplicated(3);
        stage.failed(1, "bad_date");
        stage.failed();
        stage.bytes(1.4e6);
      }),
    );
    const counts = Object.entries(memory.span("s").attributes).filter(([key]) => /records|bytes/.test(key));
    expect(Object.fromEntries(counts)).toEqual({
      "pipeline.records.read": 1024,
      "pipeline.records.written": 0,
      "pipeline.records.filtered": 2,
      "pipeline.records.deduplicated": 3,
      "pipeline.records.failed": 2,
      "pipeline.bytes.processed": 1_400_000,
    });
    await pipeline("q", (run) => run.stage("t", () => {}));
    expect(Object.keys(memory.span("t").attributes).filter((key) => /records|bytes/.test(key))).toEqual([]);
  });

  it.each([Number.NaN, -1, Number.POSITIVE_INFINITY, "3", null])("ignore %s", async (count) => {
    await pipeline("p", (run) => run.stage("s", (stage) => stage.read(count as number)));
    expect(memory.span("s").attributes["pipeline.records.read"]).toBeUndefined();
  });

  it("are kept when the stage fails", async () => {
    await pipeline("p", (run) =>
      run.stage("s", (stage) => {
        stage.read(5);
        throw new Error("no");
      }),
    ).catch(() => {});
    expect(memory.span("s").attributes["pipeline.records.read"]).toBe(5);
  });
});

describe("failed records", () => {
  const failures = () =>
    memory
      .span("s")
      .events.map((event) => [
        event.attributes?.["pipeline.failure.reason"],
        event.attributes?.["pipeline.failure.count"],
      ]);

  it("are events with a reason, the first few one by one and the rest as a count", async () => {
    await pipeline("p", (run) =>
      run.stage("s", (stage) => {
        for (let i = 0; i < 100; i++) stage.failed(1, "bad_date");
        stage.failed(3, "no_key");
      }),
    );
    expect(failures()).toEqual([...Array.from({ length: 5 }, () => ["bad_date", 1]), ["no_key", 3], ["bad_date", 95]]);
    expect(memory.span("s").attributes["pipeline.records.failed"]).toBe(103);
  });

  it("have a hash of the record and nothing of its content", async () => {
    const record = { email: "someone@example.org", amount: 12n };
    await pipeline("p", (run) =>
      run.stage("s", (stage) => {
        stage.failed(1, "bad", { record });
        stage.failed(1, "bad", { record: { ...record } });
        stage.failed(1, "bad", { record: "other" });
        stage.failed(1, "bad", { hash: "mine" });
      }),
    );
    const hashes = memory.span("s").events.map((event) => event.attributes?.["pipeline.record.hash"]);
    expect(hashes[0]).toMatch(/^[0-9a-f]{16}$/);
    expect(hashes[1]).toBe(hashes[0]);
    expect(hashes[2]).not.toBe(hashes[0]);
    expect(hashes[3]).toBe("mine");
    expect(JSON.stringify(memory.span("s").events)).not.toContain("example.org");
  });

  it("never fill the span, however many reasons there are, and still add up", async () => {
    await pipeline("p", (run) =>
      run.stage("s", (stage) => {
        for (let i = 0; i < 10_000; i++) stage.failed(1, `reason ${i}`);
        throw new Error("at last");
      }),
    ).catch(() => {});
    const span = memory.span("s");
    expect(span.droppedEventsCount).toBe(0);
    expect(span.events.at(-1)?.name).toBe("exception");
    const counts = span.events.map((event) => Number(event.attributes?.["pipeline.failure.count"] ?? 0));
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(10_000);
  });

  it("survive a record that cannot be written down", async () => {
    const circular: Record<string, unknown> = {};
    circular["self"] = circular;
    await pipeline("p", (run) => run.stage("s", (stage) => stage.failed(1, "bad", { record: circular })));
    expect(failures()).toEqual([["bad", 1]]);
  });
});

describe("the parent", () => {
  const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

  it("comes from the environment when no span is active", async () => {
    vi.stubEnv("TRACEPARENT", traceparent);
    vi.stubEnv("TRACESTATE", "vendor=1");
    vi.stubEnv("BAGGAGE", "tenant=blue%20sky;p=1,broken=%");
    let tenant: string | undefined;
    await pipeline("p", () => {
      tenant = propagation.getBaggage(context.active())?.getEntry("tenant")?.value;
    });
    const span = memory.span("p");
    expect(span.spanContext().traceId).toBe("0af7651916cd43dd8448eb211c80319c");
    expect(span.parentSpanContext).toMatchObject({ spanId: "b7ad6b7169203331", isRemote: true });
    expect(span.spanContext().traceState?.get("vendor")).toBe("1");
    expect(tenant).toBe("blue sky");
  });

  it("is the active span before the environment", async () => {
    vi.stubEnv("TRACEPARENT", traceparent);
    await trace.getTracer("other").startActiveSpan("job", async (job) => {
      await pipeline("p", () => {});
      job.end();
    });
    expect(memory.span("p").parentSpanContext?.spanId).toBe(memory.span("job").spanContext().spanId);
  });
});

describe("sampling", () => {
  it("keeps whole runs together", async () => {
    memory.remove();
    memory = new Memory({ sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.5) }) });
    for (let i = 0; i < 200; i++)
      await pipeline("p", async (run) => {
        await run.stage("a", () => {});
        await run.stage("b", () => {});
      });
    const spansOf = new Map<string, number>();
    for (const span of memory.spans) {
      const { traceId } = span.spanContext();
      spansOf.set(traceId, (spansOf.get(traceId) ?? 0) + 1);
    }
    expect([...spansOf.values()].every((count) => count === 3)).toBe(true);
    expect(spansOf.size).toBeGreaterThan(50);
    expect(spansOf.size).toBeLessThan(150);
  });

  it("announces nothing of a run that is not kept", async () => {
    memory.remove();
    memory = new Memory({ sampler: new AlwaysOffSampler() });
    expect(await pipeline("p", (run) => run.stage("s", (stage) => stage.read(1)))).toBeUndefined();
    expect([memory.spans, memory.logs]).toEqual([[], []]);
  });
});

describe("telemetry that fails", () => {
  const explode = () => {
    throw new Error("a processor is broken");
  };

  it("never reaches the pipeline", async () => {
    memory.remove();
    const broken = { onStart: explode, onEnd: explode, forceFlush: explode, shutdown: explode };
    memory = new Memory({ processors: [broken] });
    expect(await pipeline("p", (run) => run.stage("s", () => 7))).toBe(7);
    const error = new Error("the pipeline's own");
    await expect(pipeline("p", () => Promise.reject(error))).rejects.toBe(error);
  });

  it("is not missed when there is no OpenTelemetry setup", async () => {
    memory.remove();
    expect(await pipeline("p", (run) => run.stage("s", (stage) => (stage.failed(1, "x"), 7)))).toBe(7);
  });
});
