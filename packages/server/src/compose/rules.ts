import { appendLabelledSamples } from "../decode/metrics/labelled-samples.ts";
import type { Config } from "../config/schema.ts";
import { encodeFloatHistogram } from "../decode/prometheus/float-histogram.ts";
import { loadRuleFiles } from "../evaluate/rule-files.ts";
import type { RuleGroup } from "../evaluate/rule-file.ts";
import { Rules } from "../evaluate/rules.ts";
import type { MetricQueries } from "../query/metrics-queries.ts";
import type { WriteMetrics } from "../receive/metrics-sink.ts";
import type { Context } from "./context.ts";

/** The rule groups that a configuration names. @throws SightglassError config_invalid */
export function ruleGroupsOf({ folder, rule_files: files, global }: Config): RuleGroup[] {
  return loadRuleFiles(files, {
    folder,
    intervalMs: global.evaluation_interval,
    queryOffsetMs: global.rule_query_offset,
  });
}

export function startRules(
  { config, clock, log, running }: Context,
  { queries, write }: { queries: MetricQueries; write: WriteMetrics },
): Rules {
  const rules = new Rules(ruleGroupsOf(config), {
    clock,
    query: (wanted) => queries.instant(wanted),
    write: async (samples) => {
      const recorded = samples.map(({ labels, timeMs, value }) => ({
        labels: labels.entries(),
        timeMs,
        value: typeof value === "object" ? encodeFloatHistogram(value, timeMs) : value,
      }));
      await write(clock.nowMs(), (block, context) => appendLabelledSamples(recorded, block, context));
    },
    onFailure: (failure) => log.warn(failure, "a rule failed; it is tried again at its next moment"),
  });
  rules.start();
  running.add("rules", () => rules.stop());
  return rules;
}
