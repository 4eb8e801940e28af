import { context, trace } from "@opentelemetry/api";
import { cpuMs, nanosecondsOf, quiet } from "./measuring.mjs";

/** Nanoseconds for one counted record. */
export async function perRecord({ pipeline }, rounds) {
  let nanoseconds;
  await pipeline("bench", (run) =>
    run.stage("count", (stage) => {
      nanoseconds = nanosecondsOf(() => stage.read(), 20_000_000, rounds);
    }),
  );
  return nanoseconds;
}

/**
 * A stage against a bare OpenTelemetry span of the same attributes, both awaited. Until they are sent: a stage's span is made after the
 * stage, and that counts.
 */
export async function perStage({ pipeline, flush }, rounds) {
  const tracer = trace.getTracer("bench");
  const count = 2000;
  const bare = async (name, attributes, work) => {
    const span = tracer.startSpan(name, { attributes });
    try {
      return await context.with(trace.setSpan(context.active(), span), work, undefined, span);
    } finally {
      span.setAttributes({ "pipeline.records.read": 1, "pipeline.records.written": 1 });
      span.setStatus({ code: 1 });
      span.end();
    }
  };
  const [stageUs, spanUs] = [[], []];
  await pipeline("bench", { partition: "2001-01-13" }, async (run) => {
    const attributes = {
      "pipeline.name": "bench",
      "pipeline.run.id": run.id,
      "pipeline.partition.key": "2001-01-13",
      "pipeline.stage": "s",
      "pipeline.attempt": 1,
      "pipeline.source.system": "parquet",
      "pipeline.source.table": "flights",
    };
    const source = { system: "parquet", table: "flights" };
    for (let round = 0; round < rounds; round++) {
      const t0 = cpuMs();
      for (let i = 0; i < count; i++) await bare("s", { ...attributes }, async () => 1);
      await flush();
      const t1 = cpuMs();
      for (let i = 0; i < count; i++)
        await run.stage("s", { source }, async (stage) => {
          stage.read(1);
          stage.written(1);
          return 1;
        });
      await flush();
      const t2 = cpuMs();
      spanUs.push(((t1 - t0) * 1000) / count);
      stageUs.push(((t2 - t1) * 1000) / count);
    }
  });
  return { stageUs: quiet(stageUs), spanUs: quiet(spanUs), ratio: quiet(stageUs) / quiet(spanUs) };
}
