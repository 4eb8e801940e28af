import type { LogRecord, RunResponse, StageDetail } from "sightglass/contract";
import { type Random, randomFrom } from "./random.ts";
import { text } from "./run-builder.ts";

/** The log lines of a run, oldest first. A big run has tens of thousands. */
export function runLogs(run: RunResponse): LogRecord[] {
  const random = randomFrom(`${run.id} logs`);
  const logs = run.stages.flatMap((stage) => stageLogs(run, stage, random));
  return logs.sort((a, b) => (a.time < b.time ? -1 : 1));
}

const severities = { debug: 5, info: 9, warn: 13, error: 17 } as const;

function stageLogs(run: RunResponse, stage: StageDetail, random: Random): LogRecord[] {
  const startMs = Date.parse(stage.startedAt);
  const endMs = Date.parse(stage.endedAt ?? run.lastSeenAt);
  const line = (atMs: number, severity: keyof typeof severities, body: string): LogRecord => ({
    time: new Date(atMs).toISOString(),
    severityNumber: severities[severity],
    severityText: severity.toUpperCase(),
    body,
    service: run.service,
    traceId: run.traceId,
    spanId: stage.spanId,
    attributes: [text("pipeline.stage", stage.name), text("code.file.path", `src/${stage.name}.ts`)],
  });
  const logs = [
    line(startMs + 4, "info", `${stage.name}: starting${run.partition === null ? "" : ` for ${run.partition}`}`),
  ];
  const batches = Math.min(run.pipeline === "clickstream-compact" ? 6_000 : 40, Math.ceil((endMs - startMs) / 400));
  for (let batch = 1; batch < batches; batch++) {
    const atMs = startMs + ((endMs - startMs) * batch) / batches;
    const rows = Math.round(random.between(480, 500));
    if (random.next() < 0.03)
      logs.push(
        line(
          atMs,
          "warn",
          `slow answer from ${stage.source?.system ?? "worker"}: ${Math.round(random.between(900, 4_000))} ms`,
        ),
      );
    else if (random.next() < 0.3)
      logs.push(line(atMs, "debug", `batch ${batch}/${batches} flushed rows=${rows} buffer=${random.hex(6)}`));
    else logs.push(line(atMs, "info", `batch ${batch} of ${batches}: ${rows} rows`));
  }
  for (const attempt of stage.attempts) {
    if (attempt.error === null) continue;
    const atMs = Date.parse(attempt.endedAt ?? attempt.startedAt);
    logs.push(
      line(
        atMs,
        "error",
        `attempt ${attempt.number} failed: ${attempt.error.message}\n${attempt.error.stack ?? ""}`.trim(),
      ),
    );
  }
  if (stage.status === "succeeded")
    logs.push(line(endMs - 2, "info", `${stage.name}: done, ${stage.recordsWritten ?? 0} rows written`));
  return logs;
}
