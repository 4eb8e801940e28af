import { redactionOf } from "../config/redaction.ts";
import { Redaction } from "../decode/redact/redaction.ts";
import { family } from "../self/metrics.ts";
import type { Context } from "./context.ts";

/** One for all that is received; what was replaced is counted, and told nowhere. */
export function createRedaction({ config, metrics }: Context): Redaction {
  const redaction = new Redaction(redactionOf(config.redaction));
  metrics.register(() => [
    family(
      "counter",
      "sightglass_redacted_values_total",
      "Personal data that was replaced in spans and log records, by what it was.",
      Object.entries(redaction.counts).map(([kind, count]) => [{ kind }, count] as const),
    ),
  ]);
  return redaction;
}
