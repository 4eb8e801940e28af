import { diag } from "@opentelemetry/api";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { http, payload } from "./carriers/index.ts";
import { pipeline, type PipelineOptions } from "./index.ts";
import { Memory } from "./testing/memory.ts";

let memory: Memory;
const warn = vi.fn();
beforeEach(() => {
  memory = new Memory();
  diag.setLogger({ warn, error: vi.fn(), info: vi.fn(), debug: vi.fn(), verbose: vi.fn() });
});
afterEach(() => {
  memory.remove();
  diag.disable();
  warn.mockClear();
});

/** What a run sends from within a stage. */
const sentBy = (options: PipelineOptions) =>
  pipeline("orders", options, (run) => run.stage("send", () => payload.inject({ file: "a" })));
const identity = { "pipeline.run.id": "r1", "pipeline.partition.key": "2026-11-25" };

it("a run goes on in another process, with its id, partition and trace", async () => {
  const message = await sentBy({ runId: "r1", partition: "2026-11-25", toBeContinued: true });
  const next = await pipeline("orders", { continues: payload.extract(message), toBeContinued: true }, (run) =>
    run.stage("load", () => payload.inject({ run: run.id })),
  );
  await pipeline("orders", { continues: payload.extract(next) }, (run) => run.stage("verify", () => {}));
  const [send, first, load, second, verify, third] = memory.spans;
  expect(next.run).toBe("r1");
  for (const span of [send, first, load, second, verify, third]) {
    expect(span?.attributes).toMatchObject(identity);
    expect(span?.spanContext().traceId).toBe(first?.spanContext().traceId);
  }
  expect(first?.attributes).toMatchObject({ "pipeline.run.to_be_continued": true });
  expect(second?.attributes).toMatchObject({ "pipeline.run.to_be_continued": true, "pipeline.run.continues": true });
  expect(third?.attributes).toMatchObject({ "pipeline.run.continues": true });
  expect(third?.attributes).not.toHaveProperty("pipeline.run.to_be_continued");
  expect(second?.parentSpanContext?.spanId).toBe(send?.spanContext().spanId);
});

it("a run that is not to be continued tells nobody its id", async () => {
  expect(JSON.stringify(await sentBy({ runId: "r1" }))).not.toContain("r1");
});

it("without the baggage it is a run of its own in the same trace, and the diagnostics say so", async () => {
  const { otel } = (await sentBy({ runId: "r1", toBeContinued: true })) as unknown as { otel: { traceparent: string } };
  const bare = http.extract({ traceparent: otel.traceparent });
  await pipeline("orders", { continues: bare }, (run) => expect(run.id).not.toBe("r1"));
  expect(memory.spans.at(-1)?.spanContext().traceId).toBe(otel.traceparent.slice(3, 35));
  expect(warn).toHaveBeenCalledWith(expect.stringContaining("names no run to continue"));
  warn.mockClear();
  await pipeline("orders", { continues: bare, runId: "r1" }, (run) => expect(run.id).toBe("r1"));
  expect(warn).not.toHaveBeenCalled();
});
