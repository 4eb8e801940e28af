import { appendLabelledSamples } from "../decode/metrics/labelled-samples.ts";
import { loadRuleFiles } from "../evaluate/rule-files.ts";
import { Rules } from "../evaluate/rules.ts";
import type { MetricQueries } from "../query/metrics-queries.ts";
import type { WriteMetrics } from "../receive/metrics-sink.ts";
import type { Context } from "./context.ts";

export function startRules(
  { config, clock, log, running }: Context,
  { queries, write }: { queries: MetricQueries; write: WriteMetrics },
): Rules {
  const { folder, rule_files: files, global } = config;
  const groups = loadRuleFiles(files, { folder, intervalMs: global.evaluation_interval });
  const rules = new Rules(groups, {
    clock,
    query: (wanted) => queries.instant(wanted),
    write: async (samples) => {
      const recorded = samples.map((sample) => ({ ...sample, labels: sample.labels.entries() }));
      await write(clock.nowMs(), (block, context) => appendLabelledSamples(recorded, block, context));
    },
    onFailure: (failure) => log.warn(failure, "a rule failed; it is tried again at its next moment"),
  });
  rules.start();
  running.add("rules", () => rules.stop());
  return rules;
}
