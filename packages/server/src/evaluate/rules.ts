import { RuleGroupEvaluator, type RuleEvaluatorDeps, type RuleState } from "./rule-evaluator.ts";
import type { Rule, RuleGroup } from "./rule-file.ts";

/** A group as it stands, with the state of each of its rules. */
export interface EvaluatedGroup {
  readonly group: RuleGroup;
  readonly evaluationMs: number;
  readonly lastEvaluationMs: number;
  readonly rules: readonly { readonly rule: Rule; readonly state: RuleState }[];
}

/** All rule groups, each evaluated on its own. */
export class Rules {
  readonly #evaluators: readonly RuleGroupEvaluator[];

  constructor(groups: readonly RuleGroup[], deps: RuleEvaluatorDeps) {
    this.#evaluators = groups.map((group) => new RuleGroupEvaluator(group, deps));
  }

  start(): void {
    for (const evaluator of this.#evaluators) evaluator.start();
  }

  async stop(): Promise<void> {
    await Promise.all(this.#evaluators.map((evaluator) => evaluator.stop()));
  }

  groups(): EvaluatedGroup[] {
    return this.#evaluators.map((evaluator) => ({
      group: evaluator.group,
      evaluationMs: evaluator.evaluationMs,
      lastEvaluationMs: evaluator.lastEvaluationMs,
      rules: evaluator.group.rules.map((rule) => ({ rule, state: evaluator.state(rule) })),
    }));
  }
}
