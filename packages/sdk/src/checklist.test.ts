import { ParentBasedSampler, TraceIdRatioBasedSampler } from "@opentelemetry/sdk-trace-base";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { environment } from "./carriers/index.ts";
import { counter } from "./metrics/index.ts";
import { pipeline } from "./pipeline.ts";
import { Memory } from "./testing/memory.ts";
import { Meters } from "./testing/meters.ts";
import { useReceiver, useWorkshop } from "./testing/hooks.ts";
import { type ProgramResult } from "./testing/program.ts";

/** What is asked of pipeline telemetry in production, one test each. */
const workshop = useWorkshop();
const receiver = useReceiver();
let memory: Memory;
beforeEach(() => {
  memory = new Memory();
});
afterEach(() => memory.remove());

const program = (source: string, endpoint = receiver.endpoint): Promise<ProgramResult> =>
  workshop.run(
    "main.mjs",
    `import { bootstrap } from "@sightglass/sdk/bootstrap"; import { pipeline } from "@sightglass/sdk"; ${source}`,
    { OTEL_EXPORTER_OTLP_ENDPOINT: endpoint },
  );
const failing = (work: () => unknown) =>
  pipeline("p", (run) => run.stage("s", work)).then(
    () => expect.fail("must throw"),
    () => {},
  );

