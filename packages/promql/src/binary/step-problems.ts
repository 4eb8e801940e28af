import type { Annotations } from "../eval/annotations.ts";
import type { Span } from "../text/position.ts";
import type { Outcome } from "./operators.ts";

/** What operators have to say: of each step only the last, in the order of the series, as Prometheus does. */
export class StepProblems {
  readonly #last = new Map<number, { readonly order: number; readonly outcome: Outcome }>();

  note(outcome: Outcome, { step, order }: { step: number; order: number }): void {
    if (outcome.warning === undefined && outcome.info === undefined) return;
    const known = this.#last.get(step);
    if (known === undefined || known.order <= order) this.#last.set(step, { order, outcome });
  }

  tell(annotations: Annotations, span: Span): void {
    for (const { outcome } of this.#last.values())
      if (outcome.warning !== undefined) annotations.warn(outcome.warning, span);
      else if (outcome.info !== undefined) annotations.info(outcome.info, span);
  }
}
