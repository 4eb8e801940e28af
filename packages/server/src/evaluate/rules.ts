import { isDeepStrictEqual } from "node:util";
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
  readonly #deps: RuleEvaluatorDeps;
  #evaluators: readonly RuleGroupEvaluator[];

  constructor(groups: readonly RuleGroup[], deps: RuleEvaluatorDeps) {
    this.#deps = deps;
    this.#evaluators = groups.map((group) => new RuleGroupEvaluator(group, deps));
  }

  start(): void {
    for (const evaluator of this.#evaluators) evaluator.start();
  }

  /**
   * Goes over to other groups: one that is as before goes on undisturbed, one that changed keeps the state of the rules that it
   * still has, and the series of rules that are gone end.
   */
  async apply(groups: readonly RuleGroup[]): Promise<void> {
    const before = new Map(this.#evaluators.map((evaluator) => [keyOf(evaluator.group), evaluator]));
    const started: RuleGroupEvaluator[] = [];
    const next = groups.map((group) => {
      const old = before.get(keyOf(group));
      if (old !== undefined && isDeepStrictEqual(old.group, group)) {
        before.delete(keyOf(group));
        return old;
      }
      const evaluator = new RuleGroupEvaluator(group, this.#deps);
      started.push(evaluator);
      return evaluator;
    });
    await Promise.all([...before.values()].map((evaluator) => evaluator.stop()));
    for (const evaluator of started) {
      const old = before.get(keyOf(evaluator.group));
      if (old !== undefined) evaluator.takeOver(old);
      before.delete(keyOf(evaluator.group));
    }
    await Promise.all([...before.values()].map((evaluator) => evaluator.end()));
    this.#evaluators = next;
    for (const evaluator of started) evaluator.start();
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

/** Groups of two files may have the same name. */
const keyOf = ({ file, name }: RuleGroup) => JSON.stringify([file, name]);
