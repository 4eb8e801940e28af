import type { DurationExpr } from "../ast/nodes.ts";
import { PromqlError } from "../errors.ts";
import type { QueryGrid } from "../eval/grid.ts";

/**
 * The whole milliseconds of a duration. `step()` and `range()` are those of the query, also inside subqueries.
 * @throws PromqlError when it is not positive but must be, or cannot be computed.
 */
export function durationMs(duration: DurationExpr, query: QueryGrid, sign: "positive" | "any"): number {
  const seconds = evaluate(duration, query);
  if (!Number.isFinite(seconds)) throw failure("duration is NaN or infinite", duration);
  if (sign === "positive" && seconds <= 0) throw failure("duration must be greater than 0", duration);
  if (Math.abs(seconds) > 2 ** 63 / 1e9) throw failure("duration is out of range", duration);
  const exactMs = seconds * 1000;
  const nearestMs = Math.round(exactMs);
  return Math.abs(exactMs - nearestMs) < 1e-6 ? nearestMs : Math.trunc(exactMs);
}

function failure(message: string, duration: DurationExpr): PromqlError {
  const { start, end } = duration.span;
  return new PromqlError("execution", `${start}:${end}: ${message}`, duration.span);
}

function evaluate(duration: DurationExpr, query: QueryGrid): number {
  switch (duration.kind) {
    case "durationLiteral":
      return duration.seconds;
    case "durationParen":
      return evaluate(duration.expr, query);
    case "durationUnary":
      return (duration.operator === "-" ? -1 : 1) * evaluate(duration.expr, query);
    case "durationFunction":
      return evaluateFunction(duration.name, duration.args, query);
    case "durationBinary":
      return evaluateBinary(duration, evaluate(duration.left, query), evaluate(duration.right, query));
  }
}

function evaluateFunction(
  name: "step" | "range" | "min_of" | "max_of",
  args: readonly DurationExpr[],
  query: QueryGrid,
): number {
  if (name === "step") return stepSeconds(query);
  if (name === "range") return rangeSeconds(query);
  const [a = NaN, b = NaN] = args.map((arg) => evaluate(arg, query));
  return name === "min_of" ? lesser(a, b) : greater(a, b);
}

/** Go's math.Min and math.Max: NaN wins over all but the infinity that nothing can surpass. */
export const lesser = (a: number, b: number): number =>
  a === -Infinity || b === -Infinity ? -Infinity : Math.min(a, b);
export const greater = (a: number, b: number): number => (a === Infinity || b === Infinity ? Infinity : Math.max(a, b));

/** An instant query has no step. */
export const stepSeconds = (query: QueryGrid): number => query.stepMs / 1000;

export const rangeSeconds = (query: QueryGrid): number => (query.endMs - query.startMs) / 1000;

function evaluateBinary(duration: DurationExpr & { kind: "durationBinary" }, left: number, right: number): number {
  switch (duration.operator) {
    case "+":
      return left + right;
    case "-":
      return left - right;
    case "*":
      return left * right;
    case "/":
      if (right === 0) throw failure("division by zero", duration);
      return left / right;
    case "%":
      if (right === 0) throw failure("modulo by zero", duration);
      return left % right;
    case "^":
      return left ** right;
  }
}
