import type { EvaluatedGroup } from "./rules.ts";

/** A group in the shape of `/api/v1/rules`; durations are seconds there. */
export function shownRuleGroup({ group, evaluationMs, lastEvaluationMs, rules }: EvaluatedGroup) {
  return {
    name: group.name,
    file: group.file,
    interval: group.intervalMs / 1000,
    limit: group.limit,
    evaluationTime: evaluationMs / 1000,
    lastEvaluationMs,
    rules: rules.map(({ rule, state }) => ({
      type: rule.kind,
      name: rule.name,
      query: rule.query,
      labels: rule.labels,
      health: state.health,
      ...(state.lastError === undefined ? {} : { lastError: state.lastError }),
      evaluationTime: state.evaluationMs / 1000,
      lastEvaluationMs: state.lastEvaluationMs,
      ...(rule.kind === "recording"
        ? {}
        : {
            state: "unknown" as const,
            duration: rule.forMs / 1000,
            keepFiringFor: rule.keepFiringForMs / 1000,
            annotations: rule.annotations,
            alerts: [],
          }),
    })),
  };
}
