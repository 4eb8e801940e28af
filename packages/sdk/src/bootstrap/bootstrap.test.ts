import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { useReceiver, useWorkshop } from "../testing/hooks.ts";

/** The packed package, in processes of its own, against a real receiver. */
const workshop = useWorkshop();
const receiver = useReceiver();

const environment = () => ({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.endpoint });
const esm = `
  import { bootstrap } from "@sightglass/sdk/bootstrap";
  import { pipeline } from "@sightglass/sdk";
`;
const cjs = `
  const { bootstrap } = require("@sightglass/sdk/bootstrap");
  const { pipeline } = require("@sightglass/sdk");
`;
const flights = `pipeline("flights", async (run) => { await run.stage("extract", (stage) => stage.read(3)); })`;

describe("the packed package", () => {
  it("holds no sources, tests or test tools", () => {
    const files = workshop.files();
    expect(files).toContain("dist/index.js");
    expect(files).toContain("dist/bootstrap/index.d.ts");
    expect(files.filter((file) => /\.test\.|testing|(?<!\.d)\.ts$/.test(file))).toEqual([]);
  });

  it("names what is bundled, with the licences", () => {
    expect(workshop.read("dist/THIRD-PARTY.md")).toMatch(
      /^## @opentelemetry\/api-logs [\d.]+ \(Apache-2\.0\), .*@opentelemetry\/sdk-trace-base.*\n\n```\n\s*Apache License/m,
    );
  });

  it.each([
    ["ESM", "main.mjs", `${esm} bootstrap({ service: "s" }); await ${flights};`],
    ["CommonJS", "main.cjs", `${cjs} bootstrap({ service: "s" }); ${flights};`],
  ])("works in %s, without any call at the end", async (_name, file, source) => {
    const result = await workshop.run(file, source, environment());
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const [run, stage] = [receiver.span("flights"), receiver.span("extract")];
    expect(stage).toMatchObject({ traceId: run.traceId, parentSpanId: run.spanId, scope: "@sightglass/sdk" });
    expect(stage.attributes["pipeline.records.read"]).toBe(3);
    expect(run.resource).toMatchObject({
      "service.name": "s",
      "telemetry.sdk.language": "nodejs",
      "process.runtime.name": "nodejs",
    });
    expect(Object.keys(run.resource).filter((key) => /command|owner/.test(key))).toEqual([]);
  });

  it("takes options from a file, which the code overrides and the environment does not", async () => {
    const config = join(workshop.folder, "telemetry.json");
    writeFileSync(config, '{"service": "from-file", "sampleRatio": {"production": 0}}');
    const variables = { ...environment(), SIGHTGLASS_CONFIG: config, OTEL_SERVICE_NAME: "from-environment" };
    const source = `${esm} bootstrap(); await ${flights};`;
    expect(await workshop.run("main.mjs", source, variables)).toMatchObject({ code: 0, stderr: "" });
    expect(receiver.span("flights").resource["service.name"]).toBe("from-file");
    const before = receiver.spans.length;
    expect(await workshop.run("main.mjs", source, { ...variables, NODE_ENV: "production" })).toMatchObject({ code: 0 });
    expect(receiver.spans.length).toBe(before);
    const overridden = source.replace("bootstrap()", 'bootstrap({ sampleRatio: 1, service: "from-code" })');
    await workshop.run("main.mjs", overridden, { ...variables, NODE_ENV: "production" });
    expect(receiver.spans.at(-1)?.resource["service.name"]).toBe("from-code");
  });

  it.each([
    ["user.mts", "nodenext"],
    ["user.cts", "nodenext"],
    ["user.cts", "node16"],
  ])(
    "has types for %s with module %s",
    (file, module) => {
      const source = `
      import { bootstrap } from "@sightglass/sdk/bootstrap";
      import { pipeline, filtered } from "@sightglass/sdk";
      import { environment, http, kafka, text as line } from "@sightglass/sdk/carriers";
      import { expectations } from "@sightglass/sdk/checks";
      import { health, lagCheck } from "@sightglass/sdk/health";
      import { counter, gauge } from "@sightglass/sdk/metrics";
      bootstrap({ service: "s", keep: { failed: true } });
      export const rows: Promise<number> = pipeline("p", { parent: http.extract({}) }, (run) =>
        run.stage("s", { links: kafka.links([]) }, async (stage) => {
          const { written } = await stage.each([1, 2], (n) => (n > 1 ? filtered : undefined), { concurrency: 2 });
          for await (const text of stage.map(new Set([1]), (n) => String(n))) text.toUpperCase();
          return written;
        }));
      // @ts-expect-error the value is a number
      export const text: Promise<string> = rows;
      [{ value: "x" }].map(kafka.inject).at(0)?.value.length;
      expectations<{ id: number }>("t", { unique: "id" }).watch([{ id: 1 }]);
      // @ts-expect-error no such column
      expectations<{ id: number }>("t", { unique: "key" });
      void health({ checks: { lag: lagCheck(() => 1, 2) } }).listen();
      counter("rows_total", { labels: { table: ["a", "b"] } }).add(1, { table: "a" });
      // @ts-expect-error no such value
      counter("rows_total", { labels: { table: ["a", "b"] } }).add(1, { table: "c" });
      gauge("depth").set(1);
      environment.inject()["TRACEPARENT"]?.length;
      line.inject()?.length;`;
      expect(workshop.typecheck(file, source, ["--module", module])).toBe("");
    },
    120_000,
  );

  it("is one thing when it is loaded twice, and bootstraps once", async () => {
    const result = await workshop.run(
      "twice.mjs",
      `${esm}
      import { createRequire } from "node:module";
      const required = createRequire(import.meta.url)("@sightglass/sdk/bootstrap");
      const before = process.listenerCount("exit");
      const first = bootstrap({ service: "s" });
      const same = [bootstrap({ service: "other" }), required.bootstrap()].every((other) => other === first);
      const copy = await import("./node_modules/@sightglass/sdk/dist/bootstrap/index.js?copy");
      console.log(same, copy.bootstrap() === first, process.listenerCount("SIGTERM"), process.listenerCount("exit") - before);
      await ${flights};`,
      environment(),
    );
    expect(result).toMatchObject({ code: 0, stdout: "true true 1 1\n", stderr: "" });
    expect(receiver.spans.map((span) => span.name)).toEqual(["extract", "flights"]);
  });
});

