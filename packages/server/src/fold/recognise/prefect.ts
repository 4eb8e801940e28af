import { firstTextOf, textOf, type Fact } from "../fact.ts";
import type { Sighting } from "../recognise.ts";
import { statusOfWord } from "../status.ts";
import { textAttributesOf } from "../typed-event.ts";

/**
 * Prefect 3 (`src/prefect/telemetry/run_telemetry.py`): one span for each flow run and task run, with an event for each
 * state it passed. A flow within a flow is a run of its own.
 */
export function recognisePrefect(fact: Fact): Sighting | undefined {
  const type = textOf(fact, "prefect.run.type");
  if (type !== "flow" && type !== "task") return undefined;
  const state = textAttributesOf(fact.stateEvent).get("prefect.state.type");
  const name = firstTextOf(fact, "prefect.run.name", `prefect.${type}.name`) ?? fact.name;
  const base: Omit<Sighting, "role"> = { origin: "prefect", status: statusOfWord(state), expectsRunSpan: true };
  if (type === "task") return { ...base, role: "stage", stage: withoutKey(name) };
  return {
    ...base,
    role: "run",
    pipeline: firstTextOf(fact, "prefect.flow.name") ?? name,
    runId: textOf(fact, "prefect.run.id"),
  };
}

/** A task run is named after its task and the first three digits of its key: `load-3f2`. */
function withoutKey(name: string): string {
  return name.replace(/-[0-9a-f]{1,3}$/, "");
}
