import { firstTextOf, flagOf, numberOf, textOf, timeOf, type Fact } from "../fact.ts";
import type { Sighting } from "../sighting.ts";
import { statusOfWord } from "../status.ts";

/** `pipeline.*` attributes: our SDK, `sightglass run`, and any OpenTelemetry program that sets them (DESIGN section 3). */
export function recognisePipeline(fact: Fact): Sighting | undefined {
  const stage = textOf(fact, "pipeline.stage");
  const runId = textOf(fact, "pipeline.run.id");
  const isRun = stage === undefined && (runId !== undefined || textOf(fact, "pipeline.kind") === "run");
  if (stage === undefined && !isRun) return undefined;
  return {
    role: isRun ? "run" : "stage",
    origin: isOurs(fact) ? "sdk" : "otel",
    ...aboutRun(fact),
    runId,
    stage,
    attempt: numberOf(fact, "pipeline.attempt"),
    status: statusOfWord(textOf(fact, "pipeline.status")),
    isToBeContinued: flagOf(fact, "pipeline.run.to_be_continued"),
    isContinuation: flagOf(fact, "pipeline.run.continues"),
    queuedAtMs: timeOf(fact, "pipeline.queued_at"),
  };
}

/** Which run it is about, which a span may say without being its run or a stage: the root around a program's stages, say. */
export function aboutRun(fact: Fact): Pick<Sighting, "pipeline" | "partition" | "logicalDateMs" | "isBackfill"> {
  return {
    pipeline: firstTextOf(fact, "pipeline.name", "pipeline.job", "airflow.dag_id"),
    partition: textOf(fact, "pipeline.partition.key"),
    logicalDateMs: timeOf(fact, "pipeline.logical_date"),
    isBackfill: flagOf(fact, "pipeline.backfill"),
  };
}

/** Only our SDK announces; its scope is named after it. */
function isOurs(fact: Fact): boolean {
  return fact.kind !== "span" || /"name":"(@sightglass\/|sightglass)/.test(fact.scope);
}
