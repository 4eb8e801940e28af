import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";

/** Spans and log records that are made after what they tell of, in processes of their own. */
const workshop = useWorkshop(["@opentelemetry/api-logs"]);
const receiver = useReceiver();

const head = `
  import { trace } from "@opentelemetry/api";
  import { logs } from "@opentelemetry/api-logs";
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
  const telemetry = bootstrap({ service: "s", exitTimeoutMs: 60_000 });
`;
const start = (source: string) =>
  workshop.start("main.mjs", head + source, { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
const run = (source: string) => start(source).ended;

describe("what is noted and made later", () => {
  it("says what was so when it happened, however the program goes on", async () => {
    const result = await run(`
      await pipeline("p", async (run) => {
        const options = { attributes: { file: "a.csv" }, source: { system: "s3", table: "a" } };
        let first;
        await run.stage("first", options, async (stage) => {
          first = stage;
          stage.read(3);
          await new Promise((resolve) => setTimeout(resolve, 20));
        });
        options.attributes.file = "b.csv";
        options.source.table = "b";
        first.read(100);
        first.failed(1, "late");
        first.span.setAttribute("late", true).addEvent("late");
        await run.stage("second", options, (stage) => stage.setAttribute("note", "kept"));
      });`);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const [first, second, whole] = [receiver.span("first"), receiver.span("second"), receiver.span("p")];
    expect(first).toMatchObject({ parentSpanId: whole.spanId, statusCode: 1, events: [] });
    expect(first.attributes).toMatchObject({ file: "a.csv", "pipeline.source.table": "a", "pipeline.records.read": 3 });
    expect(first.attributes).not.toHaveProperty("late");
    expect(first.attributes).not.toHaveProperty("pipeline.records.failed");
    expect(second.attributes).toMatchObject({ file: "b.csv", "pipeline.source.table": "b", note: "kept" });
    // Starts are whole milliseconds, of a clock that somebody may set meanwhile; durations are another clock's.
    const clockSetNs = 500_000_000n;
    expect(first.endNs - first.startNs).toBeGreaterThanOrEqual(19_000_000n);
    expect(second.startNs).toBeGreaterThanOrEqual(first.endNs - clockSetNs);
    expect(whole.endNs).toBeGreaterThanOrEqual(second.endNs - clockSetNs);
  });

  it("holds no personal data, however deep in a record it is", async () => {
    const result = await run(`
      const attributes = { user: { email: "x", note: "by ann@example.com" }, ids: [1, { phone: "5" }] };
      logs.getLogger("app").emit({ body: { to: ["bob@example.com"], db: { password: "s3cret" } }, attributes });
      logs.getLogger("app").emit({ body: attributes.user.note });`);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const sent = JSON.stringify(receiver.logs.map(({ body, attributes }) => [body, attributes]));
    expect(sent).not.toMatch(/example|s3cret|"x"|"5"/);
    expect(sent.match(/\[email\]/g)).toHaveLength(3);
    expect(sent.match(/\[redacted\]/g)).toHaveLength(3);
  });

  it("is kept or dropped by the end of its run, whole", async () => {
    const result = await workshop.run(
      "main.mjs",
      head.replace(
        "{ service",
        "{ sampleRatio: 0, keep: { failed: true, unexplained: true, slowerThanMs: 2000 }, service",
      ) +
        `
        const rows = (name, read, written) => pipeline(name, (run) => run.stage(name + " s", (stage) => {
          stage.read(read);
          stage.written(written);
        }));
        await rows("good", 5, 5);
        await rows("lost", 5, 4);
        await pipeline("bad", (run) => run.stage("bad s", (stage) => stage.failed(1, "bad_date")));
        await pipeline("slow", async (run) => {
          await run.stage("slow s", () => {});
          await new Promise((resolve) => setTimeout(resolve, 2100));
        });`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint },
    );
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const kept = receiver.spans.map(({ name }) => name);
    expect(kept.toSorted()).toEqual(["bad", "bad s", "lost", "lost s", "slow", "slow s"]);
  });

  it("belongs together: children, lines and events have the ids of the stage they came from", async () => {
    const result = await run(`
      await pipeline("p", (run) => run.stage("s", async (stage) => {
        const attributes = { rows: 1 };
        logs.getLogger("mine").emit({ body: "a line", attributes });
        attributes.rows = 2;
        await null;
        trace.getTracer("mine").startActiveSpan("child", (child) => child.end());
        trace.getActiveSpan().addEvent("seen").setStatus({ code: 2, message: "by hand" });
        await run.stage("inner", () => logs.getLogger("mine", "2").emit({ body: "within" }));
        console.log(trace.getActiveSpan() === stage.span, stage.span.isRecording());
      }));`);
    expect(result).toMatchObject({ code: 0, stderr: "", stdout: "true true\n" });
    const [stage, child, inner] = [receiver.span("s"), receiver.span("child"), receiver.span("inner")];
    expect([child.parentSpanId, inner.parentSpanId]).toEqual([stage.spanId, stage.spanId]);
    expect(stage).toMatchObject({ statusCode: 2, statusMessage: "by hand" });
    expect(stage.events.map(({ name }) => name)).toEqual(["seen"]);
    const lines = new Map(receiver.logs.map((log) => [log.body, log]));
    expect(lines.get("a line")).toMatchObject({
      traceId: stage.traceId,
      spanId: stage.spanId,
      attributes: { rows: 1 },
    });
    expect(lines.get("within")).toMatchObject({ spanId: inner.spanId });
  });

  it.each([
    ["process.exit", "process.exit(0);", 0],
    ["an error that nobody catches", "throw new Error('boom');", 1],
    ["flush", "await telemetry.flush(); process.kill(process.pid, 'SIGKILL');", null],
    ["shutdown", "await telemetry.shutdown(); process.kill(process.pid, 'SIGKILL');", null],
  ])("is sent at %s, without waiting for its batch", async (_name, ending, code) => {
    const work = `await pipeline("p", (run) => run.stage("s", () => logs.getLogger("mine").emit({ body: "a line" })));`;
    const result = await run(work + ending);
    expect(result.code).toBe(code);
    expect(receiver.spans.map(({ name }) => name).toSorted()).toEqual(["p", "s"]);
    expect(receiver.logs.map(({ body }) => body)).toContain("a line");
  });

  it("shows a run that is at work before any span of it has ended", async () => {
    const running = start(`await pipeline("p", () => new Promise((resolve) => setTimeout(resolve, 60_000)));`);
    await expect
      .poll(() => receiver.logs.map(({ eventName }) => eventName), { timeout: 20_000 })
      .toEqual(["pipeline.run.start"]);
    expect(receiver.spans).toEqual([]);
    running.child.kill("SIGKILL");
    await running.ended;
  });

  it("loses nothing where a thread has no time between thousands of stages", async () => {
    const result = await run(`
      await pipeline("p", async (run) => {
        for (let i = 0; i < 3000; i++) await run.stage("s" + i, (stage) => stage.read(1));
      });`);
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(new Set(receiver.spans.map(({ name }) => name)).size).toBe(3001);
  });
});
