import type { RunStatus } from "../../http/contract.ts";
import { firstTextOf, textOf, type Fact } from "../fact.ts";
import type { Sighting } from "../sighting.ts";
import { statusOfWord } from "../status.ts";

/**
 * dbt 2 (Fusion) with `--export-to-otlp`: the trace is the invocation, and each node is a stage named by its unique id.
 * Its attributes have no prefix, so only spans of its own scope or service are taken for dbt's.
 */
export function recogniseDbt(fact: Fact): Sighting | undefined {
  if (!fact.service.startsWith("dbt") && !/"name":"dbt/.test(fact.scope)) return undefined;
  if (/^(dbt\.?\s?)?invocation/i.test(fact.name))
    return {
      role: "run",
      origin: "dbt",
      pipeline: firstTextOf(fact, "project_name", "dbt.project_name") ?? pipelineOf(fact),
      runId: firstTextOf(fact, "invocation_id", "dbt.invocation_id"),
    };
  const node = textOf(fact, "unique_id");
  if (node === undefined || !fact.name.startsWith("Node processed")) return { role: "link", origin: "dbt" };
  return { role: "stage", origin: "dbt", stage: node, status: outcomeOf(fact), expectsRunSpan: true };
}

/** The command without its flags: `dbt build`. */
function pipelineOf(fact: Fact): string {
  const words = (textOf(fact, "raw_command") ?? textOf(fact, "command") ?? "").split(/\s+/);
  const command = words.filter((word) => word !== "" && !word.startsWith("-")).slice(0, 2);
  if (command.length === 0) return "dbt";
  return command[0] === "dbt" ? command.join(" ") : `dbt ${command[0]}`;
}

/** A test that ran and found failing rows is a node that succeeded with a test that failed. */
function outcomeOf(fact: Fact): RunStatus | null {
  const test = textOf(fact, "test_outcome");
  if (test !== undefined && statusOfWord(test) === "failed") return "failed";
  return statusOfWord(textOf(fact, "node_outcome"));
}