describe("the production checklist", () => {
  it("1. bootstrap happens once", async () => {
    const result = await program(`
      const same = bootstrap() === bootstrap({ service: "again" });
      await pipeline("p", () => {});
      console.log(same);`);
    expect(result.stdout).toBe("true\n");
    expect(receiver.spans).toHaveLength(1);
  });

  it("2. spans always close", async () => {
    await failing(() => Promise.reject(new Error("no")));
    await program(`bootstrap(); pipeline("cut short", () => new Promise(() => {})); process.exit(1);`);
    expect(memory.spans.map((span) => [span.name, span.ended])).toEqual([
      ["s", true],
      ["p", true],
    ]);
    expect(receiver.span("cut short").endNs).toBeGreaterThan(0n);
  });

  it("3. the status is explicit", async () => {
    await pipeline("good", () => {});
    await failing(() => Promise.reject(new Error("no")));
    expect([memory.span("good").status.code, memory.span("p").status]).toEqual([1, { code: 2, message: "no" }]);
  });

  it("4. counts are set at the end, also when it is a bad one", async () => {
    await pipeline("p", (run) =>
      run.stage("good", (stage) => {
        stage.read(3);
        expect((stage.span as unknown as { attributes: object }).attributes).not.toHaveProperty(
          "pipeline.records.read",
        );
      }),
    );
    await pipeline("p", (run) =>
      run.stage("bad", (stage) => {
        stage.read(2);
        throw new Error("no");
      }),
    ).catch(() => {});
    const read = (name: string) => memory.span(name).attributes["pipeline.records.read"];
    expect([read("good"), read("bad")]).toEqual([3, 2]);
  });

  it("5. context crosses processes", async () => {
    let handedDown: string | undefined;
    await pipeline("p", () => {
      handedDown = environment.inject({})["TRACEPARENT"];
    });
    const { traceId, spanId } = memory.span("p").spanContext();
    expect(handedDown).toBe(`00-${traceId}-${spanId}-01`);
    await workshop.run(
      "child.mjs",
      `import { bootstrap } from "@sightglass/sdk/bootstrap"; import { pipeline } from "@sightglass/sdk";
       bootstrap(); await pipeline("child", () => {});`,
      { OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint, TRACEPARENT: handedDown ?? "" },
    );
    expect(receiver.span("child")).toMatchObject({ traceId, parentSpanId: spanId });
  });

  it("6. no content of records and no command line leaves the process", async () => {
    await program(`
      bootstrap();
      await pipeline("p", (run) => run.stage("s", (stage) =>
        stage.failed(1, "bad", { record: { email: "someone@example.org", remark: "pays late" } })));`);
    const sent = JSON.stringify([receiver.spans, receiver.logs], (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(sent).toContain("pipeline.record.hash");
    expect(sent).not.toContain("example.org");
    // What no filter of personal data would know for such.
    expect(sent).not.toContain("pays late");
    expect(sent).not.toContain("main.mjs");
  });

  it("7. sampling keeps whole runs, and those that fail when asked", async () => {
    memory.remove();
    memory = new Memory({ sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(0.5) }) });
    for (let i = 0; i < 40; i++) await pipeline("p", (run) => run.stage("s", () => {}));
    const traces = memory.spans.map((span) => span.spanContext().traceId);
    for (const id of new Set(traces)) expect(traces.filter((other) => other === id)).toHaveLength(2);
    await program(`
      bootstrap({ sampleRatio: 0, keep: { failed: true } });
      await pipeline("good", () => {});
      await pipeline("bad", () => { throw new Error("no"); }).catch(() => {});`);
    expect(receiver.spans.map((span) => span.name)).toEqual(["bad"]);
  });

  it("8. everything is flushed before the exit", async () => {
    const result = await program(`bootstrap(); await pipeline("p", () => {}); process.exit(3);`);
    expect(result.code).toBe(3);
    expect(receiver.spans).toHaveLength(1);
  });

  it("9. instruments are made once, however often they are asked for", async () => {
    const meters = new Meters();
    for (let i = 0; i < 3; i++)
      await pipeline("p", (run) => run.stage("s", () => counter("checklist_rows_total").add(1)));
    const samples = await meters.samples("checklist_rows_total");
    meters.remove();
    expect(samples).toEqual([{ labels: {}, value: 3 }]);
    expect(new Set(memory.spans.map((span) => span.instrumentationScope)).size).toBe(1);
  });

  it("10. label and attribute keys are the same for every record, run and stage", async () => {
    const meters = new Meters();
    const rows = counter("checklist_tables_total", { labels: { table: 2, kind: ["full", "partial"] } });
    rows.add(1, { table: "a", kind: "full" });
    // As plain JavaScript would call it.
    (rows.add as (value: number, labels: object) => void)(1, { kind: "partial", user: "ann" });
    const samples = await meters.samples("checklist_tables_total");
    meters.remove();
    expect(samples.map(({ labels }) => labels)).toEqual([
      { table: "a", kind: "full" },
      { table: "unknown", kind: "partial" },
    ]);
    await pipeline("a", { partition: "x" }, (run) => run.stage("s", { source: { system: "s3" } }, (s) => s.read()));
    await pipeline("b", { partition: "y" }, (run) => run.stage("s", { source: { system: "gcs" } }, (s) => s.read()));
    const keys = memory.spans.filter((span) => span.name === "s").map((span) => Object.keys(span.attributes).sort());
    expect(keys[0]).toEqual(keys[1]);
  });

  it("11. the absence of a server changes neither result nor exit code", async () => {
    const result = await program(
      `bootstrap(); console.log(await pipeline("p", () => "result")); process.exitCode = 5;`,
      "http://127.0.0.1:1",
    );
    expect(result).toMatchObject({ code: 5, stdout: "result\n" });
    expect(result.stderr.trim().split("\n")).toHaveLength(1);
  });

  it("12. a counted record costs nanoseconds", async () => {
    await pipeline("p", (run) =>
      run.stage("s", (stage) => {
        for (let i = 0; i < 1e6; i++) stage.read();
        const startedAt = process.cpuUsage();
        for (let i = 0; i < 2e7; i++) stage.read();
        const { user, system } = process.cpuUsage(startedAt);
        // 3 ns on a quiet machine; benchmarks/sdk.mjs has the figures.
        expect(((user + system) * 1000) / 2e7).toBeLessThan(40);
      }),
    );
  });
});
