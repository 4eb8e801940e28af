import { compileAnchored } from "@sightglass/promql";
import { SightglassError } from "../model/errors.ts";
import { visitConditions, type AttributeOperand, type SpanFilter } from "./search-filter.ts";

/** @throws SightglassError invalid_argument for a pattern that is no RE2, also where no span would have met it */
export function checkPatterns(filter: SpanFilter): void {
  visitConditions(filter, (condition) => {
    if (condition.op !== "=~" && condition.op !== "!~") return;
    const { value } = condition.kind === "field" ? condition : { value: textOf(condition.value) };
    const pattern = String(value);
    try {
      compileAnchored(pattern);
    } catch (cause) {
      throw new SightglassError("invalid_argument", `the pattern "${pattern.slice(0, 200)}" cannot be used`, {
        cause,
        hint: `${(cause as Error).message}; patterns are RE2's and match the whole value`,
      });
    }
  });
}

const textOf = (operand: AttributeOperand) => (operand.type === "nil" ? "" : operand.value);
