import { firstTextOf, textOf, type Fact } from "../fact.ts";
import type { Sighting } from "../sighting.ts";
import { isCancellation, statusOfWord } from "../status.ts";
import { errorOf, textAttributesOf } from "../typed-event.ts";

/**
 * Prefect 3 (`src/prefect/telemetry/run_telemetry.py`): one span for each flow run and task run, with an event for each
 * state it passed. A flow within a flow is a run of its own. The name of a flow run is drawn or has parameters in it, so it
 * is no name for a pipeline: that is the flow, of which spans have the id; a flow may set `pipeline.name` on its span.
 *
 * A flow that is tried again ends its span with the first attempt, in the state RUNNING of the second, and begins no other
 * (`FlowRunEngine.handle_exception`). A flow that its runner cancels ends in RUNNING too, with a TerminationSignal.
 */
export function recognisePrefect(fact: Fact): Sighting | undefined {
  const type = textOf(fact, "prefect.run.type");
  if (type !== "flow" && type !== "task") return undefined;
  const state = textAttributesOf(fact.stateEvent).get("prefect.state.type");
  const name = firstTextOf(fact, "prefect.run.name", `prefect.${type}.name`) ?? fact.name;
  const base: Omit<Sighting, "role"> = { origin: "prefect", status: statusOfWord(state), expectsRunSpan: true };
  if (type === "task") return { ...base, role: "stage", stage: withoutKey(name) };
  const endsRunning = fact.endMs !== null && base.status === "running";
  return {
    ...base,
    role: "run",
    ...(endsRunning ? { status: null, isRetriedUnseen: !isCancellation(errorOf(fact)?.type ?? "") } : {}),
    pipeline: firstTextOf(fact, "pipeline.name", "prefect.flow.name", "prefect.flow.id") ?? name,
    runId: textOf(fact, "prefect.run.id"),
  };
}

/** A task run is named after its task and its key, three hexadecimal digits or a counter: `load-3f2`, `load-12`. */
function withoutKey(name: string): string {
  return name.replace(/-([0-9a-f]{3}|\d+)$/, "");
}
