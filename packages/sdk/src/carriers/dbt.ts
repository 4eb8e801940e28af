import { context, isSpanContextValid, trace } from "@opentelemetry/api";
import { type Environment, environment, variableOf } from "./environment.ts";
import { activeFieldsWithW3c, contextOfW3cToo } from "./fields.ts";
import { membersOf } from "./members.ts";
import { reader } from "./reader.ts";

/** dbt keeps variables of this prefix, without it, under `metadata.env` of its artifacts. */
const artifactPrefix = "DBT_ENV_CUSTOM_ENV_";

/** dbt: the environment of its process, and the artifacts that it leaves. */
export const dbt = {
  /**
   * A copy of `base` (default: ours) for a dbt process. dbt Core 2 and Fusion take the trace id as their invocation id and our
   * span as their parent; all versions note the rest in their artifacts.
   */
  inject(base?: Environment | null): Record<string, string> {
    const child = environment.inject(base);
    for (const [field, value] of Object.entries(activeFieldsWithW3c()))
      child[artifactPrefix + variableOf(field)] = value;
    const span = trace.getSpanContext(context.active());
    if (span === undefined || !isSpanContextValid(span)) return child;
    return { ...child, DBT_INVOCATION_ID: uuidOf(span.traceId), DBT_PARENT_SPAN_ID: span.spanId };
  },

  /** From `run_results.json`, `manifest.json` or another artifact (parsed, or as text), or from the environment of the process. */
  ...reader((artifact: object | string) => {
    const members = membersOf(artifact);
    const kept = membersOf(membersOf(members["metadata"])["env"]);
    return contextOfW3cToo((field) => kept[variableOf(field)] ?? members[artifactPrefix + variableOf(field)]);
  }),
};

/** The 32 hexadecimal digits of a trace id, written as a UUID. */
function uuidOf(traceId: string): string {
  return traceId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