describe("personal data and limits", () => {
  const leaky = `
    import { trace } from "@opentelemetry/api";
    await pipeline("leaky", { attributes: { customer_email: "x", "user.email": "ann", note: "to ann@example.com" } }, async (run) => {
      trace.getActiveSpan().addEvent("mail", { to: "bob@example.com" });
      for (let i = 0; i < 300; i++) trace.getActiveSpan().addEvent("e").addLink({ context: trace.getActiveSpan().spanContext() });
      for (let i = 0; i < 300; i++) trace.getActiveSpan().setAttribute("a" + i, "x".repeat(20_000));
      throw new Error("no such customer: 203.0.113.7");
    }).catch(() => {});`;

  it("stay out of spans and log records, and within bounds", async () => {
    const result = await workshop.run("leaky.mjs", `${esm} bootstrap(); ${leaky}`, environment());
    expect(result).toMatchObject({ code: 0, stderr: "" });
    const span = receiver.span("leaky");
    expect(span.attributes).toMatchObject({ "user.email": "[redacted]", note: "to [email]" });
    expect(span.statusMessage).toBe("no such customer: [ip]");
    expect(span.attributes["a1"]).toHaveLength(16_384);
    expect(Object.keys(span.attributes)).toHaveLength(128);
    expect([span.events.length, span.links.length]).toEqual([128, 128]);
    const sent = JSON.stringify([receiver.spans, receiver.logs], (_key, value: unknown) =>
      typeof value === "bigint" ? String(value) : value,
    );
    expect(sent).not.toMatch(/@example|203\.0/);
    expect(receiver.logs[0]?.attributes).toMatchObject({ note: "to [email]" });
  });

  it("go out as they are when that is asked for", async () => {
    const more = { SIGHTGLASS_PERSONAL_DATA: "keep" };
    await workshop.run("kept.mjs", `${esm} bootstrap(); ${leaky}`, { ...environment(), ...more });
    expect(receiver.span("leaky").attributes).toMatchObject({ "user.email": "ann", note: "to ann@example.com" });
  });
});

