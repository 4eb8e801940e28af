import type { Fact } from "./fact.ts";
import { recogniseAirflow } from "./recognise/airflow.ts";
import { recogniseDbt } from "./recognise/dbt.ts";
import { aboutRun, recognisePipeline } from "./recognise/pipeline.ts";
import { recognisePrefect } from "./recognise/prefect.ts";
import type { Sighting } from "./sighting.ts";

/**
 * The sources, most explicit first: `pipeline.*` attributes are set on purpose, also on the spans of an orchestrator.
 * Each says undefined for a fact that is not its own.
 */
const sources: readonly ((fact: Fact) => Sighting | undefined)[] = [
  recognisePipeline,
  recogniseAirflow,
  recognisePrefect,
  recogniseDbt,
];

export function recognise(fact: Fact): Sighting {
  for (const source of sources) {
    const sighting = source(fact);
    if (sighting !== undefined) return sighting;
  }
  return { role: "link", origin: "otel", ...aboutRun(fact) };
}