describe("an OpenTelemetry setup that is already there", () => {
  it("is used, and nothing is added", async () => {
    workshop.link("@opentelemetry/sdk-trace-base");
    const result = await workshop.run(
      "existing.mjs",
      `${esm}
      import { trace } from "@opentelemetry/api";
      import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
      const memory = new InMemorySpanExporter();
      trace.setGlobalTracerProvider(new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] }));
      const telemetry = bootstrap();
      await ${flights};
      await telemetry.flush();
      await telemetry.shutdown();
      console.log(telemetry.mode, memory.getFinishedSpans().map((span) => span.name).join());
      await ${flights};
      console.log(memory.getFinishedSpans().length, process.listenerCount("SIGTERM"));`,
      environment(),
    );
    expect(result).toMatchObject({ code: 0, stdout: "existing extract,flights\n4 0\n", stderr: "" });
    expect(receiver.requests).toEqual([]);
  });
});

describe("settings", () => {
  it("sends nothing with OTEL_SDK_DISABLED", async () => {
    const source = `${esm} console.log(bootstrap().mode); await ${flights};`;
    const result = await workshop.run("disabled.mjs", source, { ...environment(), OTEL_SDK_DISABLED: "true" });
    expect(result).toMatchObject({ code: 0, stdout: "disabled\n", stderr: "" });
    expect(receiver.requests).toEqual([]);
  });

  it("reads the OpenTelemetry variables", async () => {
    const result = await workshop.run("variables.mjs", `${esm} bootstrap(); await ${flights};`, {
      OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: `${receiver.endpoint}/custom/v1/traces`,
      OTEL_LOGS_EXPORTER: "none",
      OTEL_EXPORTER_OTLP_HEADERS: "authorization=Bearer%20secret",
      OTEL_EXPORTER_OTLP_COMPRESSION: "gzip",
      OTEL_SERVICE_NAME: "from-env",
      OTEL_RESOURCE_ATTRIBUTES: "deployment.environment.name=test,team=a%20b",
    });
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(receiver.requests.map((request) => request.path)).toEqual(["/custom/v1/traces"]);
    expect(receiver.requests[0]?.headers).toMatchObject({ authorization: "Bearer secret", "content-encoding": "gzip" });
    expect(receiver.span("flights").resource).toMatchObject({
      "service.name": "from-env",
      "deployment.environment.name": "test",
      team: "a b",
    });
  });

  it("speaks JSON when asked", async () => {
    const protocol = { OTEL_EXPORTER_OTLP_PROTOCOL: "http/json" };
    await workshop.run("json.mjs", `${esm} bootstrap(); await ${flights};`, { ...environment(), ...protocol });
    expect(receiver.requests[0]?.headers["content-type"]).toBe("application/json");
    expect(receiver.span("extract").attributes["pipeline.records.read"]).toBe(3);
  });

  it("samples by OTEL_TRACES_SAMPLER, whole runs", async () => {
    await workshop.run("sampled.mjs", `${esm} bootstrap(); for (let i = 0; i < 60; i++) await ${flights};`, {
      ...environment(),
      OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
      OTEL_TRACES_SAMPLER_ARG: "0.5",
    });
    const runs = receiver.spans.filter((span) => span.name === "flights");
    expect(runs.length).toBeGreaterThan(10);
    expect(runs.length).toBeLessThan(50);
    expect(receiver.spans).toHaveLength(runs.length * 2);
    expect(receiver.logs.filter((log) => log.eventName === "pipeline.run.start")).toHaveLength(runs.length);
  });

  it("complains about settings that cannot be used, once, and goes on", async () => {
    const result = await workshop.run("wrong.mjs", `${esm} bootstrap(); await ${flights};`, {
      OTEL_EXPORTER_OTLP_ENDPOINT: "localhost",
      OTEL_TRACES_EXPORTER: "none",
      OTEL_LOGS_EXPORTER: "none",
      OTEL_PROPAGATORS: "jaeger",
    });
    expect(result.code).toBe(0);
    expect(result.stderr).toBe(
      'sightglass: the endpoint "localhost" is not an http or https URL; http://127.0.0.1:4318 is used\n',
    );
  });
});

describe("live", () => {
  it("shows a run and its stage while they are at work", async () => {
    const program = workshop.start(
      "live.mjs",
      `${esm} bootstrap();
      await pipeline("slow", async (run) => {
        const atWork = setInterval(() => {}, 1000);
        await run.stage("work", () => new Promise((resolve) => process.once("SIGUSR2", resolve)));
        clearInterval(atWork);
      });`,
      environment(),
    );
    await receiver.until(() => receiver.logs.length >= 2);
    expect(receiver.spans).toEqual([]);
    program.child.kill("SIGUSR2");
    expect(receiver.logs.map((log) => log.eventName)).toEqual(["pipeline.run.start", "pipeline.stage.start"]);
    await program.ended;
    expect(receiver.logs[1]).toMatchObject({
      traceId: receiver.span("work").traceId,
      spanId: receiver.span("work").spanId,
      timeNs: receiver.span("work").startNs,
    });
  });
});

describe("shutdown", () => {
  it("sends what is left, takes everything off, and lets bootstrap start again", async () => {
    const result = await workshop.run(
      "shutdown.mjs",
      `${esm}
      const listeners = () => ["exit", "beforeExit", "SIGTERM", "SIGINT"].map((event) => process.listenerCount(event));
      await ${flights};
      const before = listeners();
      const first = bootstrap({ service: "first" });
      await ${flights};
      await Promise.all([first.shutdown(), first.shutdown()]);
      console.log(listeners().every((count, i) => count === before[i]));
      await ${flights};
      const second = bootstrap({ service: "second" });
      console.log(second === first, second.mode);
      await ${flights};
      await second.shutdown();
      console.log(process.getActiveResourcesInfo().filter((name) => /Timeout|TCP|Worker|Immediate/.test(name)).join());`,
      environment(),
    );
    expect(result).toMatchObject({ code: 0, stdout: "true\nfalse exporting\n\n", stderr: "" });
    expect(receiver.spans.map((span) => span.resource["service.name"])).toEqual(["first", "first", "second", "second"]);
  });
});

describe("worker threads", () => {
  it("send for themselves, and continue the run that they are given", async () => {
    const result = await workshop.run(
      "worker.mjs",
      `${esm}
      import { isMainThread, Worker } from "node:worker_threads";
      bootstrap({ service: isMainThread ? "main" : "worker" });
      if (isMainThread) {
        await pipeline("outer", async (run) => {
          const { traceId, spanId } = run.span.spanContext();
          const env = { ...process.env, TRACEPARENT: \`00-\${traceId}-\${spanId}-01\` };
          const worker = new Worker(new URL(import.meta.url), { env });
          await new Promise((resolve) => worker.once("exit", (code) => resolve(console.log("worker", code))));
        });
      } else {
        await pipeline("inner", async (run) => {
          await run.stage("in the worker", () => new Promise((resolve) => setTimeout(resolve, 10)));
        });
      }`,
      environment(),
    );
    expect(result).toMatchObject({ code: 0, stdout: "worker 0\n", stderr: "" });
    expect(receiver.span("inner")).toMatchObject({
      traceId: receiver.span("outer").traceId,
      parentSpanId: receiver.span("outer").spanId,
      resource: { "service.name": "worker" },
    });
    expect(receiver.span("in the worker").parentSpanId).toBe(receiver.span("inner").spanId);
  });

  it("send when they call process.exit", async () => {
    const result = await workshop.run(
      "worker-exit.mjs",
      `${esm}
      import { isMainThread, Worker } from "node:worker_threads";
      if (isMainThread) new Worker(new URL(import.meta.url)).once("exit", (code) => console.log("worker", code));
      else {
        bootstrap();
        await ${flights};
        process.exit(3);
      }`,
      environment(),
    );
    expect(result).toMatchObject({ code: 0, stdout: "worker 3\n", stderr: "" });
    expect(receiver.span("flights")).toBeDefined();
  });
});

describe("sampling", () => {
  it("keeps runs that fail, by SIGHTGLASS_KEEP, also when the process dies of it", async () => {
    const result = await workshop.run(
      "keep.mjs",
      `${esm} bootstrap({ sampleRatio: 0 });
      for (let i = 0; i < 5; i++) await ${flights};
      await pipeline("failing", (run) => run.stage("load", () => { throw new Error("no"); }));`,
      { ...environment(), SIGHTGLASS_KEEP: "failed" },
    );
    expect(result.code).toBe(1);
    expect(receiver.spans.map((span) => span.name)).toEqual(["load", "failing"]);
    expect(receiver.logs).toEqual([]);
  });
});
